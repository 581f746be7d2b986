"""Hosts: their sites, the places they open, and when they last said so."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Enrolment, Intake
from partnership import clock
from partnership.distance import between, nearness
from partnership.fields import key_in
from partnership.policies import get_allowed, require
from partnership.workflow import Refused, Stale

from .. import duplicates, policies, services
from ..board import story
from ..board import zone as boards
from ..board.opening_hours import words_of
from ..forms import IntakeForm, SeatsForm, SiteFilter, SiteForm, facts_of
from ..models import PLEDGE_LIFE, HostCall, HostPledge, HostSite, Placement, Seat
from .leads import A_PAGE, chips, zones_of


def site_of(request: HttpRequest, pk: UUID) -> HostSite:
    """The site of an address, for whoever keeps it."""
    require(policies.is_lead(request.user))
    rows = HostSite.objects.select_related("company__agreement", "company__operator", "zone", "commune")
    return get_allowed(rows, policies.can_keep_site, request.user, pk=pk)


def followed_site_of(request: HttpRequest, pk: UUID) -> HostSite:
    """A site whose contacts and notes the lead reads; those of a rival are as if they did not exist."""
    site = site_of(request, pk)
    if not policies.interests_of(request.user).reads_contacts(site):
        raise Http404
    return site


def intakes_at(site: HostSite) -> QuerySet[Intake]:
    """The intakes for which a site of this zone can open places."""
    keys = [intake.pk for intake in boards.intakes_of(site.zone)]
    return Intake.objects.filter(pk__in=keys).select_related("programme")


_BACK = {"board": "placements:zone_board", "calls": "placements:call_list"}


def back_from(request: HttpRequest, site: HostSite, intake: Intake) -> HttpResponseRedirect:
    """To the page of the zone that somebody came from, at the intake they spoke of; else to the site's."""
    page = _BACK.get(request.POST.get("back", ""))
    if page is None:
        return HttpResponseRedirect(reverse("placements:site_detail", args=[site.pk]))
    return HttpResponseRedirect(f"{reverse(page, args=[site.zone.code])}?rentree={intake.pk}")


# -- the list ---------------------------------------------------------------------------------------------------------


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """The sites of the lead's zones, with their places of the intakes to come."""
    require(policies.is_lead(request.user))
    zones = zones_of(request.user)
    form = SiteFilter(request.GET, zones=zones)
    form.is_valid()
    student = _student(request, form.cleaned_data.get("etudiant"))
    home = student.application.candidate.commune if student else None
    if student:
        form.call(student)
    coming = Intake.objects.filter(starts_on__gte=clock.today()).select_related("programme")
    interests = policies.interests_of(request.user)
    sites = _filtered(HostSite.objects.filter(zone__in=zones), form.cleaned_data, coming)
    order = [nearness("commune__", home).asc(nulls_last=True)] if home and home.latitude is not None else []
    if form.cleaned_data.get("places") == "to_call":
        sites = _to_call(sites.but_rivals_of(request.user))
    page = Paginator(
        sites.select_related("company", "zone", "commune")
        .prefetch_related("opening_hours")
        .order_by(*order, "zone__order", "name", "pk"),
        A_PAGE,
    ).get_page(request.GET.get("page"))
    total = page.paginator.count
    rows = boards.site_rows(page.object_list, coming)
    for row in rows:
        row.distance = between(home, row.site.commune)
    of_zones = boards.site_rows(HostSite.objects.filter(zone__in=zones), coming)
    context = {
        "page": page,
        "verdict": _verdict(sum(row.free for row in of_zones), sum(row.stale for row in of_zones)),
        "rows": rows,
        "student": student,
        "home": home,
        "own": [site for site in page if interests.is_own(site)],
        "hidden": [site for site in page if not interests.reads_contacts(site)],
        "filter": form,
        "wrong": bool(form.errors),
        "zones": zones,
        "count": ngettext("%(n)s site", "%(n)s sites", total) % {"n": total},
        "chips": chips(request, form),
    }
    return render(request, "placements/site_list.html", context)


def _student(request: HttpRequest, pk: UUID | None) -> Enrolment | None:
    """The student near whom a site is looked for, if one is."""
    if pk is None:
        return None
    students = Enrolment.objects.select_related("application__candidate__commune", "application__cohort")
    return get_allowed(students, policies.can_place, request.user, pk=pk)


