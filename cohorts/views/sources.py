"""Where young people come from: how far each source's people come, its link, its poster; and the source of a file."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from partnership import clock
from partnership import policies as house
from partnership.models import User, Zone
from partnership.templatetags.figures import number
from partnership.workflow import Refused, Stale
from programmes.models import Programme

from .. import listing, policies, services, sources
from ..forms.sources import CameByForm, SourceForm
from ..models import RECRUITMENT, Application, Cohort, RecruitmentSource
from ..sources import COMPARABLE, Funnel, Line
from ..states import Source
from .applications import fetch
from .recruiters import chips_of, filters_of

page = require_http_methods(["GET", "HEAD", "POST"])
# What the page of the sources may be narrowed by.
NARROWS = ("zone", "rentree")
# Of what people answer, so many are told beside a source.
MOST_ANSWERS = 3


# -- how far they come ------------------------------------------------------------------------------------------------


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    """The sources, and how far the people of each have come: each number opens the list that it counts."""
    house.require(policies.is_recruiter(request.user))
    form = filters_of(request)
    kept = {name: value for name, value in form.kept().items() if name in NARROWS}
    known = list(RecruitmentSource.objects.visible_to(request.user).select_related("zone"))
    found = sources.funnel(request.user, kept)
    rows = [_of_source(source, found.by_source.get(source.pk, Line()), kept) for source in known]
    rows.sort(key=lambda row: -row["contacts"])
    if None in found.by_source:
        rows.append(_row(_("No source known"), found.by_source[None], kept | {"venu_par": listing.NO_SOURCE}))
    answers = [
        _row(capfirst(str(label)), found.by_answer[answer], kept | {"source": answer})
        for answer, label in Source.choices
        if answer in found.by_answer
    ]
    answers.sort(key=lambda row: -row["contacts"])
    context = {
        "verdict": _verdict(known, found),
        "filters": form,
        "chips": chips_of(request.GET, form, kept),
        "count": ngettext("%(n)s source", "%(n)s sources", len(known)) % {"n": number(len(known))},
        "steps": _steps(),
        "rows": rows,
        "answers": answers,
        "comparable": COMPARABLE,
        "has_sources": bool(known),
        "in_some_zones": request.user.zones_as(*RECRUITMENT) is not None,
    }
    return render(request, "cohorts/source_list.html", context)


def _steps() -> list[dict[str, Any]]:
    """The columns of the funnel, each with what it counts."""
    told = {
        "contacts": (_("Contacts"), _("Everybody who asked or applied, drafts apart.")),
        "applied": (_("Applications"), _("Applications ever submitted.")),
        "interviewed": (_("Interviewed"), _("Whoever has come to an interview.")),
        "admitted": (_("Offered"), _("Applications to which a place was ever offered.")),
        "confirmed": (_("Confirmed places"), _("Applications whose place is confirmed today.")),
        "present": (
            _("Present"),
            _("Students seen to arrive, on the first day or after; those who left later as well."),
        ),
    }
    return [{"key": step, "label": label, "title": title} for step, (label, title) in told.items()]


def _row(label: str, line: Line, filters: dict[str, Any]) -> dict[str, Any]:
    """A line of the table: its numbers, each with its part of a hundred contacts and the list behind it."""
    anywhere = reverse("cohorts:application_list")
    cells = []
    for step in listing.steps():
        asked = filters if step == "contacts" else filters | {"atteint": step}
        share = None if step == "contacts" else line.share(step)
        cells.append({"step": step, "n": line.reached[step], "url": f"{anywhere}?{urlencode(asked)}", "share": share})
    return {"label": label, "cells": cells, "contacts": line.reached["contacts"], "is_small": line.is_small}


def _of_source(source: RecruitmentSource, line: Line, filters: dict[str, Any]) -> dict[str, Any]:
    words = dict(Source.choices)
    heard = [(answer, n) for answer, n in line.heard.most_common() if answer]
    return _row(source.name, line, filters | {"venu_par": source.code}) | {
        "source": source,
        "heard": ", ".join(f"{words.get(answer, answer)}\u00a0{number(n)}" for answer, n in heard[:MOST_ANSWERS]),
    }


@dataclass(frozen=True)
class _Best:
    """The source that brings most students of its contacts, or most of all where rates say nothing."""

    source: RecruitmentSource
    students: int
    contacts: int
    is_comparison: bool


def _best(known: list[RecruitmentSource], found: Funnel, step: str) -> _Best | None:
    lines = [(source, found.by_source[source.pk]) for source in known if source.pk in found.by_source]
    lines = [(source, line) for source, line in lines if line.reached[step]]
    large = [(source, line) for source, line in lines if not line.is_small]
    compares = sum(not line.is_small for key, line in found.by_source.items() if key is not None) > 1
    if compares and large:
        source, line = max(large, key=lambda one: one[1].reached[step] / one[1].reached["contacts"])
    elif lines:
        source, line = max(lines, key=lambda one: one[1].reached[step])
    else:
        return None
    return _Best(source, line.reached[step], line.reached["contacts"], bool(compares and large))


def _verdict(known: list[RecruitmentSource], found: Funnel) -> str:
    """Which source brings most students: per contact where there are enough of them, else by number."""
    if not known:
        return _("No source yet: nobody knows where young people come from.")
    came = sum(line.reached["contacts"] for key, line in found.by_source.items() if key is not None)
    if not came:
        return _("Nobody has come by a source yet.")
    begun = bool(found.all.reached["present"])
    best = _best(known, found, "present" if begun else "confirmed")
    if best is None:
        words = ngettext(
            "%(n)s contact has come by a source; no place is confirmed yet.",
            "%(n)s contacts have come by a source; no place is confirmed yet.",
            came,
        )
        return words % {"n": number(came)}
    said = {"source": best.source, "n": number(best.students), "contacts": number(best.contacts)}
    if best.is_comparison and begun:
        return _("%(source)s brings most students per contact: %(n)s present of %(contacts)s.") % said
    if best.is_comparison:
        return _("%(source)s brings most students per contact: %(n)s confirmed of %(contacts)s.") % said
    if begun:
        return _("%(source)s has brought most students: %(n)s. Too few people to compare rates.") % said
    return _("%(source)s has brought most confirmed places: %(n)s. Too few people to compare rates.") % said


# -- a source ---------------------------------------------------------------------------------------------------------


@require_safe
def source_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A source: its links to copy, its code to scan, its posters, and how far its people have come."""
    source = _fetch(request, pk)
    line = sources.funnel(request.user, {"venu_par": source.code}).all
    row = _of_source(source, line, {"venu_par": source.code})
    labels = {step["key"]: step for step in _steps()}
    context = {
        "source": source,
        "verdict": _verdict_of(source, line),
        "row": row,
        "steps": [labels[cell["step"]] | cell for cell in row["cells"]],
        "highest": line.reached["contacts"] or 1,
        "links": _links(source),
        "may_change": policies.can_change_source(request.user, source),
        "comparable": COMPARABLE,
    }
    return render(request, "cohorts/source_detail.html", context)


