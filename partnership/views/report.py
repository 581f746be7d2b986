"""The report for both boards: a page, the same as a paper and as a workbook."""

from io import BytesIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import board as boards
from .. import clock, documents, exports, history, next_steps, pdf, policies, sheets
from ..board import Line, Report
from ..board.columns import PLACES, YOUNG
from ..measures import Census
from ..models import Convention, User
from ..states import ConventionState


def _running(user: User) -> Convention | None:
    convention = Convention.objects.visible_to(user).running()
    if convention is not None:
        policies.require(policies.can_read_board(user, convention))
    return convention


def _reported(user: User) -> Convention | None:
    """The convention of which there is something to report; None for a draft, nothing of which is measured."""
    convention = _running(user)
    if convention is None:
        raise Http404
    return convention if convention.state != ConventionState.DRAFT else None


def _report(user: User, convention: Convention) -> Report:
    census = Census(user, convention)
    board = boards.open_for(census)
    lines = boards.lines_of(board)
    return boards.report_of(
        convention,
        board,
        lines,
        today=clock.today(),
        commitments=board.commitments,
        steps=next_steps.told(census),
        series=_kept(boards.focus_of(lines)),
    )


def _kept(focus: Line | None) -> dict[str, list[history.Point]]:
    return history.days(focus.card.milestone, (YOUNG, PLACES)) if focus else {}


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """What both boards read: the answer, six figures, five sentences, what comes next; or why there is none yet."""
    convention = _running(request.user)
    if convention is None or convention.state == ConventionState.DRAFT:
        return render(request, "partnership/report_none.html", {"convention": convention})
    made = _report(request.user, convention)
    context = {"report": made, "languages": [_in(code) for code in ("fr", "en") if code != get_language()]}
    return render(request, "partnership/report.html", context)


def _in(code: str) -> dict[str, str]:
    names = ("report_pdf", "report_xlsx")
    return {"code": code} | {name: translate_url(reverse(f"partnership:{name}"), code) for name in names}


@require_safe
def report_pdf(request: HttpRequest) -> HttpResponse:
    """The report on one page."""
    convention = _reported(request.user)
    if convention is None:
        return redirect("partnership:report")
    made = _report(request.user, convention)
    try:
        page = documents.report_page(made)
    except pdf.Unset as refusal:
        messages.error(request, refusal.reason)
        return redirect("partnership:report")
    return pdf.answer(page, _name(made))


@require_safe
def report_xlsx(request: HttpRequest) -> HttpResponse:
    """The figures of the report and all the dates, as a workbook."""
    convention = _reported(request.user)
    if convention is None:
        return redirect("partnership:report")
    made = _report(request.user, convention)
    file = BytesIO()
    exports.write_report(file, made, made.board.commitments)
    return HttpResponse(
        file.getvalue(),
        content_type=sheets.KINDS["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{_name(made)}.xlsx"'},
    )


def _name(made: Report) -> str:
    return f"{_('report')}-{made.as_of}"
