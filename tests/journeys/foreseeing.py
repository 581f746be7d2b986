"""What the forecast follows from, counted by one statement of its own, and what the board should then say of it.

What is drawn from it is the forecast's own (cohorts/forecast.py), which has tests of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from django.db import connection

from cohorts import forecast
from cohorts.forecast import STAGES, Belief, Pool, Season
from cohorts.states import Step
from partnership import clock
from partnership.board import Board
from partnership.projections import Projection

from ..cohorts.seasons import PLANNED

# The order of the milestone, the code of its zone or nothing for all; what is said there, or None where nothing can be.
Where = tuple[int, str]
Said = tuple | None
Row = dict[str, Any]

_AT_RISK = (
    "a.state = 'confirmed' AND EXISTS (SELECT 1 FROM cohorts_enrolment e WHERE e.application_id = a.id"
    " AND e.state = 'expected' AND (e.answer = 'hesitates'"
    " OR e.unanswered >= 2 AND e.asked_at <= %(now)s - interval '3 days'))"
)
_CAME = "EXISTS (SELECT 1 FROM cohorts_enrolment e WHERE e.application_id = a.id AND e.present_at IS NOT NULL)"
# How far a file came: where it is, or where it was left.
_REACHED = "coalesce(nullif(a.left_from, ''), a.state)"
_PASSED = {
    Step.ATTENDED: "'interviewed', 'waitlisted', 'admitted', 'confirmed'",
    Step.ADMITTED: "'admitted', 'confirmed'",
    Step.ACCEPTED: "'confirmed'",
}
_LEFT = {
    Step.ATTENDED: "'submitted', 'interview_scheduled', 'no_show'",
    Step.ADMITTED: "'interviewed', 'waitlisted'",
    Step.ACCEPTED: "'admitted'",
}
# By name, the files that are counted of each cohort.
_COUNTED = {
    **{stage: f"a.state = '{stage}'" for stage in STAGES},
    "confirmed": f"a.state = 'confirmed' AND NOT ({_AT_RISK})",
    "at_risk": _AT_RISK,
    "arrived": "a.submitted_at >= %(since)s AND a.created_at >= %(since)s",
    "came": _CAME,
    "ever_confirmed": f"{_REACHED} = 'confirmed'",
    **{f"passed {step}": f"{_REACHED} IN ({states})" for step, states in _PASSED.items()},
    **{f"left {step}": f"a.left_from IN ({states})" for step, states in _LEFT.items()},
}
_STATEMENT = (
    'SELECT m.order AS milestone, z.code AS zone, z.id AS zone_key, i.programme_id AS course, i.starts_on AS "starts",'
    ' c.applications_from AS "from", c.applications_until AS "until",'
    ' c.capacity * (100 + c.overbooking_percent) / 100 AS "places", '
    + ", ".join(f'count(a.id) FILTER (WHERE {files}) AS "{name}"' for name, files in _COUNTED.items())
    + " FROM cohorts_cohort c JOIN partnership_zone z ON z.id = c.zone_id JOIN cohorts_intake i ON i.id = c.intake_id"
    " JOIN programmes_programme p ON p.id = i.programme_id JOIN partnership_milestone m ON m.id = p.milestone_id"
    " LEFT JOIN cohorts_application a ON a.cohort_id = c.id AND a.state <> 'draft'"
    " GROUP BY m.id, z.id, i.id, c.id ORDER BY i.starts_on, z.order, c.id"
)


def said_by_sql(targets: dict[int, int]) -> dict[Where, Said]:
    """What is to be said of each milestone and zone this evening; the targets are of young people, in all zones."""
    by_milestone: dict[int, list[Row]] = {order: [] for order in targets}
    for row in _rows():
        by_milestone.setdefault(row["milestone"], []).append(row)
    found: dict[Where, Said] = {}
    for order, rows in by_milestone.items():
        found |= {(order, zone): said for zone, said in _told(rows, targets.get(order)).items()}
    return found


def lines_of(board: Board) -> set[Where]:
    """The lines of the board."""
    return {(row.milestone.order, row.zone.code if row.zone else "") for row in board.rows + board.totals}


def shown_on(board: Board) -> dict[Where, Said]:
    """What the board says, in the same words; lines of which it forecasts nothing at all are left out."""
    return {
        (row.milestone.order, row.zone.code if row.zone else ""): told_of(row.projection)
        for row in board.rows + board.totals
        if row.projection is not None
    }


def told_of(seen: Projection) -> Said:
    """The numbers of a projection, or None where it has none."""
    if not seen.is_known:
        return None
    numbers = (seen.low, seen.likely, seen.high, seen.target, seen.needed_per_week, seen.places)
    return (seen.rentree, *numbers, seen.received_per_week, seen.weeks_left, seen.at_risk)


def _rows() -> list[Row]:
    since = datetime.combine(clock.today() - timedelta(days=27), time(), clock.PARIS)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"now": clock.now(), "since": since})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _told(rows: list[Row], target: int | None) -> dict[str, Said]:
    """Of a milestone's cohorts, those of the intake that is next or has just begun; the one before teaches rates."""
    today, now, before = clock.today(), [], []
    for course in dict.fromkeys(row["course"] for row in rows):
        mine = [row for row in rows if row["course"] == course]
        starts = sorted({row["starts"] for row in mine})
        current = next((day for day in starts if day >= today), starts[-1])
        now += [row for row in mine if row["starts"] == current]
        before += [row for row in mine if row["starts"] == max((d for d in starts if d < current), default=None)]
    if not now or max(row["starts"] for row in now) < today:
        return {"": None}
    open_ones = [row for row in now if row["starts"] >= today]
    assert len(open_ones) == len({row["zone"] for row in open_ones}), "a pool is a cohort here"
    season = Season(tuple(_pool(row, today) for row in open_ones), tuple(_beliefs(before)))
    outlooks = forecast.forecast(season)
    zones = {row["zone"]: [row] for row in open_ones} | {"": open_ones}
    rentree = max(row["starts"] for row in now)
    return {
        zone: _expected(some, rentree, outlooks[some[0]["zone_key"] if zone else None], None if zone else target, today)
        for zone, some in zones.items()
    }