def _verdict(free: int, stale: int) -> str:
    """What the list answers: is there a place left, and whom to call to be sure of more."""
    words = ngettext("%(n)s free place", "%(n)s free places", free) % {"n": free} if free else _("No free place")
    if stale:
        words += ", " + ngettext("%(n)s to reconfirm", "%(n)s to reconfirm", stale) % {"n": stale}
    return words


def _filtered(sites: QuerySet[HostSite], wanted: dict[str, Any], coming: QuerySet[Intake]) -> QuerySet[HostSite]:
    for word in (wanted.get("q") or "").split():
        sites = sites.filter(
            Q(name__icontains=word) | Q(company__name__icontains=word) | Q(commune__name__icontains=word)
        )
    if wanted.get("zone"):
        sites = sites.filter(zone__code=wanted["zone"])
    fresh = HostPledge.objects.filter(
        site=OuterRef("site"), intake=OuterRef("intake"), answered_at__gte=clock.now() - PLEDGE_LIFE
    )
    seats = Seat.objects.open().filter(site=OuterRef("pk"), intake__in=coming)
    live = Placement.objects.live().filter(seat=OuterRef("pk"))
    free = seats.filter(~Exists(live))
    conditions = {
        "free": Exists(free.filter(Exists(fresh))),
        "stale": Exists(free.filter(~Exists(fresh))),
        "full": Q(Exists(seats)) & ~Q(Exists(free)),
        "none": ~Exists(seats),
    }
    places = wanted.get("places")
    return sites.filter(conditions[places]) if places in conditions else sites


def _to_call(sites: QuerySet[HostSite]) -> QuerySet[HostSite]:
    """Sites whose last call left a date that has come."""
    last = HostCall.objects.filter(site=OuterRef("pk")).order_by("-at").values("next_on")[:1]
    return sites.annotate(next_on=Subquery(last)).filter(next_on__lte=clock.today())


# -- a site's record --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def site_add(request: HttpRequest) -> HttpResponse:
    """Record a site of the lead's zone, or the employer that a student brings; those it resembles are shown first."""
    require(policies.is_lead(request.user))
    student = _student(request, key_in(request.GET.get("etudiant")))
    form = SiteForm(
        request.POST if request.method == "POST" else None,
        zones=zones_of(request.user),
        initial=_found_by(student) if student else None,
    )
    others, status = [], 422
    if request.method == "POST" and form.is_valid():
        said = form.record()
        others = [] if form.cleaned_data["different"] else duplicates.alike(said, user=request.user)
        if others:
            status = 409
        else:
            try:
                site = services.add_site(by=request.user, **said)
            except Refused as refusal:
                form.add_error("siret", refusal.reason)
            else:
                messages.success(request, _("%(site)s is recorded: open its places.") % {"site": site})
                return redirect("placements:site_detail", site.pk)
    context = {"form": form, "others": others, "student": student}
    return render(request, "placements/site_form.html", context, status=status if form.is_bound else 200)


def _found_by(student: Enrolment) -> dict[str, Any]:
    """What the form begins with for the employer that a student brings: as far as anybody knows, no partner."""
    application = student.application
    known = {"company_name": application.employer_name, "siret": application.employer_siret}
    return known | {"is_partner": False, "zone": application.cohort.zone_id}


@require_http_methods(["GET", "HEAD", "POST"])
def site_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a site's record; if somebody else has meanwhile, show both and keep what was typed."""
    site = site_of(request, pk)
    about = {
        "zones": zones_of(request.user),
        "with_contacts": policies.interests_of(request.user).reads_contacts(site),
    }
    if request.method != "POST":
        return render(request, "placements/site_form.html", {"form": SiteForm.filled(site, **about), "site": site})
    form, status, newer = SiteForm(request.POST, site=site, **about), 422, []
    if form.is_valid():
        try:
            services.edit_site(site, by=request.user, version=form.cleaned_data["version"], **form.record())
            messages.success(request, _("The record of %(site)s is changed.") % {"site": site})
            return redirect("placements:site_detail", site.pk)
        except Refused as refusal:
            form.add_error("siret" if form.cleaned_data["zone"] == site.zone else "zone", refusal.reason)
        except Stale:
            status, newer = 409, _newer(form, site)
            # What was typed stays; sent again, it is on top of the newer record, knowingly.
            form.data = _with_version(form.data, site.version)
    return render(request, "placements/site_form.html", {"form": form, "site": site, "newer": newer}, status=status)


