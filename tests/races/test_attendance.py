"""Two tablets at one door: the same person is here once, and a full room gets one chair for each who walks in."""

from datetime import timedelta

from cohorts import services
from cohorts.models import Application, Booking, Candidate
from cohorts.states import BookingState, SlotKind
from partnership import clock
from partnership.models import JournalEntry, ref
from tests import factories

from .crowd import at_once

THREADS = 20


def _open_day(**fields):
    return factories.slot(kind=SlotKind.OPEN_DAY, starts_at=clock.now() - timedelta(minutes=1), **fields)


def test_one_person_tapped_on_twenty_tablets_is_here_once(recruiter):
    booking = factories.booking(_open_day())

    assert at_once(THREADS, lambda place: services.attend(booking, by=recruiter)) == {"done": THREADS}

    booking.refresh_from_db()
    assert booking.state == BookingState.ATTENDED
    assert JournalEntry.objects.filter(subject=ref(booking)).count() == 1


def test_one_person_who_walks_in_at_twenty_doors_is_one_contact(recruiter):
    slot = _open_day()

    def deed(place):
        services.walk_in(slot, first_name="Lina", phone="+33465718801", by=recruiter)

    assert at_once(THREADS, deed) == {"done": THREADS}

    assert Candidate.objects.count() == Application.objects.count() == Booking.objects.count() == 1


def test_a_full_room_gets_a_chair_for_each_who_walks_in(recruiter):
    slot = _open_day(capacity=1)
    factories.booking(slot)

    def deed(place):
        services.walk_in(slot, first_name="Lina", phone=f"+3346571{place:04d}", by=recruiter)

    assert at_once(THREADS, deed) == {"done": THREADS}

    slot.refresh_from_db()
    assert slot.capacity == slot.bookings.count() == THREADS + 1
