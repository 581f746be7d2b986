"""Hosts: their sites, the places they open, and when they last said so."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Intake
from partnership import clock
from partnership.policies import get_allowed, require
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..board import story
from ..board import zone as boards
from ..forms import IntakeForm, SeatsForm, SiteFilter, SiteForm, facts_of
from ..models import PLEDGE_LIFE, HostPledge, HostSite, Placement, Seat
from .leads import A_PAGE, chips, zones_of


def site_of(request: HttpRequest, pk: UUID) -> HostSite:
    require(policies.is_lead(request.user))
    rows = HostSite.objects.select_related("company", "zone", "commune")
    return get_allowed(rows, policies.can_keep_site, request.user, pk=pk)


def _intakes(site: HostSite) -> QuerySet[Intake]:
    """The intakes for which a site of this zone can open places."""
    keys = [intake.pk for intake in boards.intakes_of(site.zone)]
    return Intake.objects.filter(pk__in=keys).select_related("programme")


# -- the list ---------------------------------------------------------------------------------------------------------


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """The sites of the lead's zones, with their places of the intakes to come."""
    require(policies.is_lead(request.user))
    zones = zones_of(request.user)
    form = SiteFilter(request.GET, zones=zones)
    form.is_valid()
    coming = Intake.objects.filter(starts_on__gte=clock.today()).select_related("programme")
    sites = _filtered(HostSite.objects.filter(zone__in=zones), form.cleaned_data, coming)
    page = Paginator(
        sites.select_related("company", "zone", "commune").order_by("zone__order", "name", "pk"), A_PAGE
    ).get_page(request.GET.get("page"))
    total = page.paginator.count
    of_zones = boards.site_rows(HostSite.objects.filter(zone__in=zones), coming)
    context = {
        "page": page,
        "verdict": _verdict(sum(row.free for row in of_zones), sum(row.stale for row in of_zones)),
        "rows": boards.site_rows(page.object_list, coming),
        "filter": form,
        "wrong": bool(form.errors),
        "zones": zones,
        "count": ngettext("%(n)s site", "%(n)s sites", total) % {"n": total},
        "chips": chips(request, form),
    }
    return render(request, "placements/site_list.html", context)


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


# -- a site's record --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def site_add(request: HttpRequest) -> HttpResponse:
    """Record a site of the lead's zone."""
    require(policies.is_lead(request.user))
    form = SiteForm(request.POST if request.method == "POST" else None, zones=zones_of(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            site = services.add_site(by=request.user, **form.record())
        except Refused as refusal:
            form.add_error("siret", refusal.reason)
        else:
            messages.success(request, _("%(site)s is recorded: open its places.") % {"site": site})
            return redirect("placements:site_detail", site.pk)
    return render(request, "placements/site_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def site_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a site's record; if somebody else has meanwhile, show both and keep what was typed."""
    site = site_of(request, pk)
    zones = zones_of(request.user)
    if request.method != "POST":
        return render(request, "placements/site_form.html", {"form": SiteForm.filled(site, zones=zones), "site": site})
    form, status, newer = SiteForm(request.POST, zones=zones, site=site), 422, []
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
    intakes = _intakes(site)
    coming = boards.next_of(list(intakes), clock.today())
    groups = boards.seats_at(site, intakes)
    shown = site.seats.count()
    context = {
        "site": site,
        "groups": groups,
        "free": sum(group["free"] for group in groups),
        "stale": sum(group["stale"] for group in groups),
        "has_intakes": bool(intakes),
        "form": form,
        "shown": shown,
        "seats_form": form or SeatsForm(intakes=intakes, initial={"number": 1, "intake": coming, "shown": shown}),
        "days": story.of_site(site),
    }
    return render(request, "placements/site_detail.html", context, status=422 if form else status)


@require_POST
def seats_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open places at a site for an intake; « +1 place » is this form with one."""
    site = site_of(request, pk)
    form = SeatsForm(request.POST, intakes=_intakes(site))
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
    return redirect("placements:site_detail", site.pk)


@require_POST
def seats_reconfirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The host has said again that its places are open."""
    site = site_of(request, pk)
    form = IntakeForm(request.POST, intakes=_intakes(site))
    if not form.is_valid():
        messages.error(request, _("Choose an intake."))
        return _site_page(request, site, SeatsForm({}, intakes=_intakes(site)))
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
