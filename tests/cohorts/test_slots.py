"""Slots: opened in a series that skips the holidays, listed by day, changed with a letter to whoever has booked."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Booking, Slot
from cohorts.states import BookingState, SlotKind, SlotState
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
MONDAY = 0
IN_APRIL = datetime(2027, 4, 12, 9, 30, tzinfo=clock.PARIS)


def _address(name, *args):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def _series(cohort, holder, **changes):
    said = {
        "cohort": str(cohort.pk),
        "kind": SlotKind.INTERVIEW.value,
        "first": (clock.today() + timedelta(days=1)).isoformat(),
        "last": (clock.today() + timedelta(days=14)).isoformat(),
        "weekdays": ["0", "1", "2", "3", "4"],
        "start": "09:00",
        "end": "11:00",
        "minutes": "30",
        "pause": "0",
        "capacity": "1",
        "place": "Salle 3",
        "held_by": str(holder.pk),
    }
    return said | changes


# -- a series ---------------------------------------------------------------------------------------------------------


def test_a_series_skips_public_holidays_and_the_other_days_of_the_week():
    starts, left_out = services.moments(
        first=date(2027, 5, 3),
        last=date(2027, 5, 20),
        weekdays={MONDAY, 3},
        start=time(9),
        end=time(10),
        minutes=30,
    )
    # Thursday 6 May is Ascension Day, Monday 17 May is Whit Monday.
    assert left_out == [date(2027, 5, 6), date(2027, 5, 17)]
    assert sorted({moment.date() for moment in starts}) == [
        date(2027, 5, 3),
        date(2027, 5, 10),
        date(2027, 5, 13),
        date(2027, 5, 20),
    ]
    assert [f"{moment:%H:%M}" for moment in starts[:2]] == ["09:00", "09:30"]


def test_the_last_slot_of_a_day_ends_with_the_day_and_pauses_count():
    starts, _left_out = services.moments(
        first=date(2027, 5, 4),
        last=date(2027, 5, 4),
        weekdays=range(7),
        start=time(9),
        end=time(10, 30),
        minutes=30,
        pause=10,
    )
    assert [f"{moment:%H:%M}" for moment in starts] == ["09:00", "09:40"]


def test_an_hour_of_paris_stays_that_hour_when_the_clocks_change():
    starts, _left_out = services.moments(
        first=date(2027, 10, 29),
        last=date(2027, 11, 2),
        weekdays={4, 1},
        start=time(9),
        end=time(9, 30),
        minutes=30,
    )
    assert [moment.utcoffset() for moment in starts] == [timedelta(hours=2), timedelta(hours=1)]
    assert {moment.time() for moment in starts} == {time(9)}


def test_a_series_is_read_before_it_is_opened_and_opened_once(client, recruiter):
    cohort = factories.cohort()
    said = _series(cohort, recruiter)
    read = client.get(_address("slot_series"), said)
    assert read.status_code == 200
    assert not Slot.objects.exists()
    number = len(read.context["starts"])
    assert number == 4 * len(read.context["days"])
    assert f"{number} slots will be open, {number} places." in read.content.decode()
    client.post(_address("slot_series"), said)
    client.post(_address("slot_series"), said)
    assert Slot.objects.count() == number
    assert set(Slot.objects.values_list("is_offered", "state", "held_by")) == {(True, "open", recruiter.pk)}
    slot = Slot.objects.first()
    assert JournalEntry.objects.get(subject=ref(slot)).after == SlotState.OPEN


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"last": (clock.today() - timedelta(days=3)).isoformat()}, "between today and a year from now"),
        ({"end": "08:00"}, "The end comes before the beginning."),
        ({"weekdays": []}, "Choose at least one day of the week."),
        ({"minutes": "180"}, "No slot fits in"),
        ({"minutes": "5", "end": "23:00"}, "open at most 400 at once"),
        ({"place": "  "}, "Say where people are expected."),
    ],
)
def test_a_series_that_cannot_be_is_refused_in_words(client, recruiter, wrong, words):
    said = _series(factories.cohort(), recruiter, **wrong)
    for answer in (client.get(_address("slot_series"), said), client.post(_address("slot_series"), said)):
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Slot.objects.exists()


def test_a_slot_is_held_by_somebody_who_recruits_in_its_zone(client, lyon_recruiter):
    factories.cohort("lyon")
    answer = client.post(_address("slot_series"), _series(factories.cohort("paris"), lyon_recruiter))
    assert answer.status_code == 422
    assert "does not recruit in that zone" in answer.content.decode()


def test_a_recruiter_of_one_zone_opens_no_slot_in_another(client_of, lyon_recruiter):
    answer = client_of(lyon_recruiter).post(_address("slot_series"), _series(factories.cohort("paris"), lyon_recruiter))
    assert answer.status_code == 422
    assert not Slot.objects.exists()


def test_one_slot_is_opened_and_the_same_again_is_the_same(client, recruiter):
    cohort = factories.cohort()
    said = _series(cohort, recruiter, day=(clock.today() + timedelta(days=8)).isoformat(), time="14:00")
    said |= {"kind": SlotKind.OPEN_DAY.value, "capacity": "140", "minutes": "180"}
    first = client.post(_address("slot_add"), said)
    again = client.post(_address("slot_add"), said)
    slot = Slot.objects.get()
    assert first["Location"] == _address("slot_detail", slot.pk)
    assert again["Location"] == _address("slot_list")
    assert (slot.kind, slot.capacity, slot.minutes) == (SlotKind.OPEN_DAY, 140, 180)
    assert f"{slot.starts_at.astimezone(clock.PARIS):%H:%M}" == "14:00"


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_what_is_free_first_and_then_day_by_day(client):
    cohort = factories.cohort()
    meeting = factories.slot(cohort, kind=SlotKind.INFORMATION, days=2, capacity=10)
    for _ in range(3):
        factories.booking(meeting)
    taken = factories.booking(factories.slot(cohort, days=5))
    page = client.get(_address("slot_list"))
    body = page.content.decode()
    assert "2 slots to come, 7 places are free." in body
    assert [len(one["slots"]) for one in page.context["days"]] == [1, 1]
    assert "3 of 10" in body
    assert str(taken.application.candidate) in body


def test_a_slot_of_ones_own_that_was_given_up_is_nobodys(client, recruiter):
    application = factories.application()
    services.schedule_interview(application, starts_at=clock.now() + timedelta(days=2), place="Salle 3", by=recruiter)
    assert client.get(_address("slot_list")).context["days"]
    services.cancel_interview(application, by=recruiter)
    page = client.get(_address("slot_list"))
    assert not page.context["days"]
    assert "No slot is open in these four weeks." in page.content.decode()


def test_filters_keep_what_they_say_and_an_unknown_one_is_told(client):
    cohort = factories.cohort()
    factories.slot(cohort, days=2)
    factories.slot(cohort, kind=SlotKind.TESTS, days=2)
    factories.slot(factories.cohort("paris"), days=2)
    listed = lambda **asked: [  # noqa: E731
        slot for one in client.get(_address("slot_list"), asked).context["days"] for slot in one["slots"]
    ]
    assert len(listed()) == 3
    assert [slot.kind for slot in listed(nature="tests")] == [SlotKind.TESTS]
    assert [slot.cohort.zone.code for slot in listed(zone="paris")] == ["paris"]
    assert listed(du=(clock.today() + timedelta(days=3)).isoformat()) == []
    odd = client.get(_address("slot_list"), {"nature": "sieste", "du": "0001-01-01"})
    assert "A filter was ignored." in odd.content.decode()


def test_the_list_asks_as_much_for_one_slot_as_for_thirty(client):
    cohort = factories.cohort()

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(_address("slot_list"))
        return len(queries)

    factories.booking(factories.slot(cohort, days=2))
    asked()
    one = asked()
    for number in range(29):
        factories.booking(factories.slot(cohort, days=2 + number / 5))
    assert asked() == one


def test_a_page_of_a_slot_asks_as_much_for_one_person_as_for_thirty(client):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, capacity=40)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(_address("slot_detail", slot.pk))
        return len(queries)

    factories.booking(slot)
    asked()
    one = asked()
    for _ in range(29):
        factories.booking(slot)
    assert asked() == one


# -- changing one -----------------------------------------------------------------------------------------------------


def _edit(slot, **changes):
    local = slot.starts_at.astimezone(clock.PARIS)
    said = {"day": local.date().isoformat(), "time": f"{local:%H:%M}", "minutes": str(slot.minutes)}
    said |= {"place": slot.place, "capacity": str(slot.capacity), "held_by": str(slot.held_by_id)}
    return said | {"version": str(slot.version)} | changes


def _on_the_minute(days=3):
    return (clock.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def test_whoever_has_booked_is_told_of_another_place_and_nobody_of_more_chairs(client):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=_on_the_minute())
    bookings = [factories.booking(slot) for _ in range(2)]
    client.post(_address("slot_edit", slot.pk), _edit(slot, capacity="30"))
    assert not OutgoingMessage.objects.exists()
    slot.refresh_from_db()
    answer = client.post(_address("slot_edit", slot.pk), _edit(slot, place="Salle des fêtes"), follow=True)
    assert "2 people are told by letter." in answer.content.decode()
    slot.refresh_from_db()
    assert (slot.place, slot.capacity, slot.version) == ("Salle des fêtes", 30, 3)
    letters = OutgoingMessage.objects.filter(template="cohorts/meeting_moved")
    assert {letter.about for letter in letters} == {ref(one.application) for one in bookings}
    assert all("Salle des fêtes" in letter.text for letter in letters)
    # Calendars keep the newest.
    assert set(Booking.objects.values_list("version", flat=True)) == {2}


def test_two_who_change_a_slot_do_not_overwrite_each_other(client):
    slot = factories.slot(starts_at=_on_the_minute())
    shown = _edit(slot, place="Salle 1")
    services.change_slot(slot, by=factories.user(), place="Salle 2")
    answer = client.post(_address("slot_edit", slot.pk), shown)
    assert answer.status_code == 409
    assert "Salle 2" in answer.content.decode() and 'value="Salle 1"' in answer.content.decode()
    slot.refresh_from_db()
    assert slot.place == "Salle 2"


def test_a_slot_never_holds_fewer_than_have_booked(client):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=_on_the_minute(), capacity=3)
    for _ in range(3):
        factories.booking(slot)
    answer = client.post(_address("slot_edit", slot.pk), _edit(slot, capacity="2"))
    assert answer.status_code == 422
    assert "More people than that have booked" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(capacity=2)


def test_a_slot_that_is_past_changes_no_more(recruiter):
    slot = factories.slot(days=-1)
    with pytest.raises(Refused):
        services.change_slot(slot, by=recruiter, place="Ailleurs")
    ahead = factories.slot()
    with pytest.raises(Refused):
        services.change_slot(ahead, by=recruiter, starts_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Stale):
        services.change_slot(ahead, by=recruiter, shown="7", place="Ailleurs")


# -- what the database keeps ------------------------------------------------------------------------------------------


def test_the_same_slot_is_offered_once_and_two_rooms_are_two_slots():
    slot = factories.slot()
    same = {"starts_at": slot.starts_at, "held_by": slot.held_by, "in_cohort": slot.cohort}
    factories.slot(place="Une autre salle", **same)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.slot(**same)


def test_a_booking_is_of_its_slots_kind():
    booking = factories.booking(factories.slot(kind=SlotKind.TESTS))
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(kind=SlotKind.INTERVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=booking.slot_id).update(kind=SlotKind.INTERVIEW)


def test_a_cancelled_slot_takes_nobody_and_is_not_cancelled_over_peoples_heads():
    slot = factories.slot(kind=SlotKind.TESTS)
    booking = factories.booking(slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(state=SlotState.CANCELLED)
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.CANCELLED)
    Slot.objects.filter(pk=slot.pk).update(state=SlotState.CANCELLED)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.booking(slot)
