"""Fifty people want the last place, one person taps fifty slots at once: nobody sits on anybody's knees."""

import pytest

from cohorts import services
from cohorts.models import Application, Booking
from cohorts.states import ApplicationState, BookingState, SlotKind, SlotState
from partnership.models import JournalEntry, OutgoingMessage, ref
from tests import factories

from .crowd import at_once, naive, without_index, without_trigger

THREADS = 50


def _choose(application, slot):
    services.choose(Application.objects.get(pk=application.pk), slot, shown="0")


@pytest.mark.parametrize("kind", [SlotKind.INTERVIEW, SlotKind.OPEN_DAY])
@pytest.mark.parametrize("capacity", [1, 10])
def test_the_last_places_are_taken_once_though_fifty_tap(kind, capacity):
    slot = factories.slot(kind=kind, capacity=capacity)
    applications = [factories.application(slot.cohort) for _ in range(THREADS)]

    outcomes = at_once(THREADS, lambda place: _choose(applications[place], slot))

    assert outcomes == {"done": capacity, "Refused": THREADS - capacity}
    assert slot.bookings.count() == capacity
    assert OutgoingMessage.objects.count() == capacity
    waits = Application.objects.filter(state=ApplicationState.INTERVIEW_SCHEDULED).count()
    assert waits == (capacity if kind == SlotKind.INTERVIEW else 0)


def test_without_the_law_of_the_slot_the_last_place_is_everybodys():
    slot = factories.slot(kind=SlotKind.OPEN_DAY, capacity=1)
    applications = [factories.application(slot.cohort) for _ in range(THREADS)]
    with without_trigger("cohorts_booking", "a_slot_holds_its_capacity"):
        naive(
            THREADS,
            read=lambda place: not slot.bookings.exists(),
            write=lambda place: factories.booking(slot, applications[place]),
        )
    assert slot.bookings.count() > 1


@pytest.mark.parametrize("kind", [SlotKind.INTERVIEW, SlotKind.OPEN_DAY])
def test_one_person_who_taps_fifty_slots_has_one_appointment(kind):
    cohort = factories.cohort()
    slots = [factories.slot(cohort, kind=kind, days=1 + number / 10) for number in range(THREADS)]
    application = factories.application(cohort)

    outcomes = at_once(THREADS, lambda place: _choose(application, slots[place]))

    assert outcomes == {"done": 1, "Stale": THREADS - 1}
    assert Booking.objects.get().application == application
    assert OutgoingMessage.objects.count() == 1


def test_without_the_law_one_person_is_expected_in_fifty_rooms():
    cohort = factories.cohort()
    slots = [factories.slot(cohort, kind=SlotKind.OPEN_DAY, days=1 + number / 10) for number in range(THREADS)]
    application = factories.application(cohort)
    with without_index("cohorts_booking", "one_open_booking_per_application_and_kind"):
        naive(
            THREADS,
            read=lambda place: not application.bookings.booked().exists(),
            write=lambda place: factories.booking(slots[place], application),
        )
        assert application.bookings.booked().count() > 1


def test_a_double_click_is_one_appointment():
    slot = factories.slot()
    application = factories.application(slot.cohort)

    assert at_once(10, lambda place: _choose(application, slot)) == {"done": 10}

    booking = Booking.objects.get()
    assert JournalEntry.objects.filter(subject=ref(booking)).count() == 1


def test_two_who_change_places_do_not_wait_for_each_other_for_ever():
    """Each holds the one and wants the other: the rows are taken in one order, so nobody is thrown out."""
    cohort = factories.cohort()
    slots = [factories.slot(cohort, kind=SlotKind.TESTS, capacity=25, days=number + 1) for number in range(2)]
    applications = [factories.application(cohort) for _ in range(20)]
    bookings = [factories.booking(slots[place % 2], applications[place]) for place in range(20)]

    def change(place):
        services.choose(Application.objects.get(pk=applications[place].pk), slots[(place + 1) % 2], shown="1")

    assert at_once(20, change) == {"done": 20}
    assert all(Booking.objects.get(pk=one.pk).version == 2 for one in bookings)


def test_a_slot_that_shrinks_or_moves_while_it_is_booked_keeps_to_its_word(recruiter):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, capacity=10)
    applications = [factories.application(slot.cohort) for _ in range(20)]

    def deed(place):
        if place == 0:
            services.change_slot(slot, by=recruiter, place="Ailleurs", capacity=5)
        else:
            _choose(applications[place], slot)

    at_once(20, deed)

    slot.refresh_from_db()
    assert slot.state == SlotState.OPEN
    assert slot.bookings.exclude(state=BookingState.CANCELLED).count() == slot.capacity
