"""A zone's lead: the board of the zone, placements, students; and the register of places for the convention."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import policies as cohort_policies
from cohorts import services as cohort_services
from cohorts.models import Enrolment, plain
from cohorts.states import ENROLMENT_LIVE
from partnership import clock
from partnership import policies as partnership_policies
from partnership.fields import order_in
from partnership.models import Convention, User, Zone
from partnership.policies import get_allowed, require
from partnership.states import Channel, Role
from partnership.versions import VersionForm
from partnership.workflow import Refused

from .. import measures, policies, services
from ..board import clocks, contracts, proposals, story
from ..board import introductions as introduced
from ..board import zone as boards
from ..forms import CancelForm, DeclineForm, EndForm, ProposeForm, StudentFilter
from ..models import ContractFile, HostSite, Introduction, Placement
from ..states import CONTRACT_LIVE, PLACED, PLACEMENT_LIVE, PlacementState

A_PAGE = 50


# -- the zone ---------------------------------------------------------------------------------------------------------


def zones_of(user: User) -> QuerySet[Zone]:
    """The zones a lead leads."""
    zones = user.zones_as(Role.REGIONAL_LEAD)
    return Zone.objects.all() if zones is None else Zone.objects.filter(pk__in=zones)


def led_by(user: User) -> list[Zone]:
    """The same in a list, in their order: a statement for whoever leads all of them, none for whoever leads some."""
    if user.zones_as(Role.REGIONAL_LEAD) is None:
        return list(Zone.objects.all())
    led = {one.zone for one in user.current_memberships() if one.role == Role.REGIONAL_LEAD}
    return sorted(led, key=lambda zone: (zone.order, zone.name))


def zone_of(request: HttpRequest, code: str) -> Zone:
    """The zone of an address, for whoever leads it."""
    require(policies.is_lead(request.user))
    zone = next((zone for zone in led_by(request.user) if zone.code == code), None)
    if zone is None:
        raise Http404
    return zone


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A lead begins with their zone; of several, the first that has students."""
    require(policies.is_lead(request.user))
    zones = zones_of(request.user)
    zone = zones.filter(cohorts__isnull=False).first() or zones.first()
    if zone is None:
        raise Http404
    return redirect("placements:zone_board", zone.code)


@require_safe
def zone_board(request: HttpRequest, zone: str) -> HttpResponse:
    """Who is to be placed, where places are free, what is under way."""
    return _zone_page(request, zone_of(request, zone), wanted=request.GET.get("rentree", ""))


def _zone_page(request: HttpRequest, zone: Zone, *, wanted: str, form: ProposeForm | None = None) -> HttpResponse:
    intakes = boards.intakes_of(zone)
    intake = next((known for known in intakes if str(known.pk) == wanted), None)
    intake = intake or boards.next_of(intakes, clock.today())
    context: dict[str, Any] = {"zone": zone, "zones": led_by(request.user), "form": form}
    context["leads_everywhere"] = policies.can_lead_everywhere(request.user)
    if intake is not None:
        context["board"] = boards.build(zone, intake, intakes, user=request.user)
        context["contracts_late"] = contracts.number_late(zone)
    return render(request, "placements/zone_board.html", context, status=422 if form else 200)


def back_to_board(placement: Placement) -> HttpResponseRedirect:
    """To the board of the placement's site, at the student's intake."""
    url = reverse("placements:zone_board", args=[placement.seat.site.zone.code])
    return HttpResponseRedirect(f"{url}?rentree={placement.enrolment.application.intake_id}")


# -- placements -------------------------------------------------------------------------------------------------------


