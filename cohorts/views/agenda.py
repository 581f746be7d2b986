"""The calendar of whoever holds slots: its page, and the address that other calendars ask."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import links
from partnership import policies as house

from .. import policies, services


@require_http_methods(["GET", "HEAD", "POST"])
def slot_agenda(request: HttpRequest) -> HttpResponse:
    """Whether there is an address; a new one is shown once, as it is made."""
    house.require(policies.is_recruiter(request.user))
    address = services.open_agenda(request.user) if request.method == "POST" else ""
    context = {"address": address, "open": services.open_agendas(request.user)}
    return render(request, "cohorts/slot_agenda.html", context)


@require_POST
def slot_agenda_close(request: HttpRequest) -> HttpResponse:
    """Close the address."""
    house.require(policies.is_recruiter(request.user))
    services.close_agenda(request.user)
    messages.success(request, _("The address is closed: whatever calendar asks it finds nothing."))
    return redirect("cohorts:slot_agenda")


@login_not_required
@require_safe
def slot_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for programs that ask it every hour."""
    try:
        request.link, calendar = services.agenda_of(token)
    except links.Unusable as problem:
        raise Http404 from problem
    return HttpResponse(calendar, content_type="text/calendar; charset=utf-8")
