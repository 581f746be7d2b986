"""The report as one page to hand out: texts cut to what a page holds, bars as numbers for the template to draw."""

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import pdf
from ..board.key_figures import KeyFigure
from ..board.lines import Line
from ..board.report import Report
from ..board.sentences import Sentence
from ..templatetags.figures import daydate, longdate, number
from ..templatetags.ui import tandem_words

# What one page holds; the workbook has every line, and the pages of the convention every word.
MOST_LINES = 7
LONGEST_SENTENCE, LONGEST_STEP, LONGEST_OWNER, LONGEST_NAME, LONGEST_NOTE = 400, 150, 40, 40, 200


def report_page(report: Report) -> bytes:
    """Set the report on one page, tagged, in the present language."""
    lines = _drawn(report)
    more = len(report.lines) - len(lines)
    told = {
        "title": report.title,
        "convention": _cut(report.convention.title, 120),
        "as_of": _("As of %(day)s.") % {"day": daydate(report.as_of)},
        "signed": _("Signed on %(day)s.") % {"day": longdate(report.convention.signed_at)},
        "about": _about(report),
        "figures": [_figure(figure) for figure in report.figures],
        "lines": [_line(line) for line in lines],
        "scale": report.board.scale,
        "lines_title": _("Young people confirmed, above places"),
        "lines_head": [_("Zone"), _("Tandem"), _("Short side and what lacks")],
        "lines_none": _("No zone has an objective or a figure yet."),
        "lines_more": ngettext("%(n)s more line is in the workbook.", "%(n)s more lines are in the workbook.", more)
        % {"n": number(more)}
        if more
        else "",
        "legend": _legend(),
        "sentences_title": _("Where it stands"),
        "sentences": [_sentence(sentence) for sentence in report.sentences],
        "steps_title": _("Next actions"),
        "steps_head": [_("What"), _("Whose move"), _("By when")],
        "steps": [
            {
                "what": _cut(dated.step.what, LONGEST_STEP),
                "owner": _cut(dated.step.owner, LONGEST_OWNER),
                "due": dated.due,
                "late": dated.is_late,
            }
            for dated in report.steps
        ],
        "steps_none": _("Nothing waits: no promise is open, no content is late, no zone is behind."),
        "foot": _("Tandem – computed from what is recorded; each figure opens its list on the board."),
    }
    return pdf.render("partnership/report", told)


def _cut(text: str, length: int) -> str:
    return Truncator(text).chars(length)


def _about(report: Report) -> str:
    if report.focus is None:
        return ""
    return _("Figures of “%(milestone)s”, in all zones") % {"milestone": report.focus.card.milestone.short_title}


def _figure(figure: KeyFigure) -> dict[str, str]:
    return {
        "label": figure.label,
        "value": figure.value or "–",
        "beside": figure.beside,
        "note": _cut(figure.note, LONGEST_NOTE),
        "status": figure.status.value if figure.status else "",
    }


def _sentence(sentence: Sentence) -> dict[str, str]:
    return {
        "topic": _cut(sentence.topic, LONGEST_NAME),
        "status": sentence.status.value if sentence.status else "",
        "word": str(sentence.status.label) if sentence.status else "",
        "text": _cut(sentence.text, LONGEST_SENTENCE),
    }


# -- tandems ----------------------------------------------------------------------------------------------------------


def _drawn(report: Report) -> list[Line]:
    """The lines that the page has room for: those of the milestone in focus first, in the board's order."""
    if report.focus is None:
        return []
    milestone = report.focus.card.milestone
    first = sorted(report.lines, key=lambda line: (line.card.milestone != milestone, line.row.zone is not None))
    kept = first[:MOST_LINES]
    return [line for line in report.lines if line in kept]


def _line(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "zone": _cut(str(row.zone or _("All zones")), LONGEST_NAME),
        "milestone": _cut(row.milestone.short_title, LONGEST_NAME),
        "young": row.young,
        "seats": row.seats,
        "linked": row.linked,
        "young_target": row.young_target,
        "seats_target": row.seats_target,
        "forecast": line.row.interval,
        "words": tandem_words(row.young, row.seats, row.linked, row.young_target, row.seats_target, line.row.interval),
        "young_words": _of(row.young, row.young_target),
        "seats_words": _("no host place") if row.seats is None else _of(row.seats, row.seats_target),
        "short": row.short_side,
        "lacks": _cut(row.lacks, LONGEST_NAME),
        "whole": row.zone is None,
    }


def _of(n: int, target: int | None) -> str:
    if target is None:
        return _("%(n)s, no objective") % {"n": number(n)}
    return _("%(n)s of %(target)s") % {"n": number(n), "target": number(target)}


def _legend() -> list[dict[str, str]]:
    return [
        {"key": "linked", "text": _("placed (tandems formed)")},
        {"key": "waiting", "text": _("young people confirmed, without a place")},
        {"key": "free", "text": _("free places")},
        {"key": "objective", "text": _("objective")},
        {"key": "forecast", "text": _("forecast and interval")},
    ]