@require_POST
def placement_propose(request: HttpRequest, zone: str) -> HttpResponse:
    """Place a student on a free place of a site of the zone, or of an employer outside the partnership."""
    here = zone_of(request, zone)
    form = ProposeForm(request.POST)
    wanted = request.POST.get("rentree", "")
    # A reason that cannot be kept is asked for again beside what it is the reason of.
    if not form.is_valid() and form.errors.keys() != {"hours_reason"}:
        return _zone_page(request, here, wanted=wanted, form=form)
    enrolment = get_allowed(
        Enrolment.objects.select_related(
            "application__candidate__commune", "application__cohort__intake__programme", "application__intake"
        ),
        policies.can_place,
        request.user,
        pk=form.cleaned_data["enrolment"],
    )
    site = _site_to_place_at(request.user, here, form.cleaned_data["site"])
    try:
        # The board says what was done, and until when it can be undone.
        services.propose(enrolment, site=site, by=request.user, hours_reason=form.cleaned_data.get("hours_reason", ""))
        if not policies.can_keep_site(request.user, site):
            words = _(
                "Placement proposed: %(student)s, at %(site)s. The site is of zone %(zone)s: its lead alone can cancel "
                "it, and answers for the host."
            )
            messages.success(request, words % {"student": enrolment, "site": site, "zone": site.zone})
    except services.Clash as clash:
        form.ask_why()
        context = {"form": form, "clash": clash, "enrolment": enrolment, "site": site, "zone": here}
        return render(request, "placements/placement_clash.html", context, status=422)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    url = reverse("placements:zone_board", args=[here.code])
    return HttpResponseRedirect(f"{url}?rentree={enrolment.application.intake_id}")


def _site_to_place_at(user: User, here: Zone, pk: UUID) -> HostSite:
    """A site of the zone; or of any, outside the partnership: whoever may place the student may place them there."""
    sites = HostSite.objects.select_related("company", "zone")
    brought = sites.filter(company__is_partner=False, pk=pk).first()
    if brought is not None:
        return brought
    return get_allowed(sites.filter(zone=here), policies.can_keep_site, user, pk=pk)


def placement_of(request: HttpRequest, pk: UUID) -> Placement:
    require(policies.is_lead(request.user))
    return get_allowed(boards.named_apart(Placement.objects.all()), policies.can_change, request.user, pk=pk)