def _pool(row: Row, today: date) -> Pool:
    return Pool(
        zone=row["zone_key"],
        files=tuple(row[stage] for stage in STAGES),
        seen=tuple((row.get(f"passed {step}", 0), row.get(f"left {step}", 0)) for step in Step),
        arrived=row["arrived"],
        days_looked_at=_days_looked_at(row, today),
        days_to_apply=_days_to_apply(row, today),
        days_to_start=(row["starts"] - today).days,
        places=row["places"],
    )


def _days_looked_at(row: Row, today: date) -> int:
    return min(max((today - row["from"]).days + 1, 0), 28)


def _days_to_apply(row: Row, today: date) -> int:
    return (row["until"] - max(today, row["from"])).days + 1


def _beliefs(before: Iterable[Row]) -> Iterator[Belief]:
    before = list(before)
    for step in Step:
        passed, left = (sum(row.get(f"{way} {step}", 0) for row in before) for way in ("passed", "left"))
        if step == Step.PRESENT and any(row["came"] for row in before):
            passed = sum(row["came"] for row in before)
            left = max(sum(row["ever_confirmed"] for row in before) - passed, 0)
        yield forecast.learnt(passed, left, forecast.planned(*PLANNED[step]))


def _expected(rows: list[Row], rentree: date, outlook: forecast.Outlook, target: int | None, today: date) -> Said:
    if not any(row[name] for row in rows for name in (*STAGES, "arrived")):
        return None
    looked_at = [(row["arrived"], _days_looked_at(row, today)) for row in rows]
    return (
        rentree,
        outlook.low,
        outlook.likely,
        outlook.high,
        target,
        None if target is None else outlook.needed_per_week(target),
        sum(row["places"] for row in rows),
        sum((Fraction(7 * arrived, days) for arrived, days in looked_at if days), Fraction(0)),
        max(ceil(max(_days_to_apply(row, today), 0) / 7) for row in rows),
        sum(row["at_risk"] for row in rows),
    )
