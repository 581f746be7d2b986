"""The bench runs, on a handful of rows; its floors do what they say; what is counted in statements is promised here."""

import io
from itertools import islice

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.db.models import prefetch_related_objects
from django.test.utils import CaptureQueriesContext

from cohorts import exports, listing
from cohorts.models import Application, Candidate, Consent
from cohorts.projections import recruitments
from cohorts.states import ApplicationState
from partnership import measures
from partnership.measures import Census
from partnership.models import Convention, JournalEntry, OutgoingMessage
from partnership.states import MessageState
from placements.models import Placement
from tests import factories
from tests.bench import applying, boards, exchange, floor, foresight, letters, lists, nearness, proposals
from tests.bench.bench import Bench, Scale
from tests.bench.measure import Cost, alternate, beside, median_of
from tests.cohorts import seasons


@pytest.fixture
def bench(db, folder):
    """All of it on a few rows of the tests' own database, whose transaction no request may end."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    scale = Scale(
        small=200,
        large=201,
        rounds=1,
        times=1,
        exported=200,
        imported=20,
        students=500,
        proposed=(60,),
        seasons=2,
    )
    yield Bench(scale, apart=False)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _verdicts(lines):
    return {line.work: line for line in lines}


def test_an_application_is_handed_in_by_fourteen_statements_at_most(bench):
    lines = _verdicts(applying.measure(bench))
    assert lines["… its statements"].holds, lines["… its statements"].ours


def test_the_list_costs_eight_statements_at_most(bench):
    lines = _verdicts(islice(lists.measure(bench), 10))
    assert lines["… its statements"].holds, lines["… its statements"].ours
    assert len(lines) == 10


def test_what_is_looked_for_is_found_by_both(bench):
    bench.use(200)
    for typed, parts in lists.SEARCHES:
        theirs = {row.pk for row in floor.shown({"q": parts})}
        assert theirs == set(listing.chosen(bench.recruiter, {"q": typed}).values_list("pk", flat=True)), typed
    assert all(floor.shown({"q": parts}) for parts in ("nguyen", "jeune42@", "199000042"))
    assert len(list(lists.search(bench))) == len(lists.SEARCHES)


def test_a_file_costs_twelve_statements_at_most_however_long_its_story(bench):
    assert [line.ours for line in lists.file(bench) if not line.holds] == []


def test_the_nearest_sites_of_everybody_are_found(bench):
    for town in ("paris", "lyon"):
        factories.commune(town)
    (line,) = nearness.measure(bench)
    assert (line.work, line.goal) == ("the 30 nearest of 20 sites for 500 students", "≤ 15 s CPU")


def test_the_forecast_is_held_against_seasons_and_reads_in_three_statements_and_the_milestones(bench):
    lines = list(foresight.measure(bench))
    # In all zones and zone by zone: a line for each seed, what is judged of all of them, and their error.
    assert len(lines) == 2 * (len(foresight.SEEDS) + 2) * len(seasons.HORIZONS) + 1
    assert [line.goal for line in lines].count("75–85%") == 2 * len(seasons.HORIZONS)
    convention = Convention.objects.get()
    prefetch_related_objects([convention], "milestones__objectives")
    with CaptureQueriesContext(connection) as sent:
        recruitments(Census(None, convention))
    assert len(sent) == 3


def test_the_board_sends_fifteen_statements_at_most_one_grouped_for_each_app(bench):
    lines = _verdicts(boards.measure(bench))
    for work in ("… statements of the page", "… grouped ones of its figures, for three apps"):
        assert lines[work].holds, lines[work].ours
    placed = Placement.objects.count()
    figures = {key: sum(by.values()) for key, by in measures.counts(None, Convention.objects.get()).items()}
    assert figures["contacts"] == Application.objects.submitted().count() > 190
    assert figures["confirmed"] > figures["present"] > 0 and figures["with_employer"] == placed > 5


def test_a_proposal_is_proven_and_not_surpassed_by_hand(bench):
    lines = _verdicts(proposals.measure(bench))
    assert [line.work for line in lines.values() if not line.holds and line.ratio == "–"] == []
    assert lines["… students placed, beside by hand"].holds


def test_a_batch_of_letters_leaves_each_way(bench):
    (line,) = letters.measure(bench)
    assert line.goal == "≥ 0.7×"
    assert not OutgoingMessage.objects.filter(key__startswith="bench:").exclude(state=MessageState.SENT).exists()


def test_the_floor_writes_the_very_cells_that_we_take_out(bench):
    fast, _memory = exchange.take_out(bench)
    assert fast.goal == "≥ 5×"
    ours, bare = io.BytesIO(), io.BytesIO()
    exports.write(ours, listing.rows(bench.recruiter, {}, ""), exports.Layout.of("csv"))
    exchange.floor(bare)
    lines = [set(file.getvalue().decode("utf-8-sig").splitlines()) for file in (ours, bare)]
    assert len(lines[0]) == len(lines[1]) + 1
    assert lines[1] < lines[0]


def test_the_floor_keeps_the_very_people_that_we_bring_in(bench):
    (line,) = exchange.bring_in(bench)
    assert line.goal == "≥ 0.3×"
    people = Candidate.objects.filter(email__startswith="p").values_list("email", "phone", "postcode")
    turns = {email.partition("-")[0] for email, *_rest in people}
    assert len(people) == 20 * len(turns)
    assert Application.objects.filter(state=ApplicationState.ENQUIRY, candidate__postcode="69100").count() >= 20


def test_the_floors_list_shows_the_very_rows_of_ours_in_one_statement(bench):
    bench.use(200)
    with CaptureQueriesContext(connection) as sent:
        answer = bench.floor.get("/liste/?zone=lyon")
    assert answer.status == 200 and len(sent) == 1
    rows = floor.shown({"zone": "lyon"})
    assert len(rows) == 51
    assert all(str(row.pk) in answer.body.decode() for row in rows[:50])
    last = rows[49]
    following = floor.shown({"zone": "lyon", "after": f"{last.state_since.isoformat()}~{last.pk}"})
    assert following[0].pk == rows[50].pk
    assert floor.count() == Application.objects.exclude(state=ApplicationState.DRAFT).count()


def test_the_floors_application_is_stored_with_its_line_its_consent_and_its_letter(bench):
    bench.use(200)
    cohort = Application.objects.select_related("cohort").first().cohort
    assert bench.floor.post("/candidater/", {"first_name": "Inès"}).status == 422
    assert bench.floor.post("/candidater/", applying.answers(cohort)).status == 302
    stored = Application.objects.order_by("-number").first()
    assert (stored.cohort, stored.state) == (cohort, ApplicationState.SUBMITTED)
    assert Consent.objects.filter(candidate=stored.candidate).count() == 1
    assert JournalEntry.objects.filter(about=f"cohorts.application:{stored.pk}").count() == 1
    assert OutgoingMessage.objects.get(about=f"cohorts.application:{stored.pk}").to_email == stored.candidate.email


def test_turns_alternate_and_cost_something(bench):
    taken = []
    costs = alternate(lambda: taken.append("ours"), lambda: taken.append("floor"), rounds=2, times=1, warm=1)
    assert taken == ["ours", "floor"] + ["ours", "floor", "floor", "ours"]
    assert [len(cost.turns) for cost in costs] == [2, 2]


def test_what_slows_the_machine_for_a_while_slows_both_of_a_turn():
    quiet, slow = (30.0, 10.0), (90.0, 30.0)
    ours, floor = ([Cost(one[place], 0) for one in (quiet, slow, quiet, slow)] for place in (0, 1))
    line = beside("P0", "a page", median_of([*ours, Cost(900.0, 0)]), median_of([*floor, Cost(300.0, 0)]), 3)
    assert (line.ratio, line.holds) == ("3.00×", True)
    # Of unequal ratios it is the one in the middle, whatever the medians of the costs say.
    uneven = beside("P0", "a page", median_of([Cost(c, 0) for c in (20, 40, 90)]), median_of(floor[:3]), 3)
    assert (uneven.ratio, uneven.holds) == ("2.00×", True)
