"""Hosts choose at the same moment: a student goes to one of them, a place takes one student."""

import pytest

from cohorts import services as recruitment
from partnership import clock
from partnership.models import OutgoingMessage
from partnership.states import Role
from placements import services
from placements.models import Introduction, Placement, Seat
from placements.states import INTRODUCTION_LIVE, IntroductionState, PlacementState
from tests import factories

from .crowd import at_once, naive, without_index

CROWD = 50


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"))


@pytest.fixture
def cohort():
    return factories.cohort(capacity=CROWD)


def _presented(students, sites, lead):
    for site in sites:
        for first in range(0, len(students), services.MOST_PRESENTED):
            services.present(students[first : first + services.MOST_PRESENTED], site=site, by=lead)
    return list(Introduction.objects.order_by("pk"))


def _sites(number, lead):
    sites = [factories.site() for _ in range(number)]
    for site in sites:
        factories.seat(site, by=lead)
    return sites


def _choose(introductions):
    """Each in its own thread, as by the links of as many hosts."""

    def choose(place):
        mine = Introduction.objects.get(pk=introductions[place].pk)
        services.choose(mine, by=mine.site)

    return choose


def test_a_student_chosen_by_many_hosts_at_once_goes_to_one(cohort, lead):
    student = factories.enrolment(cohort)
    introductions = _presented([student], _sites(CROWD, lead), lead)

    outcomes = at_once(CROWD, _choose(introductions))

    assert outcomes == {"done": 1, "Refused": CROWD - 1}
    assert Placement.objects.filter(state=PlacementState.ACCEPTED).count() == Placement.objects.count() == 1
    states = list(Introduction.objects.values_list("state", flat=True))
    assert states.count(IntroductionState.CHOSEN) == 1
    assert states.count(IntroductionState.CLOSED) == CROWD - 1
    assert OutgoingMessage.objects.filter(template="placements/placement_accepted").count() == 1
    assert OutgoingMessage.objects.filter(template="placements/introduction_closed").count() == CROWD - 1


def test_without_the_law_of_the_student_many_hosts_have_them(cohort, lead):
    student = factories.enrolment(cohort)
    introductions = _presented([student], _sites(CROWD, lead), lead)

    def place_them(place):
        seat = Seat.objects.get(site=introductions[place].site_id)
        placed = {"state": PlacementState.ACCEPTED, "proposed_at": clock.now(), "answered_at": clock.now()}
        Placement.objects.create(enrolment=student, seat=seat, proposed_by=lead, **placed)

    with without_index("placements_placement", "one_live_placement_per_student"):
        believed = naive(
            CROWD,
            read=lambda place: Introduction.objects.get(pk=introductions[place].pk).state in INTRODUCTION_LIVE,
            write=place_them,
        )
        assert believed == Placement.objects.filter(enrolment=student).count() == CROWD


@pytest.mark.parametrize("seats", [1, 3])
def test_a_host_that_chooses_more_than_it_has_places_gets_those(seats, cohort, lead):
    site = factories.site()
    for _ in range(seats):
        factories.seat(site, by=lead)
    students = [factories.enrolment(cohort) for _ in range(CROWD)]
    introductions = _presented(students, [site], lead)

    outcomes = at_once(CROWD, _choose(introductions))

    assert outcomes == {"done": seats, "Refused": CROWD - seats}
    assert Placement.objects.live().count() == seats
    # Whoever was not taken is still presented: nothing of a refused choice stays.
    assert Introduction.objects.live().count() == CROWD - seats


def test_a_student_who_is_presented_as_they_are_placed_is_presented_to_nobody_in_the_end(cohort, lead):
    student = factories.enrolment(cohort)
    home, *others = _sites(4, lead)
    placement = services.propose(student, site=home, by=lead)

    def deed(place):
        if place:
            services.present([student], site=others[place - 1], by=lead)
        else:
            mine = Placement.objects.select_related("seat__site__zone", "enrolment").get(pk=placement.pk)
            services.accept(mine, by=home)

    at_once(4, deed)

    placement.refresh_from_db()
    assert placement.state == PlacementState.ACCEPTED
    assert not Introduction.objects.live().exists()


def test_a_student_who_leaves_as_they_are_chosen_has_no_place_in_the_end(cohort, lead):
    student = factories.enrolment(cohort)
    recruiter = factories.user(Role.RECRUITER)
    (introduction,) = _presented([student], _sites(1, lead), lead)

    def deed(place):
        if place:
            recruitment.withdraw(student.application, reason="job", by=recruiter)
        else:
            _choose([introduction])(0)

    outcomes = at_once(2, deed)

    assert outcomes["done"] >= 1
    assert not Placement.objects.live().exists()
    assert not Introduction.objects.live().exists()


def test_the_same_people_presented_to_a_site_by_many_at_once_are_presented_once(cohort, lead):
    students = [factories.enrolment(cohort) for _ in range(3)]
    (site,) = _sites(1, lead)

    def deed(place):
        services.present(students[::-1] if place % 2 else students, site=site, by=lead)

    outcomes = at_once(CROWD, deed)

    assert outcomes == {"done": 1, "Refused": CROWD - 1}
    assert Introduction.objects.count() == 3
    assert OutgoingMessage.objects.filter(template="placements/students_presented").count() == 1


def test_without_the_law_of_the_pair_a_site_is_presented_the_same_people_many_times(cohort, lead):
    student = factories.enrolment(cohort)
    (site,) = _sites(1, lead)
    shown = services.present([factories.enrolment(cohort)], site=site, by=lead)
    with without_index("placements_introduction", "one_live_introduction_per_student_and_site"):
        believed = naive(
            CROWD,
            read=lambda place: not Introduction.objects.live().filter(enrolment=student, site=site).exists(),
            write=lambda place: Introduction.objects.create(presentation=shown, enrolment=student, site=site),
        )
        assert believed == Introduction.objects.filter(enrolment=student).count() == CROWD
