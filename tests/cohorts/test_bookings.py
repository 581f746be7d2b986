"""Appointments: one of a kind for each person, moved and given up with a letter, by the team or the applicant."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Booking
from cohorts.states import ApplicationState as S
from cohorts.states import BookingState, SlotKind
from partnership import clock, outbox
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Channel, MessageState
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]


def _letters(application):
    names = OutgoingMessage.objects.filter(about=ref(application)).order_by("pk").values_list("template", flat=True)
    return [name.removeprefix("cohorts/") for name in names]


def _address(name, *args):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


# -- taking a place ---------------------------------------------------------------------------------------------------


def test_an_interview_is_booked_in_an_open_slot_and_told(recruiter):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    booking = services.book(application, slot, by=recruiter)
    application.refresh_from_db()
    assert application.state == S.INTERVIEW_SCHEDULED
    assert (booking.slot_id, booking.kind, booking.version) == (slot.pk, SlotKind.INTERVIEW, 1)
    assert _letters(application) == ["interview_booked"]


@pytest.mark.parametrize("state", [S.ENQUIRY, S.SUBMITTED, S.WAITLISTED, S.ADMITTED, S.CONFIRMED])
def test_an_open_day_is_for_whoever_is_still_with_us_and_changes_no_stage(state, recruiter):
    slot = factories.slot(kind=SlotKind.OPEN_DAY)
    application = factories.application(slot.cohort, state=state)
    services.book(application, slot, by=recruiter)
    application.refresh_from_db()
    assert application.state == state
    assert _letters(application) == ["meeting_booked"]


def test_an_open_day_stands_beside_an_interview(recruiter):
    interview = factories.slot()
    application = factories.application(interview.cohort)
    services.book(application, interview, by=recruiter)
    services.book(application, factories.slot(interview.cohort, kind=SlotKind.OPEN_DAY), by=recruiter)
    assert application.bookings.booked().count() == 2


def test_booking_after_a_missed_interview_takes_the_letter_about_it_back(recruiter):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    services.book(application, slot, by=recruiter)
    application.refresh_from_db()
    services.record_absence(application, by=recruiter)
    missed = OutgoingMessage.objects.get(template="cohorts/interview_missed")
    services.book(application, factories.slot(slot.cohort, days=5), by=recruiter)
    missed.refresh_from_db()
    assert missed.state == MessageState.CANCELLED


def test_a_second_tap_says_the_same(recruiter):
    slot = factories.slot(kind=SlotKind.OPEN_DAY)
    application = factories.application(slot.cohort)
    first = services.book(application, slot, by=recruiter, shown="0")
    again = services.book(application, slot, by=recruiter, shown="0")
    assert first == again and Booking.objects.count() == 1
    assert _letters(application) == ["meeting_booked"]


@pytest.mark.parametrize("why", ["full", "past", "cancelled", "another intake", "closed file"])
def test_what_cannot_be_booked_is_refused_and_changes_nothing(why, recruiter):
    slot = factories.slot(kind=SlotKind.TESTS, capacity=1, days=-1 if why == "past" else 2)
    application = factories.application(slot.cohort, state=S.REJECTED if why == "closed file" else S.SUBMITTED)
    if why == "full":
        factories.booking(slot)
    if why == "cancelled":
        slot.state = "cancelled"
        slot.save()
    if why == "another intake":
        later = factories.intake(starts_on=clock.today() + timedelta(days=400))
        application = factories.application(factories.cohort(of=later))
    with pytest.raises(Refused):
        services.book(application, slot, by=recruiter)
    assert not application.bookings.exists() and not _letters(application)


def test_an_interview_for_a_file_that_is_not_at_that_stage_is_refused(recruiter):
    slot = factories.slot()
    for state in (S.ENQUIRY, S.WAITLISTED, S.ADMITTED):
        with pytest.raises(Refused):
            services.book(factories.application(slot.cohort, state=state), slot, by=recruiter)
    assert not Booking.objects.exists()


# -- moving -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (SlotKind.INTERVIEW, ["interview_booked", "interview_moved"]),
        (SlotKind.TESTS, ["meeting_booked", "meeting_moved"]),
    ],
)
def test_choosing_another_slot_moves_the_appointment(kind, told, recruiter):
    here, there = factories.slot(kind=kind), factories.slot(kind=kind, days=6)
    application = factories.application(here.cohort)
    booking = services.book(application, here, by=recruiter)
    moved = services.book(application, there, by=recruiter, shown="1")
    assert (moved.pk, moved.slot_id, moved.version) == (booking.pk, there.pk, 2)
    assert _letters(application) == told
    line = JournalEntry.objects.filter(subject=ref(booking)).latest("pk")
    assert (line.before, line.after) == (BookingState.BOOKED, BookingState.BOOKED)
    # The place left behind is somebody else's.
    services.book(factories.application(here.cohort), here, by=recruiter)


def test_whoever_saw_an_older_appointment_is_shown_the_newer(recruiter):
    first = factories.slot()
    application = factories.application(first.cohort)
    services.book(application, first, by=recruiter)
    with pytest.raises(Stale):
        services.book(application, factories.slot(first.cohort, days=4), by=recruiter, shown="0")
    with pytest.raises(Stale):
        services.give_up(application.bookings.get(), by=recruiter, shown="2")
    assert application.bookings.get().slot_id == first.pk


# -- giving up --------------------------------------------------------------------------------------------------------


def test_giving_an_interview_up_puts_the_file_back_and_frees_the_place(recruiter):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    services.give_up(services.book(application, slot, by=recruiter), by=recruiter)
    application.refresh_from_db()
    assert application.state == S.SUBMITTED
    assert _letters(application) == ["interview_booked", "interview_cancelled"]
    letter = OutgoingMessage.objects.get(template="cohorts/interview_cancelled")
    assert "choisissez vous-même une autre date" in letter.text
    services.book(factories.application(slot.cohort), slot, by=recruiter)


def test_whoever_leaves_is_expected_nowhere(recruiter):
    interview = factories.slot()
    application = factories.application(interview.cohort)
    services.book(application, factories.slot(interview.cohort, kind=SlotKind.OPEN_DAY), by=recruiter)
    services.book(application, interview, by=recruiter)
    application.refresh_from_db()
    services.withdraw(application, reason="job", by=recruiter)
    assert set(application.bookings.values_list("state", flat=True)) == {BookingState.CANCELLED}


# -- the pages of the team --------------------------------------------------------------------------------------------


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def test_a_slot_is_chosen_from_the_file_in_one_tap(client):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    page = client.get(_address("slot_choose", application.pk))
    assert f'value="{slot.pk}"' in page.content.decode()
    answer = client.post(_address("slot_choose", application.pk), {"slot": str(slot.pk), "shown": "0"})
    assert answer["Location"] == _address("application_detail", application.pk)
    assert application.bookings.get().slot_id == slot.pk
    assert "Interview" in client.get(answer["Location"]).content.decode()


def test_a_slot_that_was_taken_meanwhile_shows_the_others(client):
    slot, other = factories.slot(), factories.slot(days=4)
    application = factories.application(slot.cohort)
    factories.booking(slot)
    answer = client.post(_address("slot_choose", application.pk), {"slot": str(slot.pk), "shown": "0"})
    assert answer.status_code == 409
    body = answer.content.decode()
    assert "has just been taken" in body and f'value="{other.pk}"' in body and f'value="{slot.pk}"' not in body


@pytest.mark.parametrize("key", ["", "x", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_a_slot_that_is_none_is_not_found(client, key):
    application = factories.application()
    answer = client.post(_address("slot_choose", application.pk), {"slot": key, "shown": "²"})
    assert answer.status_code in (400, 404)


def test_with_no_open_slot_the_page_says_what_to_do(client):
    application = factories.application()
    body = client.get(_address("slot_choose", application.pk)).content.decode()
    assert f"No slot is open for {application.candidate}." in body


def test_an_open_day_moved_and_cancelled_is_told_in_the_story(client, recruiter):
    day = factories.slot(kind=SlotKind.OPEN_DAY)
    application = factories.application(day.cohort)
    booking = services.book(application, day, by=recruiter)
    services.book(application, factories.slot(day.cohort, kind=SlotKind.OPEN_DAY, days=9), by=recruiter)
    client.post(_address("booking_cancel", booking.pk))
    page = client.get(_address("application_detail", application.pk))
    told = [
        (entry["text"], entry["after"]) for one in page.context["days"] for entry in one["entries"] if "who" in entry
    ]
    assert told == [("Open day:", "Cancelled"), ("Open day:", "Moved"), ("Open day:", "Booked")]
    assert booking.pk in {one.pk for one in page.context["meetings"]}


def test_the_applicant_is_invited_once_a_day_to_choose(client):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    for _ in range(2):
        client.post(_address("application_invite", application.pk), {"kind": "interview"})
    assert _letters(application) == ["booking_invited"]
    assert outbox.LINK_MARK in OutgoingMessage.objects.get().text


@pytest.mark.parametrize("why", ["no slot", "no address", "another stage", "no kind"])
def test_an_invitation_without_a_choice_is_refused_in_words(client, why):
    slot = factories.slot()
    person = factories.candidate(email="" if why == "no address" else "elle@exemple.test")
    state = S.ADMITTED if why == "another stage" else S.SUBMITTED
    application = factories.application(slot.cohort, of=person, state=state)
    if why == "no slot":
        factories.booking(slot)
    kind = "sieste" if why == "no kind" else "interview"
    answer = client.post(_address("application_invite", application.pk), {"kind": kind}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not _letters(application)


def test_what_is_told_to_the_team_by_the_applicants_link_says_so():
    slot = factories.slot()
    application = factories.application(slot.cohort)
    services.choose(application, slot, shown="0")
    line = JournalEntry.objects.get(subject=ref(application))
    assert (line.channel, line.actor_kind) == (Channel.LINK, "candidate")
