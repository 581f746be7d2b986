"""Many leads want the same place in a call centre: a place is a row, and one student sits there."""

import pytest

from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage
from partnership.states import Role
from placements import services
from placements.models import Placement, Seat
from placements.states import DeclineReason, PlacementState
from tests import factories

from .crowd import at_once, naive, without_index, without_trigger

THREADS = 50


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"))


@pytest.fixture
def site(lead):
    return factories.site()


def _students(number):
    cohort = factories.cohort(capacity=number)
    return [factories.enrolment(cohort) for _ in range(number)]


def _seats(site, number, lead):
    return [factories.seat(site, by=lead) for _ in range(number)]


@pytest.mark.parametrize("seats", [1, 10])
def test_fifty_students_for_a_few_places_take_exactly_those(seats, site, lead):
    students, opened = _students(THREADS), _seats(site, seats, lead)

    outcomes = at_once(THREADS, lambda place: services.propose(students[place], site=site, by=lead))

    assert outcomes == {"done": seats, "Refused": THREADS - seats}
    assert set(Placement.objects.live().values_list("seat", flat=True)) == {seat.pk for seat in opened}
    assert JournalEntry.objects.filter(after=PlacementState.PROPOSED).count() == seats
    assert OutgoingMessage.objects.count() == seats


@pytest.mark.parametrize("seats", [1, 10])
def test_without_the_law_of_the_seat_more_sit_than_there_are_places(seats, site, lead):
    students = _students(THREADS)
    _seats(site, seats, lead)
    with without_index("placements_placement", "one_live_placement_per_seat"):
        believed = naive(
            THREADS,
            read=lambda place: Seat.objects.free().filter(site=site).exists(),
            write=lambda place: _sit(students[place], Seat.objects.filter(site=site).first(), lead),
        )
        assert Placement.objects.live().count() == believed > seats


def test_a_student_is_placed_once_though_fifty_places_are_offered(site, lead):
    (student,) = _students(1)
    _seats(site, THREADS, lead)

    outcomes = at_once(THREADS, lambda place: services.propose(student, site=site, by=lead))

    assert outcomes == {"done": 1, "Refused": THREADS - 1}
    assert Placement.objects.live().filter(enrolment=student).count() == 1
    assert OutgoingMessage.objects.count() == 1


def test_without_the_law_of_the_student_one_sits_on_many_places(site, lead):
    (student,) = _students(1)
    seats = _seats(site, THREADS, lead)
    with without_index("placements_placement", "one_live_placement_per_student"):
        naive(
            THREADS,
            read=lambda place: not Placement.objects.live().filter(enrolment=student).exists(),
            write=lambda place: _sit(student, seats[place], lead),
        )
        assert Placement.objects.live().filter(enrolment=student).count() > 1


def _sit(student, seat, lead):
    Placement.objects.create(enrolment=student, seat=seat, proposed_at=clock.now(), proposed_by=lead)


def _hosts_answer(placement):
    """One click on the host's link; every other one is a refusal of the same place."""

    def answer(place):
        mine = Placement.objects.select_related("seat__site__company").get(pk=placement.pk)
        if place % 2:
            services.decline(mine, reason=DeclineReason.HOURS, by=mine.seat.site)
        else:
            services.accept(mine, by=mine.seat.site)

    return answer


def test_a_host_who_answers_fifty_times_at_once_is_heard_once(site, lead):
    placement = factories.placement(on=factories.seat(site, by=lead), by=lead)

    outcomes = at_once(THREADS, _hosts_answer(placement))

    assert outcomes["done"] == 1
    placement.refresh_from_db()
    assert placement.state in (PlacementState.ACCEPTED, PlacementState.DECLINED)
    lines = JournalEntry.objects.filter(subject=f"placements.placement:{placement.pk}")
    assert list(lines.values_list("before", "after")) == [(PlacementState.PROPOSED, placement.state)]
    told = OutgoingMessage.objects.filter(template="placements/host_answered")
    assert told.count() == 1


def test_without_compare_and_set_a_host_is_heard_many_times(site, lead):
    placement = factories.placement(on=factories.seat(site, by=lead), by=lead)

    def accept(place):
        Placement.objects.filter(pk=placement.pk).update(state=PlacementState.ACCEPTED, answered_at=clock.now())

    believed = naive(
        THREADS,
        read=lambda place: Placement.objects.get(pk=placement.pk).state == PlacementState.PROPOSED,
        write=accept,
    )
    assert believed == THREADS


def test_a_place_that_closes_while_it_is_taken_is_closed_or_taken(site, lead):
    students = _students(1)
    (seat,) = _seats(site, 1, lead)

    def deed(place):
        if place:
            services.close_seat(seat, by=lead)
        else:
            services.propose(students[0], site=site, by=lead)

    outcomes = at_once(2, deed)

    assert outcomes == {"done": 1, "Refused": 1}
    seat.refresh_from_db()
    assert (seat.closed_at is None) == seat.placements.live().exists()


def test_without_waiting_for_each_other_a_closed_place_is_taken(site, lead):
    (student,) = _students(1)
    (seat,) = _seats(site, 1, lead)

    def write(place):
        if place:
            Seat.objects.filter(pk=seat.pk).update(closed_at=clock.now(), closed_by=lead)
        else:
            _sit(student, seat, lead)

    with without_trigger("placements_placement", "a_placement_fits_its_student"):
        naive(2, read=lambda place: Seat.objects.free().filter(pk=seat.pk).exists(), write=write)
    seat.refresh_from_db()
    assert seat.closed_at is not None
    assert seat.placements.live().exists()
