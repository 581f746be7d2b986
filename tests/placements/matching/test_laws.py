"""What holds of every plan, whatever the problem."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from placements.matching.plan import Reason
from placements.matching.problem import Problem, Site, Student, Tutor, Weights, changed
from placements.matching.proposing import propose
from placements.matching.ranking import rank_for
from placements.matching.shortlists import shortlists
from tests import runs

from . import by_hand
from .problems import loose_problems, problems, strict_problems

MANY = settings(
    max_examples=1_000 if runs.IS_LONG else 25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = [pytest.mark.both, pytest.mark.timeout(1800 if runs.IS_LONG else 120)]


def crowd(number: int, seats: int, seed: int) -> Problem:
    """Many students, too many for every plan there is to be looked at."""
    drawn = random.Random(seed)
    tutors = tuple(Tutor(f"t{n}", drawn.randint(0, 4)) for n in range(number // 2))
    keys = [tutor.key for tutor in tutors]
    sites = tuple(
        Site(
            f"h{n}",
            ("paris", "lyon", "lyon")[n % 3],
            seats=drawn.randint(0, seats) * (1 if n % 3 else 5),
            tutors=frozenset(drawn.sample(keys, 2)) if drawn.random() < 0.6 else frozenset(),
            asked=frozenset(f"s{drawn.randrange(number)}" for _asked in range(3)),
        )
        for n in range(number // 4)
    )
    students = tuple(
        Student(f"s{n}", ("paris", "lyon")[n % 2], wishes=tuple(f"h{w}" for w in drawn.sample(range(len(sites)), 3)))
        for n in range(number)
    )
    pairs = {(f"s{drawn.randrange(number)}", f"h{drawn.randrange(len(sites))}") for _pair in range(number * 2)}
    return Problem(students, sites, tutors, exclusions=tuple(sorted(pairs)))


@MANY
@given(problems, st.randoms(use_true_random=False))
def test_shuffled_the_problem_has_the_same_plan(problem, drawn):
    def shuffled(things):
        return tuple(drawn.sample(things, len(things)))

    other = Problem(
        shuffled(problem.students),
        shuffled(problem.sites),
        shuffled(problem.tutors),
        shuffled(problem.pins),
        shuffled(problem.exclusions),
        shuffled(problem.keep),
        problem.weights,
    )
    assert propose(other) == propose(problem)


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_a_crowd_has_the_same_plan(seed):
    problem = crowd(120, 5, seed)
    drawn = random.Random(seed)
    other = replace(
        problem,
        students=tuple(drawn.sample(problem.students, len(problem.students))),
        sites=tuple(drawn.sample(problem.sites, len(problem.sites))),
        tutors=tuple(drawn.sample(problem.tutors, len(problem.tutors))),
    )
    assert propose(other) == propose(problem)


@pytest.mark.parametrize("seed", range(2))
def test_in_a_crowd_each_price_is_what_one_real_seat_more_brings(seed):
    problem = crowd(60, 4, seed)
    plan = propose(problem)
    assert any(price.students for price in plan.prices.values())
    assert any(price.points and not price.students for price in plan.prices.values())
    for site, price in plan.prices.items():
        more = propose(changed(problem, one_more=site))
        assert more.quality.placed - plan.quality.placed == price.students, site
        assert _points(more) - _points(plan) == price.points, site
        if price.students:
            came = {line.student for line in more.lines} - {line.student for line in plan.lines}
            assert came == {price.who}


def _points(plan):
    return plan.quality.fit - plan.quality.balance


@MANY
@given(problems)
def test_one_more_seat_never_places_fewer(problem):
    before = propose(problem)
    for site in problem.sites:
        after = propose(changed(problem, one_more=site.key))
        assert after.quality.placed >= before.quality.placed
        assert after.quality.placed <= before.quality.placed + 1 or problem.pins


@MANY
@given(strict_problems())
def test_each_student_is_placed_or_has_exactly_one_reason_and_the_reason_is_true(problem):
    plan = propose(problem)
    told = [line.student for line in plan.lines] + [one.student for one in plan.unplaced]
    assert sorted(told) == sorted(student.key for student in problem.students)
    students = {student.key: student for student in problem.students}
    for one in plan.unplaced:
        assert one.reason is _reason(problem, students[one.student]), one


def _reason(problem: Problem, student: Student) -> Reason:
    """The reason, told a second time."""
    if student.key in dict(problem.pins):
        return Reason.PIN
    if any(by_hand.allowed(problem, student, site) for site in problem.sites):
        return Reason.FULL
    led = [replace(site, who_chooses="lead") for site in problem.sites]
    if any(by_hand.allowed(problem, student, site) for site in led):
        return Reason.HOST_CHOOSES
    zones = {student.zone, *student.other_zones}
    is_other = [bool(site.intake and student.intake and site.intake != student.intake) for site in problem.sites]
    there = [site for site, other in zip(problem.sites, is_other, strict=True) if site.zone in zones and not other]
    return Reason.RULES if there else Reason.NO_SITE


@MANY
@given(loose_problems(7))
def test_whoever_finds_all_full_is_helped_by_what_is_said(problem):
    plan = propose(problem)
    assume(by_hand.best(problem) is not None)
    placed = {line.student for line in plan.lines}
    for one in plan.unplaced:
        if one.reason is not Reason.FULL:
            continue
        hall = one.hall
        assert hall is None or hall.places < hall.students
        if one.unblock is not None and one.unblock.what != "both":
            key = one.unblock.key
            is_seat = one.unblock.what == "seat"
            helped = changed(problem, one_more=key) if is_seat else by_hand.with_more_room(problem, key)
            together = placed | {one.student}
            assert any(together <= set(some) for some in by_hand.plans(helped)), one


@MANY
@given(loose_problems())
def test_a_hall_set_holds_everybody_it_counts(problem):
    plan = propose(problem)
    at = {line.student: line.site for line in plan.lines}
    for one in plan.unplaced:
        if one.hall is None:
            continue
        only = [
            student.key
            for student in problem.students
            if student.key not in dict(problem.pins)
            and {site.key for site in problem.sites if by_hand.allowed(problem, student, site)} <= set(one.hall.sites)
            and any(by_hand.allowed(problem, student, site) for site in problem.sites)
        ]
        assert one.hall.students == len(only)
        assert one.hall.places == len([key for key in only if key in at])


@MANY
@given(loose_problems(), st.data())
def test_a_pinned_pair_stays_and_an_excluded_one_does_not_come_back(problem, data):
    plan = propose(problem)
    assume(plan.lines)
    line = data.draw(st.sampled_from(plan.lines))
    without = propose(changed(problem, exclude=(line.student, line.site)))
    assert (line.student, line.site) not in {(one.student, one.site) for one in without.lines}
    pinned = propose(changed(problem, pin=(line.student, line.site)))
    assert (line.student, line.site) in {(one.student, one.site) for one in pinned.lines}
    assert pinned.quality.placed == plan.quality.placed


def test_keeping_moves_fewer_when_more_students_come():
    problem = crowd(120, 5, 7)
    first = propose(replace(problem, students=problem.students[:70]))
    keep = tuple((line.student, line.site) for line in first.lines)
    kept = propose(replace(problem, keep=keep))
    free = propose(replace(problem, keep=keep, weights=Weights(keep=0)))
    assert kept.quality.placed == free.quality.placed
    assert kept.quality.moved < free.quality.moved


def test_nobody_has_a_host_that_would_be_better_for_all_than_their_own():
    problem = replace(crowd(40, 3, 5), weights=Weights(balance=0))
    problem = replace(problem, sites=tuple(replace(site, tutors=frozenset()) for site in problem.sites))
    plan = propose(problem)
    for line in plan.lines:
        ranked = rank_for(line.student, problem, plan)
        assert [one.fit.site for one in ranked if one.is_possible] == [
            one.fit.site for one in ranked if (line.student, one.fit.site) not in problem.exclusions
        ]
        (own,) = (one for one in ranked if one.fit.site == line.site)
        best = ranked[0]
        assert (own.price.students, own.price.points - own.fit.total) == (
            best.price.students,
            best.price.points - best.fit.total,
        )


@MANY
@given(strict_problems())
def test_shortlists_present_everybody_they_can(problem):
    problem = replace(problem, sites=tuple(replace(site, who_chooses="host") for site in problem.sites))
    found = shortlists(problem)
    led = replace(problem, sites=tuple(replace(site, who_chooses="lead") for site in problem.sites))
    pinned = dict(problem.pins)
    listed: dict[str, list[str]] = {}
    for key, entries in found.lists.items():
        site = next(site for site in problem.sites if site.key == key)
        settled = list(pinned.values()).count(key)
        assert len(entries) <= 5 * (site.seats - settled)
        assert [fit.total for _student, fit in entries] == sorted((f.total for _s, f in entries), reverse=True)
        for student, fit in entries:
            person = next(one for one in problem.students if one.key == student)
            site = next(one for one in led.sites if one.key == key)
            assert by_hand.allowed(led, person, site) and fit.total == by_hand.points(led, person, site)
            listed.setdefault(student, []).append(key)
    assert all(len(sites) <= 3 for sites in listed.values())
    # So few students: each fits on every list that has a place at all, three at most.
    assert not found.left_out


def test_a_short_list_is_shared_so_that_everybody_is_on_one():
    hosts = (Site("a", "lyon", seats=1, who_chooses="host"), Site("b", "lyon", seats=1, who_chooses="host"))
    people = tuple(Student(f"s{n}", "lyon", wishes=("a",)) for n in range(10))
    found = shortlists(Problem(people, hosts))
    assert {key: len(entries) for key, entries in found.lists.items()} == {"a": 5, "b": 5}
    assert len({student for entries in found.lists.values() for student, _fit in entries}) == 10
    eleven = shortlists(Problem((*people, Student("s99", "lyon")), hosts))
    assert len(eleven.left_out) == 1


@pytest.mark.parametrize(
    ("problem", "complaint"),
    [
        (Problem((Student("a", "lyon"), Student("a", "lyon")), ()), "twice"),
        (Problem((), (Site("a", "lyon"), Site("a", "lyon"))), "twice"),
        (Problem((Student("a", "lyon"),), (), pins=(("a", "b"),)), "Nobody knows"),
        (Problem((), (Site("a", "lyon", tutors=frozenset({"t"})),)), "tutor"),
        (Problem((), (Site("a", "lyon", seats=-1),)), "fewer places"),
        (
            Problem(
                (Student("a", "lyon"),),
                (Site("b", "lyon"), Site("c", "lyon")),
                pins=(("a", "b"), ("a", "c")),
            ),
            "twice",
        ),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(problem, complaint):
    with pytest.raises(ValueError, match=complaint):
        propose(problem)


@pytest.mark.parametrize("weights", [{"commute": -1}, {"commute_km": 0}, {"commute": 5_000}, {"wishes": (1, 2)}])
def test_weights_that_cannot_be_counted_are_refused(weights):
    with pytest.raises(ValueError, match="Weights|reach|points"):
        Weights(**weights)
