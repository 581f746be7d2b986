"""Every number of the board on every evening of a year: what plain SQL counts, and how long the list behind it is.

And what is forecast of the milestones, whose statuses turn on the very day on which their objectives are reached, lost,
foreseen to be missed or overdue.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

import pytest
from django.db import connection
from django.urls import reverse

from partnership import clock, measures
from partnership.board import Board, Standing, list_url
from partnership.models import User
from partnership.states import MilestoneStatus

from .. import factories
from . import foreseeing
from .diary import YEAR, Diary

# A minute each, and more on a busy machine.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("folder", "promises_hold"),
]
# The last evening of the diary.
END = date(YEAR, 9, 25)
DONE, ON_TRACK, AT_RISK, LATE = (
    MilestoneStatus.DONE,
    MilestoneStatus.ON_TRACK,
    MilestoneStatus.AT_RISK,
    MilestoneStatus.LATE,
)
# By the first milestone.
YOUNG_PROMISED = 5
# (the figure, the order of its milestone, the code of its zone or nothing for all)
Where = tuple[str, int, str]

_FILES = (
    " FROM cohorts_application a JOIN cohorts_cohort c ON c.id = a.cohort_id"
    " JOIN partnership_zone z ON z.id = c.zone_id JOIN cohorts_intake i ON i.id = c.intake_id"
    " JOIN programmes_programme p ON p.id = i.programme_id JOIN partnership_milestone m ON m.id = p.milestone_id"
    " WHERE a.state <> 'draft' AND "
)
_STUDENT = "EXISTS (SELECT 1 FROM cohorts_enrolment e WHERE e.application_id = a.id AND e."
_PLACED = (
    " FROM placements_placement x JOIN placements_seat s ON s.id = x.seat_id"
    " JOIN placements_hostsite h ON h.id = s.site_id JOIN placements_hostcompany k ON k.id = h.company_id"
    " JOIN partnership_zone z ON z.id = h.zone_id JOIN cohorts_enrolment e ON e.id = x.enrolment_id"
    " JOIN cohorts_application a ON a.id = e.application_id JOIN cohorts_intake i ON i.id = a.intake_id"
    " JOIN programmes_programme p ON p.id = i.programme_id JOIN partnership_milestone m ON m.id = p.milestone_id"
    " WHERE x.state IN ('accepted', 'active') AND "
)
_ACTIVITIES = (
    " FROM programmes_chairactivity t JOIN programmes_programme p ON p.id = t.programme_id"
    " JOIN partnership_milestone m ON m.id = p.milestone_id"
)
_CONTENTS = (
    " FROM programmes_programme p JOIN partnership_milestone m ON m.id = p.milestone_id WHERE p.kind <> 'chair' AND "
)
# By zone.
COUNTED = {
    "contacts": f"{_FILES} true",
    "applied": f"{_FILES} a.submitted_at IS NOT NULL",
    "admitted": f"{_FILES} a.offered_curriculum_id IS NOT NULL",
    "confirmed": f"{_FILES} a.state = 'confirmed'",
    "present": f"{_FILES} {_STUDENT}present_at IS NOT NULL)",
    "with_block": f"{_FILES} {_STUDENT}id IN (SELECT enrolment_id FROM cohorts_acquiredblock))",
    "certified": f"{_FILES} p.kind = 'school_certificate' AND {_STUDENT}state = 'completed')",
    "waiting_for_content": f"{_FILES} a.state IN ('submitted', 'interview_scheduled', 'no_show', 'interviewed',"
    " 'waitlisted') AND NOT EXISTS"
    " (SELECT 1 FROM programmes_curriculum v WHERE v.programme_id = p.id AND v.state = 'validated')",
    "with_employer": f"{_PLACED} true",
    "placed": f"{_PLACED} k.is_partner",
    "host_places": " FROM placements_seat s JOIN placements_hostsite h ON h.id = s.site_id"
    " JOIN placements_hostcompany k ON k.id = h.company_id JOIN partnership_zone z ON z.id = h.zone_id"
    " JOIN placements_hostpledge g ON g.site_id = s.site_id AND g.intake_id = s.intake_id"
    " JOIN cohorts_intake i ON i.id = s.intake_id JOIN programmes_programme p ON p.id = i.programme_id"
    " JOIN partnership_milestone m ON m.id = p.milestone_id"
    " WHERE s.closed_at IS NULL AND k.is_partner AND g.answered_at >= %(now)s - interval '90 days'",
}
# In no zone.
COUNTED_TOGETHER = {
    "contents": f"{_CONTENTS} true",
    "contents_validated": f"{_CONTENTS} EXISTS"
    " (SELECT 1 FROM programmes_curriculum v WHERE v.programme_id = p.id AND v.state = 'validated')",
    "contents_late": " FROM programmes_curriculum v JOIN programmes_programme p ON p.id = v.programme_id"
    " JOIN partnership_milestone m ON m.id = p.milestone_id WHERE v.state IN ('submitted', 'in_review')"
    " AND v.submitted_at + p.review_days * interval '1 day' < %(midnight)s",
    "activities": f"{_ACTIVITIES} WHERE t.state <> 'cancelled'",
    "activities_delivered": f"{_ACTIVITIES} WHERE t.state IN ('delivered', 'published')",
    "registrations": f"{_ACTIVITIES} JOIN programmes_registration r ON r.activity_id = t.id"
    " WHERE t.state <> 'cancelled' AND r.state = 'registered'",
    "attendances": f"{_ACTIVITIES} JOIN programmes_registration r ON r.activity_id = t.id"
    " WHERE t.state <> 'cancelled' AND r.state = 'registered' AND r.attendance = 'present'",
}


# A certificate has no host, a diploma no blocks.
NOT_APPLYING = {(key, 2) for key in ("with_employer", "host_places", "placed")}
NOT_APPLYING |= {(key, 1) for key in ("present", "with_block", "certified")}


def told_by_sql() -> dict[Where, int]:
    """Every figure by statements of their own, those of all zones among them."""
    now = clock.now()
    moments = {"now": now, "midnight": datetime.combine(clock.today(), time(), clock.PARIS)}
    found: dict[Where, int] = {}
    with connection.cursor() as cursor:
        for key, rest in COUNTED.items():
            cursor.execute(f"SELECT m.order, z.code, count(*){rest} GROUP BY 1, 2", moments)
            for order, zone, number in cursor.fetchall():
                found[key, order, zone] = number
                found[key, order, ""] = found.get((key, order, ""), 0) + number
        for key, rest in COUNTED_TOGETHER.items():
            cursor.execute(f"SELECT m.order, count(*){rest} GROUP BY 1", moments)
            found |= {(key, order, ""): number for order, number in cursor.fetchall()}
    return found


# The figures without a list: a content that is judged late is a version, and each milestone only says how many are.
WITHOUT_A_LIST = {"contents_late"}


def shown_on(board: Board, reader: User) -> Iterator[tuple[Where, int, str]]:
    """Every number on the board, where it stands, and the address of its list."""
    for row in board.rows + board.totals:
        order, zone = row.milestone.order, row.zone.code if row.zone else ""
        for cell in row.cells:
            yield (cell.measure, order, zone), cell.n, cell.url
        # The tandem bars.
        yield ("confirmed", order, zone), row.young, ""
        yield ("placed", order, zone), row.linked, ""
        if row.seats is not None:
            yield ("host_places", order, zone), row.seats, ""
    for row in board.chair_rows:
        for cell in row.cells:
            yield (cell.measure, row.milestone.order, ""), cell.n, cell.url
    for card in board.cards:
        order = card.milestone.order
        # The card leads to no list of its contents; their measures do.
        for key, number in (
            ("contents", card.contents.total),
            ("contents_validated", card.contents.validated),
            ("contents_late", card.late),
        ):
            yield (key, order, ""), number, list_url(key, card.milestone, None, reader=reader)
        yield ("waiting_for_content", order, ""), card.waiting, card.waiting_url
        for reading in card.readings:
            yield (reading.measure, order, reading.zone.code if reading.zone else ""), reading.figure, ""


def length_of(client, address: str) -> int:
    """How many lines a list has, its other pages among them."""
    context = client.get(address).context
    return context["page"].paginator.count if "page" in context else len(context["rows"])


@pytest.fixture
def diary(client_of):
    """A year in which young people, the certificate and the chair each have an objective and a date of their own."""
    found = Diary(client_of)
    first, second, third = (factories.milestone(found.convention, order=order) for order in (1, 2, 3))
    with clock.travel(datetime(YEAR, 3, 21, 10, tzinfo=clock.PARIS)):
        for milestone, measure, target, settled in (
            (first, "confirmed", YOUNG_PROMISED, date(YEAR, 7, 31)),
            (second, "certified", 1, date(YEAR, 6, 21)),
            (third, "activities_delivered", 1, date(YEAR, 7, 6)),
        ):
            factories.rewrite(milestone, finalise_by=settled)
            factories.objective(milestone=milestone, measure=measure, target=target)
        factories.objective(milestone=first, measure="host_places", zone=factories.zone("lyon"), target=2)
    # The last day of the first milestone, on which nothing else happens.
    found.plan(datetime(YEAR, 7, 31, 10, tzinfo=clock.PARIS), lambda: None)
    return found


def boards(days: Iterable[date], client_of, reader: User) -> Iterator[tuple[date, Board]]:
    """The board on each of these evenings, once both parties have signed."""
    for day in days:
        board = client_of(reader).get(reverse("partnership:board")).context.get("board")
        if board is not None:
            yield day, board
    assert day == END


def test_every_number_of_the_board_is_what_sql_counts_and_how_long_its_list_is(diary, client_of):
    numbers, lists, opened, seen = 0, {}, set(), set()
    reader = diary.coordinators["igs"]
    for day, board in boards(diary.nights(until=END), client_of, reader):
        counted = told_by_sql()
        shown = list(shown_on(board, reader))
        assert [(day, where, n) for where, n, _url in shown if n != counted.get(where, 0)] == []
        # Nothing that is counted is left out, but where its column does not apply.
        left_out = {(key, order) for (key, order, _zone), n in counted.items() if n}
        left_out -= {(key, order) for (key, order, _zone), _n, _url in shown}
        assert left_out <= NOT_APPLYING, day
        for where, number, url in shown:
            # A list is opened whenever its number has changed, and at the end.
            if url and (day == END or lists.get(url) != number):
                lists[url] = number
                assert length_of(client_of(reader), url) == number, (day, where)
                opened.add(where[0])
            seen.add((where[0], number))
        numbers += len(shown)
    assert numbers > 90 * 40
    # Each figure was something, was several things, and had a list but where it is said that it has none.
    assert {key for key, _n in seen} == {*COUNTED, *COUNTED_TOGETHER} == opened | WITHOUT_A_LIST
    assert {key for key, measure in measures.MEASURES.items() if not measure.url_name} == WITHOUT_A_LIST
    assert [key for key, _n in seen if len({n for of, n in seen if of == key}) < 2] == []


def test_the_forecast_follows_from_the_files_and_a_milestone_turns_on_the_very_day(diary, client_of):
    standings, forecasts = {}, []
    for day, board in boards(diary.nights(until=END), client_of, diary.coordinators["smt"]):
        shown, lines = foreseeing.shown_on(board), foreseeing.lines_of(board)
        expected = foreseeing.said_by_sql({1: YOUNG_PROMISED})
        assert shown == {where: said for where, said in expected.items() if where in lines}, day
        forecasts += shown.values()
        standings[day] = {card.milestone.order: card.standing for card in board.cards}
    # Sometimes nothing could be said; where it could, each number was several things.
    known = [said for said in forecasts if said is not None]
    assert None in forecasts and len(known) > 300
    assert [len(set(numbers)) > 1 for numbers in zip(*known, strict=True)] == [True] * len(known[0])
    turns_on_the_very_day(standings)


def turns_on_the_very_day(standings: dict[date, dict[int, Standing]]) -> None:
    """Each milestone is at risk, late and done on its days, and by what it says it is."""
    days = [(day.month, day.day) for day in standings]

    def during(order: int, status: str, *, by: str = "") -> list[tuple[int, int]]:
        found = {day: of[order] for day, of in standings.items()}
        return [
            (day.month, day.day)
            for day, standing in found.items()
            if standing.status == status and standing.reason.startswith(by)
        ]

    def within(*spans: tuple[tuple[int, int], tuple[int, int]]) -> list[tuple[int, int]]:
        return [day for day in days if any(first <= day < end for first, end in spans)]

    # Five have confirmed on the 12th of May; Cléo withdraws on the 1st of June and comes back on the 20th. What the
    # host in Lyon said is too old on the 12th of July, and said again on the 10th of August; then it is of Paris.
    assert during(1, DONE) == within(((5, 12), (6, 1)), ((6, 20), (7, 12)), ((8, 10), (8, 12)))
    assert during(1, LATE) == [day for day in days if (8, 1) <= day < (8, 10) or day >= (8, 12)]
    assert (7, 31) in days and (8, 1) in days
    # At risk until there are two places in Lyon. From the 6th of May on nobody has applied for four weeks; Dan, who had
    # declined, has his offer again on the 10th. Four are fewer than five, however many were to be by then.
    hosts, quiet, four, old = ((3, 29), (4, 12)), ((5, 6), (5, 10)), ((6, 1), (6, 20)), ((7, 12), (8, 1))
    assert during(1, AT_RISK) == within(hosts, quiet, four, old)
    assert during(1, AT_RISK, by="Prévision") == within(quiet, four)
    # In April nobody has confirmed, and those who apply are enough.
    assert during(1, ON_TRACK, by="Prévision") == within(((4, 12), (5, 6)), ((5, 10), (5, 12)))
    # By its share of today the certificate is at risk from the day after the signature. Certified on the 22nd of June,
    # a day late by then; taken back on the 23rd; to another milestone in September.
    assert during(2, AT_RISK) == within(((3, 29), (6, 22)))
    assert during(2, DONE) == [(6, 22), *(day for day in days if (6, 24) <= day < (9, 24))]
    assert during(2, LATE) == [(6, 23), *(day for day in days if day >= (9, 24))]
    # Delivered on the 8th of July, two days after its date.
    assert during(3, AT_RISK) == within(((3, 29), (7, 7)))
    assert during(3, LATE) == [(7, 7)]
    assert during(3, DONE) == [day for day in days if day >= (7, 8)]
