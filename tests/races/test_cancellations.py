"""A day is cancelled while people book it, move away and cancel it too: nobody is expected where nobody waits."""

from datetime import timedelta

from cohorts import services
from cohorts.models import Application, Booking, Slot
from cohorts.services import Rebooking
from cohorts.states import BookingState, SlotKind, SlotState
from partnership import clock
from partnership.models import OutgoingMessage
from tests import factories

from .crowd import at_once

PEOPLE = 24


def _letters():
    return OutgoingMessage.objects.filter(template="cohorts/day_cancelled")


def test_whoever_books_while_the_day_is_cancelled_is_told_or_refused(recruiter):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, capacity=100)
    applications = [factories.application(slot.cohort) for _ in range(PEOPLE)]

    def deed(place):
        if place == PEOPLE // 2:
            services.cancel_slots([slot], reason="Salle fermée.", by=recruiter)
        else:
            services.choose(Application.objects.get(pk=applications[place].pk), slot, shown="0")

    outcomes = at_once(PEOPLE, deed)

    assert outcomes["done"] + outcomes["Refused"] == PEOPLE
    assert Slot.objects.get().state == SlotState.CANCELLED
    assert not Booking.objects.booked().exists()
    # Of those who were in time each has one letter of what is cancelled, the others none.
    assert _letters().count() == Booking.objects.count() == outcomes["done"] - 1


def test_whoever_moves_away_while_the_day_is_cancelled_keeps_their_new_hour(recruiter):
    day = factories.slot(kind=SlotKind.OPEN_DAY, capacity=100)
    other = factories.slot(day.cohort, kind=SlotKind.OPEN_DAY, capacity=100, days=9)
    bookings = [factories.booking(day) for _ in range(PEOPLE)]

    def deed(place):
        if place == PEOPLE // 2:
            services.cancel_slots([day], reason="Salle fermée.", by=recruiter)
        else:
            services.choose(Application.objects.get(pk=bookings[place].application_id), other, shown="1")

    outcomes = at_once(PEOPLE, deed)

    # Whoever comes too late is told that the page has changed; the letter has their link.
    assert outcomes["done"] + outcomes["Stale"] == PEOPLE
    assert other.bookings.booked().count() == outcomes["done"] - 1
    assert day.bookings.filter(state=BookingState.CANCELLED).count() == _letters().count() == outcomes["Stale"] + 1


def test_a_day_that_two_cancel_at_once_is_cancelled_once(recruiter):
    slots = [factories.slot(kind=SlotKind.TESTS, days=3 + number / 24) for number in range(4)]
    bookings = [factories.booking(slot) for slot in slots for _ in range(3)]
    there = clock.today() + timedelta(days=12)

    def deed(place):
        mine = slots if place % 2 else slots[::-1]
        services.cancel_slots(mine, reason="Salle fermée.", by=recruiter, rebooking=Rebooking(there, opens=True))

    outcomes = at_once(8, deed)

    assert outcomes == {"done": 1, "Refused": 7}
    assert _letters().count() == len(bookings)
    assert Booking.objects.booked().filter(slot__state=SlotState.OPEN).count() == len(bookings)
    assert Slot.objects.open().count() == len(slots)
