"""The figures of the convention as a workbook: by milestone and zone, what each means, and every date."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import clock, sheets
from .board.lines import Line
from .board.readings import Reading
from .board.report import Report
from .board.tables import ChairRow
from .board.terms import TERMS
from .models import Commitment, Milestone
from .sheets import Page, Value
from .states import Precision


def write_report(file: BinaryIO, report: Report, commitments: Iterable[Commitment]) -> None:
    """Write what the report says, and all it was computed from, into an open file."""
    sheets.write_book(file, [_figures(report), _definitions(report), _dates(report, commitments)])


# -- figures ----------------------------------------------------------------------------------------------------------


def _figures(report: Report) -> Page:
    measures = [measure for _heading, measure in [*report.board.columns, *report.board.chair_columns]]
    header = [
        _("Milestone"),
        _("Zone"),
        _("Status"),
        _("Settled by"),
        *(capfirst(str(measure.label)) for measure in measures),
        *(_("%(side)s: %(what)s") % {"side": side, "what": what} for side in _sides() for what in _held_against()),
        _("Short side"),
        _("What lacks"),
        *_projected_headings(),
    ]
    keys = [measure.key for measure in measures]
    rows = [_row(line, keys) for line in report.lines]
    statuses = {card.milestone: card.standing.status.label for card in report.board.cards}
    blank = len(header) - len(keys) - 4
    rows += [[*_chair_row(row, statuses[row.milestone], keys), *[None] * blank] for row in report.board.chair_rows]
    return Page(_("Figures"), header, rows)


def _sides() -> Sequence[str]:
    return _("Young people"), _("Places")


def _held_against() -> Sequence[str]:
    return _("objective"), _("needed today"), _("missing")


def _projected_headings() -> Sequence[str]:
    return (
        _("Start"),
        _("Present at the start, at least"),
        _("Present at the start, likely"),
        _("Present at the start, at most"),
        _("Applications needed a week"),
        _("Applications received a week"),
    )


def _row(line: Line, keys: list[str]) -> list[Value]:
    milestone, row = line.card.milestone, line.row
    found = {cell.measure: cell.n for cell in row.cells}
    return [
        milestone.short_title,
        str(row.zone or _("All zones")),
        str(line.card.standing.status.label),
        milestone.finalise_by,
        *(found.get(key) for key in keys),
        *_side(line.young),
        *_side(line.places),
        row.short_side,
        row.lacks,
        *_projected(line),
    ]


def _chair_row(row: ChairRow, status: str, keys: list[str]) -> list[Value]:
    found = {cell.measure: cell.n for cell in row.cells}
    return [row.milestone.short_title, "", str(status), row.milestone.finalise_by, *(found.get(key) for key in keys)]


def _side(side: Reading | None) -> list[Value]:
    return [None] * 3 if side is None else [side.target, side.expected, side.missing]


def _projected(line: Line) -> list[Value]:
    if not line.row.forecast:
        return [None] * 6
    seen = line.row.projection
    interval: list[Value] = [None, seen.likely, None] if seen.is_small else [seen.low, seen.likely, seen.high]
    return [seen.rentree, *interval, seen.needed_per_week, seen.received_per_week]


# -- what each means --------------------------------------------------------------------------------------------------


def _definitions(report: Report) -> Page:
    rows: list[list[Value]] = [
        [capfirst(str(measure.label)), str(measure.definition)]
        for _heading, measure in [*report.board.columns, *report.board.chair_columns]
    ]
    rows += [
        [_("Objective"), _("What the convention promises for a side, in a zone or in all.")],
        [_("Needed today"), _("The objective times the share of the time that has passed since the signature.")],
        [
            _("Missing"),
            _("What lacks of the objective. In all zones, what one zone has beyond its own counts for no other."),
        ],
        [_("Present at the start"), str(TERMS["expected"].definition)],
        *([str(term.label), str(term.definition)] for term in (TERMS["short_side"], TERMS["required"])),
    ]
    return Page(_("Definitions"), [_("Figure"), _("Definition")], rows)


# -- dates ------------------------------------------------------------------------------------------------------------


def _dates(report: Report, commitments: Iterable[Commitment]) -> Page:
    header = [_("What"), _("Milestone"), _("Whose"), _("Date"), _("Precision"), _("State"), _("Kept on"), _("Evidence")]
    rows = [_dated(_("Signature"), None, "", report.convention.measured_from, Precision.DAY)]
    for card in report.board.cards:
        milestone, owner = card.milestone, card.milestone.owner.short_name
        rows += [
            _dated(_("Opening"), milestone, owner, milestone.opens_on, milestone.opens_precision),
            _dated(_("Settlement"), milestone, owner, milestone.finalise_by, milestone.finalise_precision),
        ]
        rows += [_objective(milestone, owner, reading) for reading in card.readings]
    rows += [_commitment(promise, report.as_of) for promise in commitments]
    return Page(_("Dates and commitments"), header, rows)


def _dated(what: str, milestone: Milestone | None, whose: str, day: date | None, precision: str) -> list[Value]:
    said = str(Precision(precision).label)
    return [what, milestone.short_title if milestone else "", whose, day, said, "", None, ""]


def _objective(milestone: Milestone, owner: str, reading: Reading) -> list[Value]:
    said = {"label": reading.label, "zone": reading.zone or _("All zones"), "target": reading.target}
    row = _dated(_("Objective: %(label)s, %(zone)s, %(target)s") % said, milestone, owner, reading.due, Precision.DAY)
    row[5] = _("reached") if reading.is_reached else _("behind today’s share") if reading.is_behind else _("on track")
    return row


def _commitment(promise: Commitment, today: date) -> list[Value]:
    row = _dated(promise.text, promise.milestone, promise.party.short_name, promise.due_on, Precision.DAY)
    if promise.done_at:
        return [*row[:5], _("kept"), promise.done_at.astimezone(clock.PARIS).date(), promise.evidence]
    is_late = promise.due_on is not None and promise.due_on < today
    return [*row[:5], _("late") if is_late else _("not kept yet"), None, ""]
