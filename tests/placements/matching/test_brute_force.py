"""The solver beside every plan there is, on small problems of every kind."""

import pytest
from hypothesis import HealthCheck, event, given, settings

from placements.matching.plan import Reason
from placements.matching.problem import changed
from placements.matching.proposing import propose
from tests import runs

from . import by_hand
from .problems import loose_problems, problems

MANY = settings(
    max_examples=2_000 if runs.IS_LONG else 80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = [pytest.mark.both, pytest.mark.timeout(1800 if runs.IS_LONG else 120)]


def chosen(plan):
    return {line.student: line.site for line in plan.lines}


@MANY
@given(problems)
def test_a_plan_is_the_best_there_is_in_seats_and_in_fit(problem):
    plan = propose(problem)
    event(f"{len(plan.lines)} placed")
    best = by_hand.best(problem)
    if best is None:  # the pins have no room: whoever lost theirs stays without a place
        assert any(one.reason is Reason.PIN for one in plan.unplaced)
        kept = set(chosen(plan).items())
        assert by_hand.fits_together(problem, chosen(plan)) and len(kept & set(problem.pins)) < len(problem.pins)
        return
    assert by_hand.fits_together(problem, chosen(plan))
    assert set(problem.pins) <= set(chosen(plan).items())
    assert by_hand.worth(problem, chosen(plan)) == best
    assert (plan.quality.placed, plan.quality.fit - plan.quality.balance) == best
    assert plan.gap == 0


@MANY
@given(loose_problems())
def test_a_price_is_what_one_real_seat_more_brings(problem):
    best = by_hand.best(problem)
    if best is None:
        return
    plan = propose(problem)
    for key, price in plan.prices.items():
        more = by_hand.best(changed(problem, one_more=key))
        assert (more[0] - best[0], more[1] - best[1]) == (price.students, price.points), key
        event(f"a seat brings {price.students} and {'points' if price.points else 'no points'}")


@MANY
@given(loose_problems())
def test_a_tutors_price_is_what_following_one_student_more_brings(problem):
    best = by_hand.best(problem)
    if best is None:
        return
    for key, price in propose(problem).tutor_prices.items():
        more = by_hand.best(by_hand.with_more_room(problem, key))
        assert (more[0] - best[0], more[1] - best[1]) == (price.students, price.points), key


@MANY
@given(problems)
def test_the_other_site_of_a_line_costs_at_least_what_is_said(problem):
    best = by_hand.best(problem)
    if best is None:
        return
    for line in propose(problem).lines:
        if line.other is not None:
            forced = by_hand.best(changed(problem, pin=(line.student, line.other.fit.site)))
            if forced is not None:
                lost = best[0] - forced[0], best[1] - forced[1]
                assert lost >= (line.other.students, line.other.points)
                if line.other.is_free:
                    event("free")
