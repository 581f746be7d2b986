"""The list of applications that recruitment works with; and the register, which names nobody."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from partnership import clock, measures
from partnership import policies as house
from partnership.fields import address_of_any
from partnership.models import Convention, User, Zone
from partnership.templatetags.figures import number

from .. import bulk, listing, policies, tally
from ..forms.recruit import Filters
from ..measures import CONDITIONS, behind
from ..models import RECRUITMENT, Application, Cohort, RecruitmentSource, SavedView
from ..sources import CODE
from ..states import ApplicationState, Source
from ..worklist import waited

S = ApplicationState
ROWS_A_PAGE = 50


# -- the list ---------------------------------------------------------------------------------------------------------


def filters_of(request: HttpRequest) -> Filters:
    """The filters that an address asks for, with what this user may choose among."""
    cohorts = list(Cohort.objects.visible_to(request.user).select_related("zone", "intake__programme"))
    owners = User.objects.filter(memberships__role__in=RECRUITMENT).distinct().only("full_name")
    asked = request.GET.get("venu_par", "")
    sources = RecruitmentSource.objects.filter(code=asked) if CODE.fullmatch(asked) else ()
    return Filters(request.GET, cohorts=cohorts, owners=list(owners), sources=sources)


@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """The applications one may see: filtered, sorted, counted; an unknown filter is ignored and told.

    A long list is not counted here: its exact number is an address of its own, which the page asks for by itself.
    """
    house.require(policies.is_recruiter(request.user))
    form = filters_of(request)
    kept = form.kept()
    if form.cleaned_data.get("vue") == listing.COLUMNS:
        return _pipeline(request, form, kept)
    order = listing.order_of(kept, form.cleaned_data.get("tri") or "")
    totals = None if listing.is_long() else listing.counts(request.user, kept)
    page = listing.page(
        request.user,
        kept,
        order,
        size=ROWS_A_PAGE,
        cohorts=form.cohorts,
        after=request.GET.get("apres", ""),
        before=request.GET.get("avant", ""),
    )
    _say(page.rows)
    here = _query(request.GET, apres=None, avant=None)
    return render(
        request,
        "cohorts/application_list.html",
        {
            "verdict": _list_verdict(totals) if totals else _("Applications"),
            "filters": form,
            "ignored": [form.fields[name].label or name for name in form.errors],
            "rows": page.rows,
            "before": page.before and _query(request.GET, apres=None, avant=page.before),
            "after": page.after and _query(request.GET, avant=None, apres=page.after),
            "first": here if page.before else "",
            "total": totals and totals["shown"],
            "count": _count_words(totals["shown"]) if totals else "",
            "chips": chips_of(request.GET, form, kept),
            "views": _views(totals, kept),
            "saved": _saved(request.user, form),
            "as_columns": _query(request.GET, apres=None, avant=None, tri=None, etat=None, vue=listing.COLUMNS),
            "columns": _columns(request.GET, order),
            "order": order,
            "actions": bulk.offered_to(request.user),
            "here": here,
            "conditions_url": "condition" in kept and reverse("cohorts:condition_list") + here,
        },
    )


def _pipeline(request: HttpRequest, form: Filters, kept: dict[str, Any]) -> HttpResponse:
    """The stages side by side, each with its number and whoever has been there longest."""
    found = listing.columns(request.user, kept, cohorts=form.cohorts)
    now, shown = clock.now(), [application for column in found.values() for application in column.rows]
    _say(shown)
    for application in shown:
        application.age = waited(application.state_since, now)
    stages = [
        {
            "state": S(state),
            "total": column.total,
            "rows": column.rows,
            "left": column.total - len(column.rows),
            "url": _query(request.GET, vue=None, etat=state, tri="-attente"),
        }
        for state, column in found.items()
    ]
    live = sum(column.total for column in found.values())
    context = {
        "verdict": _list_verdict({"all": live, "live": live, S.INTERVIEWED: found[S.INTERVIEWED].total}),
        "filters": form,
        "ignored": [form.fields[name].label or name for name in form.errors],
        "chips": chips_of(request.GET, form, kept),
        "count": _count_words(live),
        "saved": _saved(request.user, form),
        "stages": stages,
        "as_table": _query(request.GET, vue=None),
        "here": _query(request.GET),
    }
    return render(request, "cohorts/application_columns.html", context)


def _saved(user: User, form: Filters) -> list[dict[str, Any]]:
    """The views that somebody keeps, or that are shared with them."""
    asked, words = form.lasting(), form.cleaned_data.get("q")
    return [
        {"label": view.name, "query": f"?{view.query}", "current": not words and view.query == asked}
        for view in SavedView.objects.visible_to(user)
    ]


def _say(rows: list[Application]) -> None:
    """Put beside each row the words that it shows, looked up once for all the rows."""
    now = clock.now()
    states, sources = ({key: str(word) for key, word in choices} for choices in (S.choices, Source.choices))
    anywhere = address_of_any("cohorts:application_detail")
    for application in rows:
        application.waited = waited(application.state_since, now, brief=True) if application.state in WAITING else ""
        application.stage = states[application.state]
        application.heard = sources.get(application.source, "")
        application.url = anywhere.format(application.pk)


@require_safe
def application_count(request: HttpRequest) -> HttpResponse:
    """How many applications a long list holds, exactly: a page, or the words alone for the list that shows them."""
    house.require(policies.is_recruiter(request.user))
    form = filters_of(request)
    kept = form.kept()
    words = _count_words(listing.count(request.user, kept))
    if "X-Part" in request.headers:
        return HttpResponse(words, content_type="text/plain; charset=utf-8")
    context = {"count": words, "chips": chips_of(request.GET, form, kept), "here": _query(request.GET)}
    return render(request, "cohorts/application_count.html", context)


def _count_words(shown: int) -> str:
    return ngettext("%(n)s application", "%(n)s applications", shown) % {"n": number(shown)}


WAITING = (S.ENQUIRY, S.SUBMITTED, S.NO_SHOW, S.INTERVIEWED, S.ADMITTED, S.WAITLISTED)


def _list_verdict(totals: dict[str, int]) -> str:
    live, decide = totals["live"], totals[S.INTERVIEWED]
    if not totals["all"]:
        return _("No application yet.")
    words = ngettext("%(n)s application in progress", "%(n)s applications in progress", live) % {"n": number(live)}
    if decide:
        words += ngettext(", %(n)s awaits a decision", ", %(n)s await a decision", decide) % {"n": number(decide)}
    return words + "."


def _query(parameters: QueryDict, **changes: str | None) -> str:
    """The query string with some parameters changed, and none that is empty."""
    changed = parameters.copy()
    for key, value in changes.items():
        changed[key] = value or ""
    for key in [key for key in changed if not changed[key]]:
        del changed[key]
    return "?" + changed.urlencode()


def chips_of(parameters: QueryDict, form: Filters, kept: dict[str, Any]) -> list[dict[str, str]]:
    """What is filtered, each with the address that no longer is."""
    return [
        {
            "label": form.fields[name].label,
            "value": form.word_of(name, value),
            "url": _query(parameters, apres=None, avant=None, **{name: None}),
        }
        for name, value in kept.items()
    ]


def _views(totals: dict[str, int] | None, kept: dict[str, Any]) -> list[dict[str, Any]]:
    """The usual filters, each with its number where the list is counted."""
    tabs = [
        (_("All"), {}, "", ("all",)),
        (_("In progress"), {"etat": listing.IN_PROGRESS}, "-attente", ("live",)),
        (_("First contact"), {"etat": listing.TO_CONTACT}, "-attente", (S.SUBMITTED, S.ENQUIRY)),
        (_("To decide"), {"etat": S.INTERVIEWED.value}, "-attente", (S.INTERVIEWED,)),
        (_("Offers without an answer"), {"etat": S.ADMITTED.value}, "reponse", (S.ADMITTED,)),
        (_("Waiting list"), {"etat": S.WAITLISTED.value}, "rang", (S.WAITLISTED,)),
    ]
    views = []
    for label, filters, order, counted in tabs:
        query = urlencode({**filters, **({"tri": order} if order else {})})
        count = totals and sum(totals[key] for key in counted)
        views.append({"label": label, "query": f"?{query}", "count": count, "current": kept == filters})
    return views


def _columns(parameters: QueryDict, order: str) -> dict[str, dict[str, str]]:
    """For each column that sorts: the address that sorts by it, or turns it round, and its present direction."""
    columns = {}
    for name, first in [("nom", "nom"), ("attente", "-attente"), ("zone", "zone"), ("deposee", "-deposee")]:
        other = name if first != name else f"-{name}"
        columns[name] = {
            "url": _query(parameters, apres=None, avant=None, tri=other if order == first else first),
            "direction": {name: "ascending", f"-{name}": "descending"}.get(order, ""),
        }
    return columns


# -- the register -----------------------------------------------------------------------------------------------------


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The applications behind a figure of the board: reference, state, zone and dates, and no name."""
    house.require(house.can_read_register(request.user))
    convention = Convention.objects.visible_to(request.user).running()
    key = request.GET.get("mesure") or "contacts"
    ignored = []
    if key not in CONDITIONS:
        ignored.append(_("Figure"))
        key = "contacts"
    cohorts = Cohort.objects.filter(intake__programme__milestone__convention=convention)
    readable = house.register_zones(request.user)
    if readable is not None:
        cohorts = cohorts.filter(zone__in=readable)
    zone = Zone.objects.filter(code=request.GET.get("zone", "")).first()
    if zone:
        cohorts = cohorts.filter(zone=zone)
    elif request.GET.get("zone"):
        ignored.append(_("Zone"))
    order = request.GET.get("jalon", "")
    milestone = convention and order.isdecimal() and convention.milestones.filter(order=order[:4]).first()
    if milestone:
        cohorts = cohorts.filter(intake__programme__milestone=milestone)
    elif order:
        ignored.append(_("Milestone"))
    for name in ignored:
        messages.warning(request, _("The filter “%(name)s” is unknown: it was ignored.") % {"name": name})
    measure = measures.MEASURES[key]
    # Named by their keys: the database knows how many files each has, and no row asks for its cohort again.
    known = {cohort.pk: cohort for cohort in cohorts.select_related("zone", "intake__programme")} if convention else {}
    paginator = Paginator(behind(key, known).order_by("-state_since", "id"), ROWS_A_PAGE)
    paginator.count = tally.total(key, known)
    page = paginator.get_page(request.GET.get("page"))
    zones = request.user.zones_as(*RECRUITMENT)
    listed = list(page.object_list)
    for application in listed:
        application.cohort = known[application.cohort_id]
        application.intake = application.cohort.intake
        application.readable = zones is None or application.cohort.zone_id in zones
    return render(
        request,
        "cohorts/register.html",
        {
            "measure": measure,
            "page": page,
            "rows": listed,
            "total": page.paginator.count,
            "zone": zone,
            "milestone": milestone or None,
            "heading": pgettext("figure and its number", "%(label)s: %(n)s")
            % {"label": measure.label, "n": number(page.paginator.count)},
        },
    )
