"""A placement as a lead records it: first day, last day, silence, break, change of site or tutor."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership.versions import VersionForm
from partnership.workflow import Refused

from .. import services
from ..board import waiting
from ..forms import AmendForm, BreakForm, CompleteForm, StartAllForm, StartForm
from ..models import HostSite, Placement, Seat, Tutor
from ..states import PlacementState
from .leads import back_to_board, form_page, led_by, placement_of, zone_of


def _back_to_file(placement: Placement) -> HttpResponseRedirect:
    return redirect("placements:student_detail", placement.enrolment_id)


def _said(request: HttpRequest, deed: Callable[[], Any], thanks: str) -> None:
    """Do a deed and thank, or say why not."""
    try:
        deed()
        messages.success(request, thanks)
    except Refused as refusal:
        messages.error(request, refusal.reason)


# -- waiting for an answer, and for the first day ---------------------------------------------------------------------


@require_safe
def zone_waiting(request: HttpRequest, zone: str) -> HttpResponse:
    """Whose host has not answered, and whose first day is to be recorded."""
    return _waiting_page(request, zone)


def _waiting_page(request: HttpRequest, code: str, form: StartAllForm | None = None) -> HttpResponse:
    zone = zone_of(request, code)
    asked, ready = waiting.unanswered(zone), waiting.to_begin(zone)
    shown = form or StartAllForm(ready=Placement.objects.none())
    context = {
        "zone": zone,
        "zones": led_by(request.user),
        "verdict": waiting.verdict(asked, ready),
        "waiting": asked,
        "due": [placement for placement in ready if waiting.is_due(placement)],
        "later": [placement for placement in ready if not waiting.is_due(placement)],
        "wrong": form,
    }
    return form_page(request, "placements/zone_waiting.html", shown, **context)


@require_POST
def placements_start(request: HttpRequest, zone: str) -> HttpResponse:
    """Record one first day for several students, or for all that are due."""
    here = zone_of(request, zone)
    form = StartAllForm(
        request.POST, ready=Placement.objects.filter(state=PlacementState.ACCEPTED, seat__site__zone=here)
    )
    if not form.is_valid():
        return _waiting_page(request, zone, form)
    rows = form.cleaned_data["placements"].select_related(
        "seat__site__company", "seat__site__zone", "seat__site__commune", "proposed_by"
    )
    rows = rows.select_related(
        "enrolment__application__candidate",
        "enrolment__application__intake",
        "enrolment__application__cohort__zone",
        "enrolment__application__cohort__intake__programme",
    )
    try:
        number = services.start_all(rows, on=form.cleaned_data["on"], by=request.user)
        told = ngettext("%(n)s first day recorded.", "%(n)s first days recorded.", number) % {"n": number}
        messages.success(request, told)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:zone_waiting", here.code)


@require_POST
def placement_lapse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give up waiting for a host: the student is to be placed again."""
    placement = placement_of(request, pk)
    version = VersionForm.shown(request.POST)
    thanks = _("Closed without an answer: %(student)s is again to be placed.") % {"student": placement.enrolment}
    _said(request, lambda: services.lapse(placement, by=request.user, version=version), thanks)
    return back_to_board(placement)


# -- begun, ended -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def placement_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record the first day of a student at the host."""
    placement = placement_of(request, pk)
    form = StartForm(request.POST if request.method == "POST" else None, initial={"version": placement.version})
    if request.method == "POST" and form.is_valid():
        thanks = _("First day recorded: %(site)s has the dates that follow.") % {"site": placement.seat.site}
        _said(request, lambda: services.start(placement, by=request.user, **form.cleaned_data), thanks)
        return _back_to_file(placement)
    return form_page(request, "placements/placement_start.html", form, placement=placement)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_complete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record the last day of a placement that has come to its end."""
    placement = placement_of(request, pk)
    form = CompleteForm(request.POST if request.method == "POST" else None, initial={"version": placement.version})
    if request.method == "POST" and form.is_valid():
        thanks = _("Placement completed: its place is closed, %(site)s is thanked.") % {"site": placement.seat.site}
        _said(request, lambda: services.complete(placement, by=request.user, **form.cleaned_data), thanks)
        return _back_to_file(placement)
    return form_page(request, "placements/placement_complete.html", form, placement=placement)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_break(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record a break, its cause, and whether the place is open again."""
    placement = placement_of(request, pk)
    form = BreakForm(
        request.POST if request.method == "POST" else None,
        initial={"version": placement.version},
        first_days=services.first_days_of(placement),
    )
    if request.method == "POST" and form.is_valid():
        try:
            # The board says what was done, and until when it can be undone.
            found = services.break_off(placement, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            if placement.state != PlacementState.ACTIVE:
                messages.error(request, refusal.reason)
                return back_to_board(placement)
            form.add_error(None, refusal.reason)
        else:
            for finding in found:
                messages.warning(request, services.with_article(finding))
            return back_to_board(placement)
    return form_page(request, "placements/placement_break.html", form, placement=placement)


@require_POST
def placement_break_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a break back before anybody hears of it."""
    placement = placement_of(request, pk)
    thanks = _("Undone: %(student)s is still at %(site)s, nobody was told.")
    thanks %= {"student": placement.enrolment, "site": placement.seat.site}
    _said(request, lambda: services.undo_break(placement, by=request.user), thanks)
    return back_to_board(placement)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_amend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move a student to another site of the company, or to another tutor."""
    placement = placement_of(request, pk)
    now = {"version": placement.version, "site": placement.seat.site_id, "tutor": placement.tutor_id}
    form = AmendForm(
        request.POST if request.method == "POST" else None,
        initial=now,
        sites=_sites_for(request, placement),
        tutors=Tutor.objects.filter(company=placement.seat.site.company_id, left_at=None),
    )
    if request.method == "POST" and form.is_valid():
        thanks = _("Change recorded: host and student are written to.")
        _said(request, lambda: services.amend(placement, by=request.user, **form.cleaned_data), thanks)
        return _back_to_file(placement)
    return form_page(request, "placements/placement_amend.html", form, placement=placement)


def _sites_for(request: HttpRequest, placement: Placement) -> Any:
    """The present site, and those of the company with a free place that the lead may choose."""
    free = Seat.objects.free().filter(intake=placement.enrolment.application.intake_id).values("site")
    sites = HostSite.objects.visible_to(request.user).filter(company=placement.seat.site.company_id)
    return sites.filter(Q(pk=placement.seat.site_id) | Q(pk__in=free)).order_by("name")
