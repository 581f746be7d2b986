"""Lists from elsewhere: uploaded, matched, each row shown before anything is written, then reported on."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock, sheets
from partnership import policies as house
from partnership.states import JobState
from partnership.templatetags.figures import number, phone
from partnership.uploads import Room, takes_files
from partnership.workflow import Refused

from .. import policies, services
from ..forms.imports import ColumnsForm, ListForm
from ..imports.columns import KINDS, ON_PAPER
from ..imports.rows import SENTENCES, WRONG, joinable
from ..models import Import, ImportRow, RecruitmentSource
from ..states import ImportState, RowVerdict

page = require_http_methods(["GET", "HEAD", "POST"])
ROOM = Room(each=sheets.MOST_BYTES, together=sheets.MOST_BYTES + 1024 * 1024)
ROWS_A_PAGE = 50
LISTS_SHOWN = 20
# Seconds after which the page of a list at work is asked for again.
AGAIN = 2
LINES_ON_PAPER = 12
V = RowVerdict


def _fetch(request: HttpRequest, pk: UUID) -> Import:
    house.require(policies.is_recruiter(request.user))
    lists = Import.objects.visible_to(request.user).select_related("intake__programme", "zone", "job")
    return get_object_or_404(lists, pk=pk)


# -- uploading --------------------------------------------------------------------------------------------------------


@takes_files(ROOM)
@page
def import_list(request: HttpRequest) -> HttpResponse:
    """The lists one has brought, and the form for another."""
    house.require(policies.is_recruiter(request.user))
    cohorts = list(joinable(request.user).select_related("zone", "intake__programme"))
    sources = RecruitmentSource.objects.visible_to(request.user).in_use(clock.today())
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ListForm(*sent, cohorts=cohorts, sources=sources)
    if form.is_bound and form.is_valid():
        try:
            received = services.receive_list(form.cleaned_data["file"], by=request.user, **form.said())
        except sheets.Unreadable as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("cohorts:import_columns", pk=received.pk)
    lists = list(Import.objects.visible_to(request.user).select_related("intake__programme")[:LISTS_SHOWN])
    waiting = sum(one.state in (ImportState.RECEIVED, ImportState.CHECKED) for one in lists)
    words = ngettext("%(n)s list awaits you", "%(n)s lists await you", waiting)
    context = {
        "verdict": words % {"n": number(waiting)} if waiting else _("Bring a list of people"),
        "form": form,
        "lists": lists,
        "cohorts": cohorts,
    }
    return render(request, "cohorts/import_list.html", context, status=422 if form.is_bound else 200)


@page
def import_columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what each column is; it is guessed, or known from the last list with these headings."""
    imported = _fetch(request, pk)
    if imported.state not in (ImportState.RECEIVED, ImportState.CHECKED):
        return redirect("cohorts:import_detail", pk=imported.pk)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None, headings=imported.headings, columns=imported.columns
    )
    if form.is_bound and form.is_valid():
        services.match_columns(imported, columns=form.columns, by=request.user)
        return redirect("cohorts:import_detail", pk=imported.pk)
    lines = [
        {"field": field, "sample": [row[place] for row in imported.sample if place < len(row) and row[place]]}
        for place, field in enumerate(form)
    ]
    context = {
        "imported": imported,
        "form": form,
        "lines": lines,
        "known": sum(1 for kind in imported.columns if kind),
        "same": services.same_list(imported),
    }
    return render(request, "cohorts/import_columns.html", context, status=422 if form.is_bound else 200)


# -- what would be done, and what was ---------------------------------------------------------------------------------


