"""Companies: what a lead keeps of them, lists of them from elsewhere, and which may be entered twice."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Intake
from partnership import clock, sheets
from partnership import policies as house
from partnership.fields import order_in
from partnership.policies import require
from partnership.uploads import Room, takes_files
from partnership.workflow import Refused, Stale
from programmes.states import HOSTED

from .. import duplicates, policies, services
from ..forms import CompanyForm, HostListForm
from ..imports import KINDS, sentences
from ..models import HostList
from ..states import HostListState, HostRowVerdict
from .hosts import site_of
from .leads import zones_of

page = require_http_methods(["GET", "HEAD", "POST"])
ROOM = Room(each=sheets.MOST_BYTES, together=sheets.MOST_BYTES + 1024 * 1024)
LISTS_SHOWN = 20
V = HostRowVerdict


@page
def company_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what the company of a site says of itself; its name is an administrator's."""
    site = site_of(request, pk)
    company = site.company
    if request.method != "POST":
        return render(request, "placements/company_form.html", {"form": CompanyForm.filled(company), "site": site})
    form, status, conflict = CompanyForm(request.POST), 422, False
    if form.is_valid():
        try:
            services.edit_company(company, by=request.user, **form.cleaned_data)
        except Stale:
            form.data = form.data.copy()
            form.data["version"] = str(company.version)
            status, conflict = 409, True
        else:
            messages.success(request, _("The record of %(company)s is changed.") % {"company": company})
            return redirect("placements:site_detail", site.pk)
    context = {"form": form, "site": site, "conflict": conflict}
    return render(request, "placements/company_form.html", context, status=status)


# -- entered twice ----------------------------------------------------------------------------------------------------


@require_safe
def site_duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of sites that may be one, for administrators: they see every zone."""
    require(house.is_administrator(request.user))
    pairs = duplicates.suspected()
    words = ngettext("%(n)s pair of sites may be one", "%(n)s pairs of sites may be one", len(pairs))
    verdict = words % {"n": len(pairs)} if pairs else _("No site seems to be entered twice")
    return render(request, "placements/site_duplicates.html", {"pairs": pairs, "verdict": verdict})


# -- lists ------------------------------------------------------------------------------------------------------------


def _intakes(request: HttpRequest) -> QuerySet[Intake]:
    """The intakes to come whose students are hosted in a zone of the lead."""
    coming = Intake.objects.filter(starts_on__gte=clock.today(), cohorts__zone__in=zones_of(request.user))
    return coming.filter(programme__kind__in=HOSTED).select_related("programme").distinct().order_by("starts_on")


@takes_files(ROOM)
@page
def host_list_add(request: HttpRequest) -> HttpResponse:
    """Bring a list of hosts, and see those one has brought."""
    require(policies.is_lead(request.user))
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = HostListForm(*sent, intakes=_intakes(request))
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = services.receive_host_list(file, name=file.name, by=request.user, intake=form.cleaned_data["intake"])
        except sheets.Unreadable as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("placements:host_list", kept.pk)
    lists = HostList.objects.visible_to(request.user).defer("rows")[:LISTS_SHOWN]
    context = {"form": form, "lists": lists, "kinds": KINDS.values()}
    return render(request, "placements/host_list_add.html", context, status=422 if form.is_bound else 200)


@require_safe
def host_list_sheet(request: HttpRequest) -> HttpResponse:
    """An empty sheet with the headings by which a list is read."""
    require(policies.is_lead(request.user))
    file = BytesIO()
    sheets.write("xlsx", file, [str(kind.title) for kind in KINDS.values()], [])
    disposition = f'attachment; filename="{_("hosts")}.xlsx"'
    return HttpResponse(
        file.getvalue(),
        content_type=sheets.KINDS["xlsx"],
        headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
    )


def _list(request: HttpRequest, pk: UUID) -> HostList:
    require(policies.is_lead(request.user))
    return get_object_or_404(HostList.objects.visible_to(request.user).select_related("intake__programme"), pk=pk)


@require_safe
def host_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What each row of a list would become, or has become."""
    kept = _list(request, pk)
    written = kept.state == HostListState.WRITTEN
    sites = services.sites_of(kept)
    counts = {verdict: sum(row["verdict"] == verdict for row in kept.rows) for verdict in V}
    rows = [
        {
            "line": row["line"],
            "name": row["name"] or _("without a name"),
            "verdict": row["verdict"],
            "label": _("Site recorded") if written and row["verdict"] == V.NEW else V(row["verdict"]).label,
            "told": sentences(row["told"]),
            "site": sites.get(row["site"]),
            "may_be_other": not written and row["verdict"] == V.ALIKE,
        }
        for row in kept.rows
    ]
    context = {
        "kept": kept,
        "rows": rows,
        "verdict": _verdict(counts, written=written),
        "written": written,
        "may_confirm": not written and bool(counts[V.NEW] + counts[V.ALIKE]),
        "alike": counts[V.ALIKE],
        "wrong": counts[V.WRONG],
    }
    return render(request, "placements/host_list.html", context)


def _verdict(counts: dict[HostRowVerdict, int], *, written: bool) -> str:
    new = counts[V.NEW]
    parts = [
        ngettext("%(n)s site recorded", "%(n)s sites recorded", new) % {"n": new}
        if written
        else ngettext("%(n)s new site", "%(n)s new sites", new) % {"n": new}
    ]
    for verdict, words in (
        (V.ALIKE, ngettext("%(n)s looks like another", "%(n)s look like another", counts[V.ALIKE])),
        (V.KNOWN, ngettext("%(n)s already known", "%(n)s already known", counts[V.KNOWN])),
        (V.WRONG, ngettext("%(n)s row to correct", "%(n)s rows to correct", counts[V.WRONG])),
    ):
        if counts[verdict]:
            parts.append(words % {"n": counts[verdict]})
    return f"{', '.join(parts)}."


@require_POST
def host_list_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record the new sites of a list, and those of which it was said that they are others."""
    kept = _list(request, pk)
    others = {order_in(line) for line in request.POST.getlist("other")} - {None}
    try:
        services.write_host_list(kept, by=request.user, others=others)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("This list has just been recorded."))
    return redirect("placements:host_list", kept.pk)


@require_POST
def host_list_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a list."""
    kept = _list(request, pk)
    services.forget_host_list(kept, by=request.user)
    messages.success(request, _("The list %(name)s is forgotten.") % {"name": kept})
    return redirect("placements:host_list_add")