def _verdict_of(source: RecruitmentSource, line: Line) -> str:
    contacts = line.reached["contacts"]
    if not contacts:
        return _("%(source)s: nobody has come by it yet") % {"source": source}
    begun = bool(line.reached["present"])
    students = line.reached["present" if begun else "confirmed"]
    words = (
        ngettext(
            "%(source)s: %(contacts)s contact, %(n)s student present",
            "%(source)s: %(contacts)s contacts, %(n)s students present",
            contacts,
        )
        if begun
        else ngettext(
            "%(source)s: %(contacts)s contact, %(n)s confirmed",
            "%(source)s: %(contacts)s contacts, %(n)s confirmed",
            contacts,
        )
    )
    return words % {"source": source, "contacts": number(contacts), "n": number(students)}


def _links(source: RecruitmentSource) -> list[dict[str, Any]]:
    """Where a link of the source may lead: each course one can apply to, and all of them."""
    open_now = Cohort.objects.open_on(clock.today()).values("intake__programme")
    courses = Programme.objects.filter(pk__in=open_now).order_by(F("milestone__order").asc(nulls_last=True), "pk")
    found = [{"label": course.title, "url": _link(source, course), "slug": course.slug} for course in courses]
    return [*found, {"label": _("All the courses"), "url": _link(source, None), "slug": ""}]


def _link(source: RecruitmentSource, course: Programme | None) -> str:
    path = reverse("cohorts:programme_detail", args=[course.slug]) if course else reverse("front")
    return f"{settings.PUBLIC_URL}{path}?{urlencode({sources.PARAMETER: source.code})}"


@require_safe
def source_poster(request: HttpRequest, pk: int) -> HttpResponse:
    """A poster to print, A4 or A5: the course, the code to scan, the address in letters."""
    source = _fetch(request, pk)
    slug = request.GET.get("formation", "")
    course = get_object_or_404(Programme.objects.select_related("provider"), slug=slug) if slug else None
    paper = "a5" if request.GET.get("papier") == "a5" else "a4"
    link = _link(source, course)
    context = {
        "source": source,
        "course": course,
        "link": link,
        "spoken": link.partition("://")[2],
        "paper": paper,
        "papers": [
            {"key": key, "label": key.upper(), "query": f"?{urlencode({'formation': slug, 'papier': key})}"}
            for key in ("a4", "a5")
        ],
    }
    return render(request, "cohorts/source_poster.html", context)