@require_POST
def placement_send(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the host now."""
    placement = placement_of(request, pk)
    try:
        services.send_now(placement, by=request.user)
        messages.success(request, _("The letter to %(site)s leaves now.") % {"site": placement.seat.site})
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return back_to_board(placement)


@require_POST
def placement_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a placement back before the host hears of it."""
    placement = placement_of(request, pk)
    try:
        services.undo(placement, by=request.user)
        messages.success(
            request, _("Undone: %(student)s is again to be placed, nobody was told.") % {"student": placement.enrolment}
        )
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return back_to_board(placement)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel a placement, with the reason."""
    placement = placement_of(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None, initial={"version": placement.version})
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            services.cancel(placement, by=request.user, reason=answers["reason"], version=answers["version"])
            messages.success(
                request, _("Placement cancelled: the place of %(site)s is free.") % {"site": placement.seat.site}
            )
        except Refused as refusal:
            messages.error(request, refusal.reason)
        return back_to_board(placement)
    return form_page(request, "placements/placement_cancel.html", form, placement=placement)


@require_POST
def placement_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that the host said yes by telephone."""
    placement = placement_of(request, pk)
    try:
        services.accept(placement, by=request.user, channel=Channel.PHONE, version=VersionForm.shown(request.POST))
        messages.success(
            request,
            _("Yes of %(site)s recorded: %(student)s is written to.")
            % {"site": placement.seat.site, "student": placement.enrolment},
        )
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return back_to_board(placement)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that the host said no by telephone, and why."""
    placement = placement_of(request, pk)
    form = DeclineForm(request.POST if request.method == "POST" else None, initial={"version": placement.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.decline(placement, by=request.user, channel=Channel.PHONE, **form.cleaned_data)
            messages.success(
                request,
                _("No of %(site)s recorded: %(student)s is again to be placed.")
                % {"site": placement.seat.site, "student": placement.enrolment},
            )
        except Refused as refusal:
            messages.error(request, refusal.reason)
        return back_to_board(placement)
    return form_page(request, "placements/placement_decline.html", form, placement=placement)


def form_page(request: HttpRequest, template: str, form: VersionForm, **context: Any) -> HttpResponse:
    return render(request, template, context | {"form": form}, status=422 if form.is_bound else 200)


# -- students ---------------------------------------------------------------------------------------------------------


@require_safe
def student_list(request: HttpRequest) -> HttpResponse:
    """The students of the lead's zones, and those who could come."""
    require(policies.is_lead(request.user))
    zones = led_by(request.user)
    form = StudentFilter(request.GET, zones=zones)
    form.is_valid()
    wanted = form.cleaned_data
    students = _filtered(clocks.with_clocks(Enrolment.objects.visible_to(request.user)), wanted)
    shown = Placement.objects.visible_to(request.user).live().select_related("seat__site__zone")
    page = Paginator(
        students.select_related(
            "application__candidate__commune",
            "application__cohort__zone",
            "application__cohort__intake__programme",
            "application__intake",
        )
        .prefetch_related(Prefetch("placements", queryset=shown, to_attr="shown_placements"))
        .annotate(is_placed_somewhere=_has_placement(PLACEMENT_LIVE))
        .order_by("enrolled_at", "pk"),
        A_PAGE,
    ).get_page(request.GET.get("page"))
    for enrolment in page:
        enrolment.clock = clocks.clock_of(enrolment)
    total = page.paginator.count
    waiting = boards.to_place(Enrolment.objects.visible_to(request.user)).count()
    context = {
        "page": page,
        "verdict": ngettext("%(n)s student to place", "%(n)s students to place", waiting) % {"n": waiting}
        if waiting
        else _("No student to place"),
        "filter": form,
        "wrong": bool(form.errors),
        "zones": zones,
        "count": ngettext("%(n)s student", "%(n)s students", total) % {"n": total},
        "chips": chips(request, form),
    }
    return render(request, "placements/student_list.html", context)


def _has_placement(states: tuple[PlacementState, ...]) -> Exists:
    return Exists(Placement.objects.filter(enrolment=OuterRef("pk"), state__in=states))


def _filtered(students: QuerySet[Enrolment], wanted: dict[str, Any]) -> QuerySet[Enrolment]:
    situation = wanted.get("situation")
    if situation == "ended":
        students = students.exclude(state__in=ENROLMENT_LIVE)
    else:
        students = students.filter(state__in=ENROLMENT_LIVE)
    if situation in ("to_place", "own_employer"):
        students = students.filter(~_has_placement(PLACEMENT_LIVE))
    if situation == "own_employer":
        students = students.filter(brings_employer=True)
    if situation == "proposed":
        students = students.filter(_has_placement((PlacementState.PROPOSED,)))
    if situation == "placed":
        students = students.filter(_has_placement(PLACED))
    if wanted.get("zone"):
        students = students.filter(application__cohort__zone__code=wanted["zone"])
    words = plain(wanted.get("q") or "").split()
    if words and all(word.isdigit() for word in words):
        # A number typed as it is read aloud; it is stored with its country instead of the first zero.
        words = ["".join(words).lstrip("0")]
    for word in words:
        students = students.filter(application__candidate__search_text__contains=word)
    return students


def chips(request: HttpRequest, form: Any) -> list[dict[str, Any]]:
    """The filters that are set, each with the address that removes it."""
    found = []
    for name, value in form.cleaned_data.items():
        if value:
            query = request.GET.copy()
            query.pop(name, None)
            query.pop("page", None)
            label = dict(getattr(form.fields[name], "choices", [])).get(value, value)
            found.append({"label": form.fields[name].label, "value": label, "url": f"?{query.urlencode()}"})
    return found


@require_safe
def student_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A student's file as a lead reads it."""
    enrolment = student_of(request, pk)
    application = enrolment.application
    placements = list(
        boards.named_apart(Placement.objects.visible_to(request.user)).filter(enrolment__application=application)
    )
    introductions = list(
        introduced.with_names(Introduction.objects.visible_to(request.user)).filter(enrolment__application=application)
    )
    live = next((row for row in boards.placement_rows(placements) if row.placement.state in PLACEMENT_LIVE), None)
    is_live = enrolment.state in ENROLMENT_LIVE
    mobility, wishes = proposals.said_by(enrolment, user=request.user)
    weighed_in, hosts_weighed = None, []
    if is_live and live is None:
        weighed_in, hosts_weighed = proposals.hosts_of(enrolment, user=request.user)
    is_placed_elsewhere = live is None and enrolment.placements.live().exists()
    waits = is_live and live is None and not is_placed_elsewhere
    may_change = live is not None and policies.can_change(request.user, live.placement)
    files = list(ContractFile.objects.visible_to(request.user).filter(placement__in=[one.pk for one in placements]))
    has_contract = any(one.state in CONTRACT_LIVE for one in files)
    context = {
        "enrolment": enrolment,
        "contracts": files,
        "may_ask_contract": may_change and live.placement.state in PLACED and not has_contract,
        "application": application,
        "candidate": application.candidate,
        "placements": placements,
        "introductions": introductions,
        "live": live,
        "may_change": may_change,
        "is_placed_elsewhere": is_placed_elsewhere,
        "is_live": is_live,
        "waits": waits,
        "nearest": boards.nearest_to(enrolment, user=request.user) if waits else [],
        "place_from": boards.board_of(enrolment, user=request.user),
        "clock": clocks.clock_of(enrolment),
        "availability": boards.availability_words(application),
        "may_end": is_live and cohort_policies.can_end(request.user, enrolment),
        "days": story.of_student(application, placements=placements, introductions=introductions),
        "mobility": mobility,
        "wishes": wishes,
        "weighed_in": weighed_in,
        "hosts_weighed": hosts_weighed,
    }
    return render(request, "placements/student_detail.html", context)


def student_of(request: HttpRequest, pk: UUID) -> Enrolment:
    require(policies.is_lead(request.user))
    rows = (
        clocks.with_clocks(Enrolment.objects.all())
        .select_related(
            "application__candidate__commune",
            "application__cohort__zone",
            "application__cohort__intake__programme",
            "application__intake",
            "application__owner",
        )
        .prefetch_related("application__other_zones")
    )
    return get_allowed(rows, policies.can_place, request.user, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that a student leaves: the enrolment ends and the seat is free in the same commit."""
    enrolment = student_of(request, pk)
    require(cohort_policies.can_end(request.user, enrolment))
    form = EndForm(
        request.POST if request.method == "POST" else None, initial={"version": enrolment.application.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            cohort_services.withdraw(enrolment.application, by=request.user, **form.cleaned_data)
            messages.success(request, _("The enrolment has ended; the place, if there was one, is free."))
        except Refused as refusal:
            messages.error(request, refusal.reason)
        return redirect("placements:student_detail", enrolment.pk)
    return form_page(request, "placements/enrolment_end.html", form, enrolment=enrolment)


# -- the convention's register ----------------------------------------------------------------------------------------


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The places or placements behind a figure of the board: site, zone, dates, no student's name."""
    require(partnership_policies.can_read_register(request.user))
    convention = _convention(request)
    key = request.GET.get("mesure", "")
    key = key if key in ("host_places", "placed", "with_employer") else "host_places"
    wanted: dict[str, Any] = {}
    milestone, zone = order_in(request.GET.get("jalon")), request.GET.get("zone", "")
    of_seats = key == "host_places"
    if milestone is not None:
        path = "intake" if of_seats else "enrolment__application__intake"
        wanted[f"{path}__programme__milestone__order"] = milestone
    if zone:
        wanted["site__zone__code" if of_seats else "seat__site__zone__code"] = zone
    if of_seats:
        rows = _seats_behind(convention)
    else:
        rows = _placements_behind(convention, partners_only=key == "placed")
    rows = _readable(request.user, rows.filter(**wanted), "site__zone" if of_seats else "seat__site__zone")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    measure = next(measure for measure in measures.MEASURES if measure.key == key)
    context = {
        "page": page,
        "measure": measure,
        "measures": measures.MEASURES,
        "of_seats": of_seats,
        "milestone": "" if milestone is None else milestone,
        "zone": Zone.objects.filter(code=zone).first() if zone else None,
    }
    return render(request, "placements/register.html", context)


def _convention(request: HttpRequest) -> Convention:
    found = Convention.objects.visible_to(request.user).running()
    if found is None:
        raise Http404
    return found


def _seats_behind(convention: Convention) -> QuerySet:
    return (
        measures.seats(convention)
        .select_related("site__company", "site__zone", "site__commune", "intake__programme__milestone")
        .annotate(is_taken=Exists(Placement.objects.live().filter(seat=OuterRef("pk"))))
        .order_by("site__zone__order", "site__name", "opened_at", "pk")
    )


def _placements_behind(convention: Convention, *, partners_only: bool) -> QuerySet:
    return (
        measures.placements(convention, partners_only=partners_only)
        .select_related(
            "seat__site__company",
            "seat__site__zone",
            "seat__site__commune",
            "enrolment__application__intake__programme__milestone",
        )
        .order_by("seat__site__zone__order", "answered_at", "pk")
    )


def _readable(user: User, rows: QuerySet, zone: str) -> QuerySet:
    zones = partnership_policies.register_zones(user)
    return rows if zones is None else rows.filter(Q(**{f"{zone}__in": zones}))
