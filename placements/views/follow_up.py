"""Students at their hosts: what is due of their follow-up, a visit noted, and calendars."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.states import FOLLOW
from partnership import clock, links
from partnership.policies import require
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..board import calendars, follow_up
from ..board.zone import with_names
from ..forms import VisitForm
from ..models import Placement
from ..states import CHECK_INS, PLACED, PlacementState, VisitKind
from .candidates import application_of, unusable
from .leads import led_by, placement_of, zone_of

_ICS = {"content_type": "text/calendar; charset=utf-8"}
_FILE = {"Content-Disposition": 'attachment; filename="tandem.ics"'}


@require_safe
def zone_follow_up(request: HttpRequest, zone: str) -> HttpResponse:
    """What is due, then every student at a host of the zone."""
    here = zone_of(request, zone)
    rows = follow_up.in_zone(here)
    context = {
        "zone": here,
        "zones": led_by(request.user),
        "rows": rows,
        "due": follow_up.due_until(rows, clock.today() + follow_up.SOON),
        "verdict": follow_up.verdict(rows),
    }
    return render(request, "placements/zone_follow_up.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def visit_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a visit, a check-in or a call in one form; what was noted meanwhile is shown first (409)."""
    placement = placement_of(request, pk)
    if placement.state != PlacementState.ACTIVE:
        messages.error(request, _("Only a student who is at their host is followed."))
        return redirect("placements:student_detail", placement.enrolment_id)
    row = follow_up.of_one(placement, placement.visits.select_related("done_by"))
    held = {visit.kind for visit in row.done if visit.kind in CHECK_INS}
    kinds = [kind for kind in VisitKind.values if kind not in held]
    wanted = request.GET.get("quoi", "")
    first = wanted if wanted in kinds else row.next.kind if row.next else VisitKind.PHONE
    initial = {"kind": first, "shown": len(row.done)}
    form = VisitForm(request.POST if request.method == "POST" else None, open_kinds=kinds, initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"shown": form.cleaned_data["shown"] or 0}
        try:
            services.record_visit(placement, by=request.user, **said)
            messages.success(request, _("Noted in the file of %(student)s.") % {"student": placement.enrolment})
            return redirect("placements:zone_follow_up", placement.seat.site.zone.code)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        except Stale:
            messages.warning(request, _("Something has just been noted here: see below whether more is needed."))
            status = 409
            row = follow_up.of_one(placement, placement.visits.select_related("done_by"))
            form.data = form.data.copy()
            form.data["shown"] = str(len(row.done))
    context = {"form": form, "placement": placement, "row": row}
    return render(request, "placements/visit_form.html", context, status=status)


# -- calendars --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def lead_agenda(request: HttpRequest) -> HttpResponse:
    """Whether there is an address; a new one is shown once, as it is made."""
    require(policies.is_lead(request.user))
    address = services.open_round(request.user) if request.method == "POST" else ""
    context = {"address": address, "open": services.open_rounds(request.user)}
    return render(request, "placements/lead_agenda.html", context)


@require_POST
def lead_agenda_close(request: HttpRequest) -> HttpResponse:
    """Close the address."""
    require(policies.is_lead(request.user))
    services.close_round(request.user)
    messages.success(request, _("The address is closed: whatever calendar asks it finds nothing."))
    return redirect("placements:lead_agenda")


@login_not_required
@require_safe
def lead_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for programs that ask it every hour."""
    try:
        request.link, calendar = services.round_of(token)
    except links.Unusable as problem:
        raise Http404 from problem
    return HttpResponse(calendar, **_ICS)


@login_not_required
@require_safe
def follow_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """A placed student's dates, as a file that their calendar reads."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    rows = with_names(Placement.objects.filter(enrolment__application=application, state__in=PLACED))
    placement = rows.first()
    if placement is None:
        raise Http404
    is_active = placement.state == PlacementState.ACTIVE
    followed = follow_up.of_one(placement, placement.visits.all()) if is_active else None
    made = calendars.of_student(application, followed, placement=placement, lead=placement.proposed_by)
    return HttpResponse(made, headers=_FILE, **_ICS)