@page
def source_add(request: HttpRequest) -> HttpResponse:
    """Open a source: its link exists from then on."""
    house.require(policies.is_recruiter(request.user))
    form = SourceForm(
        request.POST if request.method == "POST" else None,
        zones=_zones(request.user),
        initial={"is_active": True, "version": 0},
    )
    if form.is_bound and form.is_valid():
        try:
            source = services.open_source(by=request.user, **form.chosen)
        except Refused as refusal:
            form.add_error("name", refusal.reason)
        else:
            messages.success(request, _("The source %(name)s has its link.") % {"name": source})
            return redirect("cohorts:source_detail", pk=source.pk)
    return render(request, "cohorts/source_form.html", {"form": form}, status=422 if form.is_bound else 200)


@page
def source_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is said of a source; its link stays."""
    source = _fetch(request, pk)
    house.require(policies.can_change_source(request.user, source))
    zones = _zones(request.user)
    typed = request.POST if request.method == "POST" else None
    form = SourceForm(typed, zones=zones, initial=SourceForm.said(source))
    context: dict[str, Any] = {"source": source, "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "cohorts/source_form.html", context, status=422 if form.is_bound else 200)
    try:
        services.change_source(source, by=request.user, version=form.cleaned_data["version"], **form.chosen)
    except Refused as refusal:
        form.add_error("name", refusal.reason)
        return render(request, "cohorts/source_form.html", context, status=422)
    except Stale:
        newer = _fetch(request, pk)
        kept = {name: form[name].value() for name in form.fields} | {"version": newer.version}
        context |= {"form": SourceForm(initial=kept, zones=zones), "newer": _said(newer)}
        return render(request, "cohorts/source_form.html", context, status=409)
    messages.success(request, _("The source %(name)s is changed.") % {"name": source})
    return redirect("cohorts:source_detail", pk=source.pk)


def _said(source: RecruitmentSource) -> list[dict[str, Any]]:
    values = [
        (_("Name of the source"), source.name),
        (_("Kind"), capfirst(source.get_kind_display())),
        (_("Zone"), source.zone),
    ]
    return [{"label": label, "value": value} for label, value in values]


def _fetch(request: HttpRequest, pk: int) -> RecruitmentSource:
    house.require(policies.is_recruiter(request.user))
    return get_object_or_404(RecruitmentSource.objects.visible_to(request.user).select_related("zone"), pk=pk)


def _zones(user: User) -> list[Zone]:
    zones = user.zones_as(*RECRUITMENT)
    return list(Zone.objects.all() if zones is None else Zone.objects.filter(pk__in=zones))


# -- the source of a file ---------------------------------------------------------------------------------------------


@page
def application_source(request: HttpRequest, pk: object) -> HttpResponse:
    """Say by which source somebody came, as they tell it on the telephone or at a fair."""
    application = fetch(request, pk)
    form = _came_by_form(request, application)
    if form.is_bound and form.is_valid():
        try:
            services.set_source(application, form.chosen, by=request.user, version=form.cleaned_data["version"])
        except Stale:
            chosen = {"came_by": form.cleaned_data["came_by"], "version": application.version}
            newer = CameByForm(initial=chosen, sources=form.sources.values())
            return _source_page(request, fetch(request, pk), newer, status=409)
        messages.success(request, _("It is noted where %(who)s comes from.") % {"who": application.candidate})
        return redirect("cohorts:application_detail", pk=application.pk)
    return _source_page(request, application, form, status=422 if form.is_bound else 200)


def _came_by_form(request: HttpRequest, application: Application) -> CameByForm:
    found = RecruitmentSource.objects.visible_to(request.user)
    # Its own stays among them, even once it is set aside.
    offered = found.in_use(clock.today()) | found.filter(pk=application.recruitment_source_id)
    source = application.recruitment_source
    initial = {"came_by": source.code if source else "", "version": application.version}
    return CameByForm(request.POST if request.method == "POST" else None, initial=initial, sources=offered)


def _source_page(request: HttpRequest, application: Application, form: CameByForm, *, status: int) -> HttpResponse:
    context = {"application": application, "form": form, "conflict": status == 409}
    return render(request, "cohorts/application_source.html", context, status=status)
