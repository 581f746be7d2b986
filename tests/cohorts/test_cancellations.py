"""A day that does not take place: nobody stays expected, each is told once, whoever may be moved is moved."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Application, Booking, Slot
from cohorts.services import Rebooking
from cohorts.states import ApplicationState as S
from cohorts.states import BookingState, SlotKind, SlotState
from partnership import clock, working_time
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState
from partnership.workflow import Refused

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]
WHY = "Nos salles sont fermées ce jour-là."


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


@pytest.fixture
def day():
    """A day of work, far enough."""
    return _working_day(clock.today() + timedelta(days=10))


@pytest.fixture
def new_day(day):
    return _working_day(day + timedelta(days=2))


def _working_day(day):
    while not working_time.is_working_day(day):
        day += timedelta(days=1)
    return day


def _at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.PARIS)


def _booked(slot, recruiter, **person):
    application = factories.application(slot.cohort, of=factories.candidate(**person))
    return services.book(application, slot, by=recruiter)


def _letters(application, template="cohorts/day_cancelled"):
    return list(OutgoingMessage.objects.filter(about=ref(application), template=template))


def _states(*bookings):
    found = Booking.objects.select_related("slot").in_bulk([one.pk for one in bookings])
    return [(found[one.pk].state, found[one.pk].slot.starts_at) for one in bookings]


# -- each chooses again -----------------------------------------------------------------------------------------------


def test_one_letter_a_person_whatever_they_had_that_day(recruiter, day):
    interview = factories.slot(starts_at=_at(day, 9))
    tests = factories.slot(interview.cohort, kind=SlotKind.TESTS, starts_at=_at(day, 14))
    first = _booked(interview, recruiter)
    services.book(first.application, tests, by=recruiter)
    second = _booked(tests, recruiter)
    gone, fates = services.cancel_slots([interview, tests], reason=WHY, by=recruiter)
    assert {slot.pk for slot in gone} == {interview.pk, tests.pk} and len(fates) == 2
    assert set(Slot.objects.values_list("state", flat=True)) == {SlotState.CANCELLED}
    assert set(Booking.objects.values_list("state", flat=True)) == {BookingState.CANCELLED}
    assert Application.objects.get(pk=first.application_id).state == S.SUBMITTED
    for booking in (first, second):
        [letter] = _letters(booking.application)
        assert WHY in letter.text
    [letter] = _letters(first.application)
    assert "9\u00a0h" in letter.text and "14\u00a0h" in letter.text
    assert letter.calendar.count("STATUS:CANCELLED") == 2
    entries = JournalEntry.objects.filter(subject__in=[ref(interview), ref(tests)], after="cancelled")
    assert [entry.reason for entry in entries] == [WHY, WHY]


@pytest.mark.parametrize("others", [True, False])
def test_the_letter_takes_the_appointment_out_of_the_calendar_and_offers_another_where_there_is_one(
    recruiter, day, new_day, others
):
    slot = factories.slot(starts_at=_at(day, 9))
    if others:
        factories.slot(slot.cohort, starts_at=_at(new_day, 9))
    booking = _booked(slot, recruiter)
    services.cancel_slots([slot], reason=WHY, by=recruiter)
    [letter] = _letters(booking.application)
    assert "METHOD:CANCEL" in letter.calendar and f"cohorts.booking:{booking.pk}" in letter.calendar
    assert ("Choisir un autre horaire" in letter.text) == others
    assert ("nous ouvrons d’autres dates" in letter.text) != others


def test_what_was_to_be_reminded_of_is_not_any_more(recruiter, day):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=_at(day, 9))
    with clock.travel(clock.now() - timedelta(days=3)):
        booking = _booked(slot, recruiter)
    OutgoingMessage.objects.create(
        key=booking.reminder_key(1),
        template="cohorts/appointment_near",
        language="fr",
        about=ref(booking.application),
        to_ref=ref(booking.application.candidate),
        to_email="jeune@exemple.test",
        subject="Demain",
        text="Demain",
        html="Demain",
        state=MessageState.PENDING,
        written_at=clock.now(),
        due_at=clock.now() + timedelta(hours=8),
    )
    services.cancel_slots([slot], reason=WHY, by=recruiter)
    assert OutgoingMessage.objects.get(template="cohorts/appointment_near").state == MessageState.CANCELLED


def test_whoever_has_moved_away_already_hears_nothing(recruiter, day, new_day):
    slot = factories.slot(starts_at=_at(day, 9))
    other = factories.slot(slot.cohort, starts_at=_at(new_day, 9))
    booking = _booked(slot, recruiter)
    services.book(booking.application, other, by=recruiter)
    _gone, fates = services.cancel_slots([slot], reason=WHY, by=recruiter)
    assert fates == [] and _letters(booking.application) == []
    assert _states(booking) == [(BookingState.BOOKED, other.starts_at)]


@pytest.mark.parametrize("why", ["no reason", "begun", "somebody has come", "cancelled already"])
def test_what_is_not_to_be_cancelled_stays(recruiter, day, why):
    slot = factories.slot(kind=SlotKind.TESTS, starts_at=_at(day, 9))
    booking = _booked(slot, recruiter)
    reason, moment = WHY, clock.now()
    if why == "no reason":
        reason = " "
    if why == "begun":
        moment = _at(day, 9, 1)
    if why == "somebody has come":
        moment = _at(day, 8)
        with clock.travel(moment):
            services.attend(booking, by=recruiter)
    if why == "cancelled already":
        services.cancel_slots([slot], reason=WHY, by=recruiter)
    before = Booking.objects.values_list("state", flat=True)[0]
    with clock.travel(moment), pytest.raises(Refused):
        services.cancel_slots([slot], reason=reason, by=recruiter)
    assert Booking.objects.get().state == before
    assert len(_letters(booking.application)) == (why == "cancelled already")


# -- or is moved ------------------------------------------------------------------------------------------------------


def test_the_same_slots_are_opened_on_another_day_and_everybody_keeps_their_hour(recruiter, day, new_day):
    early, late = factories.slot(starts_at=_at(day, 9)), factories.slot(starts_at=_at(day, 17))
    # Fixed with somebody alone: nobody else is offered it, there neither.
    own = factories.application(early.cohort)
    services.schedule_interview(own, starts_at=_at(day, 12), place="Salle 9", by=recruiter)
    last, first = _booked(late, recruiter), _booked(early, recruiter)
    services.cancel_slots(Slot.objects.all(), reason=WHY, by=recruiter, rebooking=Rebooking(new_day, opens=True))
    assert _states(last, first) == [(BookingState.BOOKED, _at(new_day, 17)), (BookingState.BOOKED, _at(new_day, 9))]
    mine = own.bookings.select_related("slot").get()
    assert (mine.slot.starts_at, mine.slot.place, mine.slot.is_offered) == (_at(new_day, 12), "Salle 9", False)
    assert Slot.objects.open().count() == 3
    assert Application.objects.get(pk=first.application_id).state == S.INTERVIEW_SCHEDULED
    [letter] = _letters(first.application)
    assert "est reporté" in letter.subject and "METHOD:PUBLISH" in letter.calendar
    assert "SEQUENCE:2" in letter.calendar and "Voir mon rendez-vous" in letter.text
    assert not _letters(first.application, "cohorts/interview_moved")


def test_a_slot_that_is_offered_there_already_stays_one(recruiter, day, new_day):
    slot = factories.slot(kind=SlotKind.TESTS, starts_at=_at(day, 9), capacity=2)
    same = factories.slot(slot.cohort, kind=SlotKind.TESTS, starts_at=_at(new_day, 9), held_by=slot.held_by, capacity=2)
    _booked(same, recruiter)
    bookings = [_booked(slot, recruiter) for _ in range(2)]
    read = services.read_cancellation([slot], rebooking=Rebooking(new_day, opens=True))
    assert [[to.pk if to else None for _one, to in fate.places] for fate in read] == [[same.pk], [None]]
    services.cancel_slots([slot], reason=WHY, by=recruiter, rebooking=Rebooking(new_day, opens=True))
    assert Slot.objects.filter(starts_at=_at(new_day, 9)).count() == 1
    # Whoever had booked first has the place that is left.
    assert [state for state, _moment in _states(*bookings)] == [BookingState.BOOKED, BookingState.CANCELLED]
    assert same.bookings.booked().count() == 2


def test_open_slots_take_the_same_hour_first_and_whoever_finds_none_chooses(recruiter, day, new_day):
    nine, ten, eleven = (factories.slot(starts_at=_at(day, hour)) for hour in (9, 10, 11))
    bookings = [_booked(slot, recruiter) for slot in (nine, ten, eleven)]
    for hour in (10, 15):
        factories.slot(nine.cohort, starts_at=_at(new_day, hour))
    factories.slot(nine.cohort, kind=SlotKind.TESTS, starts_at=_at(new_day, 9))
    factories.slot(factories.cohort("paris"), starts_at=_at(new_day, 9))
    services.cancel_slots([nine, ten, eleven], reason=WHY, by=recruiter, rebooking=Rebooking(new_day))
    assert _states(*bookings) == [
        (BookingState.BOOKED, _at(new_day, 15)),
        (BookingState.BOOKED, _at(new_day, 10)),
        (BookingState.CANCELLED, _at(day, 11)),
    ]
    assert Slot.objects.open().count() == 4


def test_nobody_is_moved_into_the_past(recruiter, day):
    slot = factories.slot(starts_at=_at(day, 9))
    with pytest.raises(Refused):
        services.cancel_slots(
            [slot], reason=WHY, by=recruiter, rebooking=Rebooking(clock.today() - timedelta(days=1), opens=True)
        )
    assert Slot.objects.get().state == SlotState.OPEN


# -- the page ---------------------------------------------------------------------------------------------------------


def _address(day):
    with translation.override("en"):
        return reverse("cohorts:day_cancel", args=[day])


def _said(*slots, **changes):
    return {"slots": [str(slot.pk) for slot in slots], "reason": WHY, "way": "choose", "new_day": ""} | changes


def test_what_is_read_is_what_leaves(client, recruiter, day):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=_at(day, 9))
    bookings = [_booked(slot, recruiter) for _ in range(2)]
    silent = _booked(slot, recruiter, first_name="Lina", last_name="Muette", email="", phone="+33465718801")
    read = client.post(_address(day), _said(slot))
    body = read.content.decode()
    assert "1 slot will be cancelled: 3 people choose another time." in body
    assert "no e-mail: call" in body and "tel:+33465718801" in body
    assert not _letters(bookings[0].application)
    done = client.post(_address(day), _said(slot, confirm="1"), follow=True)
    words = done.content.decode()
    assert "1 slot is cancelled, 2 people are told by letter." in words
    assert "to be called: Lina Muette" in words
    letters = [letter for one in bookings for letter in _letters(one.application)]
    assert read.context["letters"][0]["letter"].text in [letter.text for letter in letters]
    assert _letters(silent.application) == []
    # The page of the slot says whom to call.
    with translation.override("en"):
        page = client.get(reverse("cohorts:slot_detail", args=[slot.pk])).content.decode()
    assert "Muette" in page and "cancelled" in page


def test_the_letter_of_a_move_is_read_as_it_leaves(client, recruiter, day, new_day):
    slot = factories.slot(starts_at=_at(day, 9))
    booking = _booked(slot, recruiter)
    said = _said(slot, way="reopen", new_day=new_day.isoformat())
    read = client.post(_address(day), said)
    assert "1 person is moved." in read.content.decode()
    assert not Slot.objects.filter(starts_at=_at(new_day, 9)).exists()
    client.post(_address(day), said | {"confirm": "1"})
    [letter] = _letters(booking.application)
    [shown] = read.context["letters"]
    assert (shown["letter"].subject, shown["letter"].text) == (letter.subject, letter.text)


def test_a_whole_day_is_ticked_or_one_slot_of_it(client, day):
    one = factories.slot(starts_at=_at(day, 9))
    other = factories.slot(one.cohort, starts_at=_at(day, 10))
    factories.slot(one.cohort, starts_at=_at(day, 11), state=SlotState.CANCELLED)
    factories.slot(one.cohort, starts_at=_at(day + timedelta(days=1), 10))
    assert client.get(_address(day)).content.decode().count(" checked") == 3  # two slots and the way
    assert client.get(_address(day), {"creneau": str(other.pk)}).context["form"]["slots"].initial == [str(other.pk)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slots": []}, "Choose at least one slot."),
        ({"reason": ""}, "Say why: the letter does."),
        ({"way": "move"}, "Choose the day they are moved to."),
        ({"way": "move", "new_day": "day"}, "Choose another day than the one that is cancelled."),
        ({"way": "move", "new_day": "past"}, "Choose a day between today and a year from now."),
        ({"way": "move", "new_day": "holiday"}, "That day is a public holiday."),
        ({"way": "x"}, "x is not one of the available choices"),
    ],
)
def test_what_is_missing_is_asked_and_nothing_is_lost(client, recruiter, day, changes, words):
    slot = factories.slot(starts_at=_at(day, 9))
    booking = _booked(slot, recruiter)
    days = {"day": day, "past": clock.today() - timedelta(days=1)}
    holidays = {
        day for year in (clock.today().year, clock.today().year + 1) for day in working_time.public_holidays(year)
    }
    days["holiday"] = min(one for one in holidays if one > clock.today() and one != day)
    if changes.get("new_day") in days:
        changes = changes | {"new_day": days[changes["new_day"]].isoformat()}
    answer = client.post(_address(day), _said(slot, **changes, confirm="1"))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    if changes.get("reason") != "":
        assert WHY in answer.content.decode().replace("&#x27;", "'")
    assert Booking.objects.get(pk=booking.pk).state == BookingState.BOOKED


def test_another_zones_slot_is_not_cancelled(client_of, lyon_recruiter, day):
    there = factories.slot(factories.cohort("paris"), starts_at=_at(day, 9))
    factories.slot(starts_at=_at(day, 9))
    answer = client_of(lyon_recruiter).post(_address(day), _said(there, confirm="1"))
    assert answer.status_code == 422
    there.refresh_from_db()
    assert there.state == SlotState.OPEN


@pytest.mark.parametrize("day", ["demain", "2027-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_does_not_exist_is_not_found(client, day):
    assert client.get(_address(day)).status_code == 404


def test_a_day_with_nothing_to_cancel_says_so(client, day):
    assert "Nothing is left to cancel" in client.get(_address(day)).content.decode()


def test_the_page_asks_as_much_for_one_slot_as_for_thirty(client, recruiter, day):
    cohort = factories.cohort()

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.post(_address(day), _said(*Slot.objects.all()))
        return len(queries)

    _booked(factories.slot(cohort, starts_at=_at(day, 9)), recruiter)
    asked()
    one = asked()
    for number in range(29):
        _booked(factories.slot(cohort, starts_at=_at(day, 10, number)), recruiter)
    assert asked() == one <= 20