def _with_version(data: Any, version: int) -> Any:
    data = data.copy()
    data["version"] = str(version)
    return data


def _newer(form: SiteForm, site: HostSite) -> list[dict[str, Any]]:
    """What the record says now, where that is not what was typed."""
    now = facts_of(site)
    rows = []
    for name, asked in form.fields.items():
        if name in now and str(form[name].value() or "") != str(now[name] or ""):
            choices = dict(getattr(asked, "choices", []))
            if isinstance(now[name], list):
                words = [str(choices.get(part, part)) for part in now[name] if part]
                rows.append({"label": asked.label, "value": ", ".join(words) or _("empty")})
                continue
            shown = {"zone": site.zone, "commune": site.commune}.get(name) or choices.get(now[name], now[name])
            rows.append({"label": asked.label, "value": shown or _("empty")})
    return rows


# -- a site and its places --------------------------------------------------------------------------------------------


@require_safe
def site_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A site: who answers for it, its places by intake, its story."""
    return _site_page(request, site_of(request, pk))


def _site_page(
    request: HttpRequest, site: HostSite, form: SeatsForm | None = None, *, status: int = 200
) -> HttpResponse:
    intakes = intakes_at(site)
    coming = boards.next_of(list(intakes), clock.today())
    groups = boards.seats_at(site, intakes)
    shown = site.seats.count()
    interests = policies.interests_of(request.user)
    reads_contacts = interests.reads_contacts(site)
    calls = list(site.phone_calls.select_related("by")[: story.LONGEST]) if reads_contacts else []
    context = {
        "site": site,
        "groups": groups,
        "free": sum(group["free"] for group in groups),
        "stale": sum(group["stale"] for group in groups),
        "has_intakes": bool(intakes),
        "form": form,
        "shown": shown,
        "seats_form": form or SeatsForm(intakes=intakes, initial={"number": 1, "intake": coming, "shown": shown}),
        "is_own": interests.is_own(site),
        "reads_contacts": reads_contacts,
        "contacts": site.contacts.all() if reads_contacts else (),
        "last_call": next(iter(calls), None),
        "tutors": boards.tutors_of(site),
        "hours": words_of(site),
        "days": story.of_site(site, calls=calls, with_notes=reads_contacts),
    }
    return render(request, "placements/site_detail.html", context, status=422 if form else status)


@require_POST
def seats_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open places at a site for an intake; « +1 place » is this form with one."""
    site = site_of(request, pk)
    form = SeatsForm(request.POST, intakes=intakes_at(site))
    if not form.is_valid():
        return _site_page(request, site, form)
    number = form.cleaned_data["number"]
    try:
        services.open_seats(
            site, form.cleaned_data["intake"], number=number, by=request.user, shown=form.cleaned_data["shown"]
        )
    except Stale:
        messages.warning(request, _("Places have just been opened here: see below whether more are needed."))
        return _site_page(request, site, status=409)
    opened = ngettext("%(n)s place opened at %(site)s.", "%(n)s places opened at %(site)s.", number)
    messages.success(request, opened % {"n": number, "site": site})
    return back_from(request, site, form.cleaned_data["intake"])


@require_POST
def seats_reconfirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The host has said again that its places are open."""
    site = site_of(request, pk)
    form = IntakeForm(request.POST, intakes=intakes_at(site))
    if not form.is_valid():
        messages.error(request, _("Choose an intake."))
        return _site_page(request, site, SeatsForm({}, intakes=intakes_at(site)))
    services.reconfirm(site, form.cleaned_data["intake"], by=request.user)
    messages.success(request, _("Places of %(site)s confirmed today: they count for ninety days.") % {"site": site})
    return redirect("placements:site_detail", site.pk)


@require_POST
def seat_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a free place."""
    require(policies.is_lead(request.user))
    rows = Seat.objects.select_related("site__zone")
    seat = get_allowed(rows, lambda user, found: policies.can_keep_site(user, found.site), request.user, pk=pk)
    try:
        services.close_seat(seat, by=request.user)
        messages.success(request, _("The place is closed."))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:site_detail", seat.site_id)