@require_safe
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A list at work, what each of its rows would become, or what they have become."""
    imported = _fetch(request, pk)
    if imported.state == ImportState.RECEIVED:
        return redirect("cohorts:import_columns", pk=imported.pk)
    if imported.state in (ImportState.CHECKING, ImportState.WRITING):
        failed = imported.job is None or imported.job.state == JobState.FAILED
        response = render(request, "cohorts/import_at_work.html", {"imported": imported, "failed": failed})
        if not failed:
            response["Refresh"] = str(AGAIN)
        return response
    totals = {verdict: 0 for verdict in V} | {
        V(line["verdict"]): line["n"] for line in imported.rows.order_by().values("verdict").annotate(n=Count("pk"))
    }
    wanted = request.GET.get("lignes", "")
    shown = wanted if wanted in V else ""
    rows = imported.rows.filter(verdict=shown) if shown else imported.rows.all()
    turned = Paginator(rows.select_related("application__intake"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    written = imported.state == ImportState.WRITTEN
    context = {
        "imported": imported,
        "verdict": _verdict(totals, written=written),
        "views": _views(totals, shown, written=written),
        "page": turned,
        "rows": [_line(row, imported, written=written) for row in turned],
        "confirm": "" if written else _confirmation(totals),
        "wrong": totals[V.WRONG],
        "ignored": wanted and not shown,
    }
    return render(request, "cohorts/import_detail.html", context)


def _words(verdict: RowVerdict, count: int, *, written: bool) -> str:
    """A number of rows and what becomes of them, or has become."""
    words = {
        V.NEW: ngettext("%(n)s new enquiry", "%(n)s new enquiries", count),
        V.COMPLETES: ngettext("%(n)s enquiry completed", "%(n)s enquiries completed", count),
        V.KNOWN: ngettext("%(n)s person already known", "%(n)s people already known", count),
        V.REPEATED: ngettext("%(n)s row twice in the list", "%(n)s rows twice in the list", count),
        V.WRONG: ngettext("%(n)s row to correct", "%(n)s rows to correct", count),
    }
    if written:
        words[V.NEW] = ngettext("%(n)s enquiry created", "%(n)s enquiries created", count)
    return words[verdict] % {"n": number(count)}


def _verdict(totals: dict[RowVerdict, int], *, written: bool) -> str:
    parts = [_words(verdict, count, written=written) for verdict, count in totals.items() if count]
    return f"{', '.join(parts)}." if parts else _("This list holds nobody.")


def _confirmation(totals: dict[RowVerdict, int]) -> str:
    new, completed = totals[V.NEW], totals[V.COMPLETES]
    create = ngettext("Create %(n)s enquiry", "Create %(n)s enquiries", new) % {"n": number(new)}
    complete = ngettext("Complete %(n)s enquiry", "Complete %(n)s enquiries", completed) % {"n": number(completed)}
    if new and completed:
        return _("%(create)s, complete %(n)s") % {"create": create, "n": number(completed)}
    return create if new else complete if completed else ""


def _views(totals: dict[RowVerdict, int], shown: str, *, written: bool) -> list[dict[str, Any]]:
    everything = {"label": _("All"), "query": "?", "count": sum(totals.values()), "current": not shown}
    return [everything] + [
        {"label": _label(verdict, written), "query": f"?lignes={verdict}", "count": count, "current": shown == verdict}
        for verdict, count in totals.items()
        if count
    ]


def _label(verdict: RowVerdict, written: bool) -> str:
    done = {V.NEW: _("Enquiry created"), V.COMPLETES: _("Enquiry completed")}
    return str(done.get(verdict, verdict.label) if written else verdict.label)


def _line(row: ImportRow, imported: Import, *, written: bool) -> dict[str, Any]:
    said = row.answers or {
        key: row.cells[place] for place, key in enumerate(imported.columns) if key and place < len(row.cells)
    }
    name = " ".join(filter(None, [said.get("first_name", ""), said.get("last_name", "")])) or said.get("full_name", "")
    return {
        "line": row.line,
        "name": name[:80] or _("without a name"),
        "ways": [way[:60] for way in (phone(said.get("phone", "")), said.get("email", "")) if way],
        "verdict": row.verdict,
        "label": _label(V(row.verdict), written and (row.written or row.verdict == V.WRONG)),
        "told": list(_sentences(row, imported)),
        "application": row.application,
    }


def _sentences(row: ImportRow, imported: Import) -> Iterator[dict[str, Any]]:
    for code, place, value, about in row.told:
        yield {
            "column": _heading(imported, place) if place is not None else "",
            "text": SENTENCES[code] % {"value": value},
            "wrong": code in WRONG,
            "url": reverse("cohorts:application_detail", args=[about]) if about else "",
        }


def _heading(imported: Import, place: int) -> str:
    return (imported.headings[place] if place < len(imported.headings) else "") or sheets.column_name(place)


@require_POST
def import_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the rows written as they were shown."""
    imported = _fetch(request, pk)
    try:
        services.confirm_list(imported, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("cohorts:import_detail", pk=imported.pk)


@require_POST
def import_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a list: nothing of it has been written, or what was stays."""
    imported = _fetch(request, pk)
    try:
        services.drop_list(imported, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("cohorts:import_detail", pk=imported.pk)
    messages.success(request, _("The list %(name)s is forgotten.") % {"name": imported})
    return redirect("cohorts:import_list")


# -- sheets -----------------------------------------------------------------------------------------------------------


def _workbook(name: str, header: list[str], rows: list[list[str]]) -> HttpResponse:
    file = BytesIO()
    sheets.write("xlsx", file, header, rows)
    return HttpResponse(
        file.getvalue(),
        content_type=sheets.KINDS["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"', "X-Content-Type-Options": "nosniff"},
    )


@require_safe
def import_corrections(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows to correct as they stand in the list, each with what is wrong: corrected, they are a list again."""
    imported = _fetch(request, pk)
    width = len(imported.headings)
    rows = [
        [
            *(row.cells + [""] * width)[:width],
            str(row.line),
            " ".join(
                f"{told['column']}{_(':')} {told['text']}" if told["column"] else str(told["text"])
                for told in _sentences(row, imported)
                if told["wrong"]
            ),
        ]
        for row in imported.rows.filter(verdict=V.WRONG)
    ]
    header = [*imported.headings, _("Line"), _("What to correct")]
    return _workbook(_("to-correct-%(day)s") % {"day": clock.today().isoformat()}, header, rows)


@require_safe
def fair_sheet(request: HttpRequest) -> HttpResponse:
    """The sheet people fill in at a fair, to be printed: its columns are those that a list is read by."""
    house.require(policies.is_recruiter(request.user))
    context = {
        "titles": [KINDS[key].title for key in ON_PAPER],
        "lines": range(LINES_ON_PAPER),
        "notice": f"{settings.PUBLIC_URL}{reverse('privacy')}",
    }
    return render(request, "cohorts/fair_sheet.html", context)


@require_safe
def fair_sheet_file(request: HttpRequest) -> HttpResponse:
    """The same sheet to be typed into."""
    house.require(policies.is_recruiter(request.user))
    return _workbook(_("fair-sheet"), [str(KINDS[key].title) for key in ON_PAPER], [])
