"""The dates of the convention: month by month, as a file for a calendar, and by an address that calendars ask."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import agenda as dates
from .. import clock, links, policies, services
from ..agenda import Dated
from ..board import countdown
from ..models import Convention
from ..states import DATES, Precision

_ICS = "text/calendar; charset=utf-8"


def _convention(request: HttpRequest) -> Convention:
    convention = Convention.objects.visible_to(request.user).running()
    if convention is None:
        raise Http404
    policies.require(policies.can_read_board(request.user, convention))
    return convention


@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """What is next and whose it is; what is past stands below, the newest first."""
    convention, today = _convention(request), clock.today()
    known = dates.dates(request.user, convention)
    ahead = [one for one in known if one.day >= today]
    past = [one for one in reversed(known) if one.day < today]
    context = {
        "convention": convention,
        "title": _verdict(ahead, past, today),
        "ahead": _by_month(ahead),
        "past": _by_month(past),
        "undated": convention.milestones.filter(finalise_precision=Precision.NONE).select_related("owner"),
        "today": today,
    }
    return render(request, "partnership/agenda.html", context)


def _verdict(ahead: list[Dated], past: list[Dated], today: date) -> str:
    awaited = next((one for one in ahead if one.is_next), None)
    if awaited:
        words = countdown(today, today) if awaited.day == today else awaited.words
        return _("Next date: %(date)s, %(what)s") % {"date": words, "what": awaited.what}
    if not ahead and not past:
        return _("The convention has no date yet.")
    return _("No date to come: everything dated is past, done or cancelled.")


def _by_month(dated: Iterable[Dated]) -> list[tuple[date, list[Dated]]]:
    return [(month, list(days)) for month, days in groupby(dated, lambda one: one.day.replace(day=1))]


@require_safe
def agenda_file(request: HttpRequest) -> HttpResponse:
    """The same dates, to put into a calendar once."""
    convention = _convention(request)
    text = dates.calendar(dates.dates(request.user, convention), convention)
    return HttpResponse(text, content_type=_ICS, headers={"Content-Disposition": 'attachment; filename="tandem.ics"'})


@require_http_methods(["GET", "HEAD", "POST"])
def agenda_subscription(request: HttpRequest) -> HttpResponse:
    """Whether there is an address; a new one is shown once, as it is made."""
    policies.require(policies.can_read_board(request.user))
    address = services.open_feed(request.user, DATES) if request.method == "POST" else ""
    context = {"address": address, "open": services.open_feeds(request.user, DATES)}
    return render(request, "partnership/agenda_subscription.html", context)


@require_POST
def agenda_subscription_close(request: HttpRequest) -> HttpResponse:
    """Close the address."""
    policies.require(policies.can_read_board(request.user))
    services.close_feed(request.user, DATES)
    messages.success(request, _("The address is closed: whatever calendar asks it finds nothing."))
    return redirect("partnership:agenda_subscription")


@login_not_required
@require_safe
def agenda_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for programs that ask it every hour."""
    try:
        request.link, calendar = services.dates_of(token)
    except links.Unusable as problem:
        raise Http404 from problem
    return HttpResponse(calendar, content_type=_ICS)
