"""A word two days before an appointment and another on its eve: once each, at no quiet hour, of the hour it has now."""

from datetime import date, datetime, timedelta

import pytest

from cohorts import services
from cohorts.models import Booking
from cohorts.services.reminders import days_told
from cohorts.states import BookingState, SlotKind
from partnership import clock, reminders
from partnership.models import OutgoingMessage, ref
from partnership.states import MessageState

from .. import factories

pytestmark = pytest.mark.django_db
# A Thursday.
APPOINTMENT = datetime(2027, 6, 17, 14, 30, tzinfo=clock.PARIS)


def _at(day, hour=9, minute=0):
    return clock.travel(datetime(2027, 6, day, hour, minute, tzinfo=clock.PARIS))


def _letters(booking):
    about = OutgoingMessage.objects.filter(about=ref(booking.application), template="cohorts/appointment_near")
    return [letter.key.rpartition(":")[2] for letter in about.order_by("pk")]


@pytest.fixture
def booking(recruiter):
    with _at(7):
        slot = factories.slot(starts_at=APPOINTMENT)
        return services.book(factories.application(slot.cohort), slot, by=recruiter)


def test_somebody_is_reminded_two_days_before_and_on_the_eve(booking):
    told = {}
    for day in range(13, 19):
        with _at(day):
            reminders.remind()
            reminders.remind()
        told[day] = len(_letters(booking))
    assert told == {13: 0, 14: 0, 15: 1, 16: 2, 17: 2, 18: 2}
    assert _letters(booking) == ["2", "1"]
    letter = OutgoingMessage.objects.filter(template="cohorts/appointment_near").first()
    assert "Jeudi 17\u00a0juin 2027" in letter.text and booking.slot.place in letter.text


def test_nobody_is_woken_at_night(booking):
    with _at(15, 0, 1):
        reminders.remind()
    letter = OutgoingMessage.objects.get(template="cohorts/appointment_near")
    assert letter.due_at == datetime(2027, 6, 15, 8, 30, tzinfo=clock.PARIS)


@pytest.mark.parametrize("kind", [SlotKind.TESTS, SlotKind.OPEN_DAY])
def test_every_kind_is_reminded_of(kind, recruiter):
    with _at(7):
        slot = factories.slot(kind=kind, starts_at=APPOINTMENT)
        booking = services.book(factories.application(slot.cohort), slot, by=recruiter)
    with _at(16):
        reminders.remind()
    assert _letters(booking) == ["1"]


def test_two_appointments_of_one_person_are_two_reminders(booking, recruiter):
    with _at(7):
        day = factories.slot(booking.slot.cohort, kind=SlotKind.OPEN_DAY, starts_at=APPOINTMENT + timedelta(hours=2))
        services.book(booking.application, day, by=recruiter)
    with _at(16):
        assert reminders.remind()["appointments_1"] == 2
    assert _letters(booking) == ["1", "1"]


def test_what_was_booked_today_needs_no_reminder_today(recruiter):
    with _at(15, 10):
        slot = factories.slot(starts_at=APPOINTMENT)
        booking = services.book(factories.application(slot.cohort), slot, by=recruiter)
        reminders.remind()
    assert _letters(booking) == []
    with _at(16):
        reminders.remind()
    assert _letters(booking) == ["1"]


def test_another_day_is_reminded_of_anew_and_the_former_forgotten(booking, recruiter):
    with _at(15, 7):
        reminders.remind()
        waiting = OutgoingMessage.objects.get(template="cohorts/appointment_near")
        later = factories.slot(booking.slot.cohort, starts_at=APPOINTMENT + timedelta(days=7))
        services.book(booking.application, later, by=recruiter)
        waiting.refresh_from_db()
        assert waiting.state == MessageState.CANCELLED
    with _at(16):
        reminders.remind()
    assert len(_letters(booking)) == 1
    with _at(22):
        reminders.remind()
    assert _letters(booking) == ["2", "2"]


@pytest.mark.parametrize("why", ["given up", "attended", "no address", "erased"])
def test_whoever_is_not_expected_or_cannot_be_written_to_is_left_alone(booking, recruiter, why):
    with _at(15):
        if why == "given up":
            services.give_up(Booking.objects.get(pk=booking.pk), by=recruiter)
        if why == "attended":
            Booking.objects.update(state=BookingState.ATTENDED)
        if why in ("no address", "erased"):
            person = booking.application.candidate
            person.email = ""
            person.save()
        reminders.remind()
    assert _letters(booking) == []


def test_a_reminder_given_up_in_the_night_does_not_leave_in_the_morning(booking, recruiter):
    with _at(16, 0, 30):
        reminders.remind()
        services.give_up(Booking.objects.get(pk=booking.pk), by=recruiter)
    assert OutgoingMessage.objects.get(template="cohorts/appointment_near").state == MessageState.CANCELLED


def test_every_day_is_told_once_on_its_eve_and_never_on_a_sunday():
    days = [date(2027, 6, 1) + timedelta(days=number) for number in range(60)]
    eves, earlier = {}, {}
    for today in days:
        assert today.weekday() != 6 or not days_told(today, 1) + days_told(today, 2)
        for day in days_told(today, 1):
            assert eves.setdefault(day, today) == today
        for day in days_told(today, 2):
            assert earlier.setdefault(day, today) == today
    whole = [day for day in days[5:]]
    assert all(1 <= (day - eves[day]).days <= 2 for day in whole)
    # Of a Monday there is one word, on the Saturday.
    assert {day.weekday() for day in whole if day not in earlier} == {0}
    assert all(earlier[day] < eves[day] for day in whole if day in earlier)


def test_a_run_asks_as_much_for_one_as_for_thirty(recruiter, django_assert_max_num_queries):
    with _at(7):
        day = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=APPOINTMENT, capacity=40)
        for _ in range(30):
            factories.booking(day)
        Booking.objects.update(booked_at=clock.now())
    # Begun, looked at, locked, written, counted: a handful each; and each kind of reminder looks whether it is due.
    with _at(16), django_assert_max_num_queries(30 * 7 + 2 * len(reminders.REMINDERS)):
        assert reminders.remind()["appointments_1"] == 30
