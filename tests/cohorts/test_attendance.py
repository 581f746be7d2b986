"""On the day: one tap says who has come, whoever walks in is present too, and marks stay on the file."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import CRITERIA, Application, Booking, Candidate, Evaluation
from cohorts.states import ApplicationState as S
from cohorts.states import BookingState, SlotKind, SlotState
from partnership import clock, personal_data
from partnership.models import JournalEntry, OutgoingMessage, Tombstone, ref
from partnership.states import MessageState
from partnership.workflow import Refused

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]


def _address(name, *args):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


@pytest.fixture
def open_day():
    """It has begun a minute ago."""
    return factories.slot(kind=SlotKind.OPEN_DAY, starts_at=clock.now() - timedelta(minutes=1), capacity=5)


def _tap(client, booking, deed="present", **options):
    return client.post(_address("slot_attend", booking.slot_id), {deed: str(booking.pk)}, **options)


def _letters(application):
    names = OutgoingMessage.objects.filter(about=ref(application)).exclude(state=MessageState.CANCELLED)
    return [name.removeprefix("cohorts/") for name in names.order_by("pk").values_list("template", flat=True)]


def _interview(recruiter, *, ago=timedelta(minutes=5)):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    booking = services.book(application, slot, by=recruiter)
    type(slot).objects.filter(pk=slot.pk).update(starts_at=clock.now() - ago)
    return Booking.objects.get(pk=booking.pk)


# -- who has come -----------------------------------------------------------------------------------------------------


def test_one_tap_says_that_somebody_has_come_and_a_second_changes_nothing(client, open_day):
    booking = factories.booking(open_day)
    answer = _tap(client, booking)
    initial = booking.application.candidate.last_name[0]
    assert answer["Location"].endswith(f"#l-{initial}")
    _tap(client, booking)
    booking.refresh_from_db()
    assert booking.state == BookingState.ATTENDED
    assert JournalEntry.objects.filter(subject=ref(booking)).count() == 1
    page = client.get(_address("slot_detail", open_day.pk))
    assert "1 of 1 is here." in page.content.decode()
    assert [one.pk for one in page.context["here"]] == [booking.pk]


def test_a_tap_is_taken_back(client, open_day):
    booking = factories.booking(open_day)
    for deed in ("present", "undo", "missed", "undo"):
        _tap(client, booking, deed)
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED
    assert _letters(booking.application) == []


def test_a_presence_at_an_interview_waits_for_a_decision_and_is_taken_back(client, recruiter):
    booking = _interview(recruiter)
    _tap(client, booking)
    application = Application.objects.get(pk=booking.application_id)
    assert application.state == S.INTERVIEWED
    _tap(client, booking, "undo")
    application.refresh_from_db()
    assert application.state == S.INTERVIEW_SCHEDULED


def test_what_has_been_decided_since_is_not_taken_back(client, recruiter):
    booking = _interview(recruiter)
    _tap(client, booking)
    services.waitlist(Application.objects.get(pk=booking.application_id), by=recruiter)
    answer = _tap(client, booking, "undo", follow=True)
    assert "A decision has been taken since" in answer.content.decode()
    booking.refresh_from_db()
    assert booking.state == BookingState.ATTENDED


def test_an_absence_is_written_about_the_next_morning_unless_taken_back(client, recruiter):
    booking = _interview(recruiter)
    _tap(client, booking, "missed")
    assert _letters(booking.application)[-1] == "interview_missed"
    _tap(client, booking, "undo")
    assert _letters(booking.application) == ["interview_booked"]
    assert Application.objects.get(pk=booking.application_id).state == S.INTERVIEW_SCHEDULED


@pytest.mark.usefixtures("mid_june")
def test_whoever_has_not_come_at_the_end_is_written_to_once(client, open_day):
    came, *others = [factories.booking(open_day) for _ in range(4)]
    _tap(client, came)
    answer = client.post(_address("slot_miss", open_day.pk), follow=True)
    assert "3 people have not come" in answer.content.decode()
    client.post(_address("slot_miss", open_day.pk))
    assert _letters(came.application) == []
    for booking in others:
        assert _letters(booking.application) == ["meeting_missed"]
        letter = OutgoingMessage.objects.get(about=ref(booking.application))
        assert letter.due_at.astimezone(clock.PARIS).hour == 9


def test_at_the_end_nobody_is_said_to_be_absent_whom_one_may_not_see(lyon_recruiter, open_day):
    mine = factories.booking(open_day)
    theirs = factories.booking(open_day, factories.application(factories.cohort("paris", of=open_day.cohort.intake)))
    slot = type(open_day).objects.filter(pk=open_day.pk)
    slot.update(starts_at=clock.now() - timedelta(hours=3))
    assert services.miss_the_others(slot.get(), by=lyon_recruiter) == 1
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == (BookingState.MISSED, BookingState.BOOKED)


def test_nobody_is_there_before_the_day_nor_absent_before_the_hour(client, recruiter):
    tomorrow = factories.booking(factories.slot(kind=SlotKind.TESTS, days=2))
    with pytest.raises(Refused):
        services.attend(tomorrow, by=recruiter)
    evening = clock.now().replace(hour=23, minute=59)
    later = factories.booking(factories.slot(kind=SlotKind.TESTS, starts_at=evening))
    with clock.travel(evening - timedelta(hours=8)), pytest.raises(Refused):
        services.miss(later, by=recruiter)
    body = client.get(_address("slot_detail", tomorrow.slot_id)).content.decode()
    assert _address("slot_attend", tomorrow.slot_id) not in body


def test_a_person_of_another_slot_is_not_found(client, open_day):
    elsewhere = factories.booking(factories.slot(kind=SlotKind.TESTS))
    for key in (str(elsewhere.pk), "", "x"):
        assert client.post(_address("slot_attend", open_day.pk), {"present": key}).status_code == 404


def test_names_are_found_by_their_letter_without_accents(client, open_day):
    for name in ("Éluard", "Escoffray", "Zola", "Œuvray", "Abadie"):
        person = factories.candidate(last_name=name)
        application = factories.application(open_day.cohort, of=person)
        Booking.objects.create(
            slot=open_day, application=application, kind=open_day.kind
        ) if name != "d’Armor" else None
    groups = client.get(_address("slot_detail", open_day.pk)).context["expected"]
    assert [group["initial"] for group in groups] == ["A", "E", "O", "Z"]


def test_the_page_of_the_day_asks_as_much_for_one_person_as_for_thirty(client):
    slot = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=clock.now() - timedelta(minutes=1), capacity=40)

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


# -- whoever walks in -------------------------------------------------------------------------------------------------


def _walk_in(client, slot, **said):
    who = {"first_name": "Lina", "last_name": "", "phone": "04 65 71 88 01"} | said
    return client.post(_address("slot_walk_in", slot.pk), who, follow=True)


def test_a_first_name_and_a_telephone_make_a_new_contact_who_is_here(client, recruiter, open_day):
    _walk_in(client, open_day)
    booking = Booking.objects.get()
    application = booking.application
    assert (booking.state, application.state) == (BookingState.ATTENDED, S.ENQUIRY)
    assert (application.candidate.first_name, application.candidate.phone) == ("Lina", "+33465718801")
    assert (application.source, application.owner) == ("open_day", recruiter)
    _walk_in(client, open_day)
    assert Booking.objects.count() == Candidate.objects.count() == 1


@pytest.mark.parametrize("before", ["nothing", "expected here", "expected at another", "absent"])
def test_somebody_known_is_here_with_their_own_file(client, recruiter, open_day, before):
    person = factories.candidate(first_name="Lina", last_name="Fictive", phone="+33465718801")
    application = factories.application(open_day.cohort, of=person)
    if before == "expected at another":
        other = factories.slot(open_day.cohort, kind=SlotKind.OPEN_DAY)
        services.book(application, other, by=recruiter)
    elif before != "nothing":
        booking = factories.booking(open_day, application)
        if before == "absent":
            services.miss(booking, by=recruiter)
    _walk_in(client, open_day)
    booking = Booking.objects.get()
    assert (booking.slot_id, booking.state, booking.application_id) == (
        open_day.pk,
        BookingState.ATTENDED,
        application.pk,
    )
    assert Application.objects.count() == 1


def test_nobody_is_sent_away_from_a_full_room(client, open_day):
    for _ in range(open_day.capacity):
        factories.booking(open_day)
    _walk_in(client, open_day)
    open_day.refresh_from_db()
    assert open_day.capacity == 6
    assert open_day.bookings.count() == 6


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"first_name": ""}, "Write the first name."),
        ({"phone": ""}, "Write the telephone"),
        ({"phone": "12"}, "Write ten digits"),
        ({"first_name": "=1+1"}, "Write a name with letters."),
    ],
)
def test_who_cannot_be_called_back_is_asked_again(client, open_day, said, words):
    answer = _walk_in(client, open_day, **said)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Booking.objects.exists()


def test_a_walk_in_whose_file_is_in_a_zone_of_colleagues_is_theirs_to_open(lyon_recruiter):
    lyon = factories.cohort("lyon")
    known = factories.candidate(first_name="Lina", last_name="Abadie", phone="+33465718801")
    theirs = factories.application(factories.cohort("paris", of=lyon.intake), of=known)
    here = factories.slot(lyon, kind=SlotKind.OPEN_DAY, starts_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="zone of your colleagues|zone de vos collègues"):
        services.walk_in(here, first_name="Lina", last_name="Abadie", phone="+33465718801", by=lyon_recruiter)
    assert not Booking.objects.exists()
    assert Application.objects.get() == theirs


def test_a_walk_in_is_refused_on_another_day_and_at_an_interview(client, recruiter):
    for slot in (factories.slot(kind=SlotKind.OPEN_DAY), factories.slot(starts_at=clock.now())):
        with pytest.raises(Refused):
            services.walk_in(slot, first_name="Lina", phone="+33465718801", by=recruiter)
    cancelled = factories.slot(kind=SlotKind.TESTS, starts_at=clock.now(), state=SlotState.CANCELLED)
    assert _walk_in(client, cancelled).status_code == 422


# -- the sheet --------------------------------------------------------------------------------------------------------


def test_the_sheet_holds_everybody_by_name_and_lines_for_the_others(client, open_day):
    for name in ("Zola", "Abadie"):
        factories.booking(open_day, factories.application(open_day.cohort, of=factories.candidate(last_name=name)))
    body = client.get(_address("slot_sheet", open_day.pk)).content.decode()
    assert body.index("Abadie") < body.index("Zola")
    assert body.count('class="sheet__empty"') == 12
    assert "+33465" not in body


# -- marks ------------------------------------------------------------------------------------------------------------


def _marks(**changes):
    return {name: "3" for name in CRITERIA} | {"note": ""} | changes


def test_two_raters_give_their_own_marks_before_they_read_the_others(client, client_of, recruiter, lyon_recruiter):
    booking = _interview(recruiter)
    _tap(client, booking)
    address = _address("booking_rate", booking.pk)
    assert client.post(address, _marks(call="4", note="Voix posée."))["Location"] == _address(
        "slot_detail", booking.slot_id
    )
    second = client_of(lyon_recruiter)
    assert "Voix posée." not in second.get(address).content.decode()
    second.post(address, _marks(call="2", writing=""))
    assert "Voix posée." in second.get(address).content.decode()
    page = client.get(_address("application_detail", booking.application_id))
    lines = {str(line["label"]): (line["marks"], line["mean"]) for line in page.context["grid"].lines}
    assert lines["simulated call: voice, calm, listening"] == ([4, 2], 3)
    assert lines["reads and writes French"] == ([3, None], 3)
    assert "Voix posée." in page.content.decode() and "Marks:" in page.content.decode()


def test_ones_own_marks_are_corrected_and_stay_one(client, recruiter):
    booking = _interview(recruiter)
    _tap(client, booking)
    for call in ("0", "1"):
        client.post(_address("booking_rate", booking.pk), _marks(call=call))
    assert Evaluation.objects.get().call == 1


@pytest.mark.parametrize("said", [{"call": "5"}, {"call": "-1"}, {"call": "x"}, dict.fromkeys(CRITERIA, "")])
def test_marks_that_cannot_be_are_asked_again(client, recruiter, said):
    booking = _interview(recruiter)
    assert client.post(_address("booking_rate", booking.pk), _marks(**said)).status_code == 422
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("why", ["an open day", "before its day", "absent", "a closed file"])
def test_marks_are_of_somebody_who_was_met(recruiter, open_day, why):
    booking = factories.booking(open_day) if why == "an open day" else _interview(recruiter)
    if why == "before its day":
        booking = factories.booking(factories.slot(days=2))
    if why == "absent":
        services.miss(booking, by=recruiter)
        booking.refresh_from_db()
    if why == "a closed file":
        services.withdraw(booking.application, reason="job", by=recruiter)
    with pytest.raises(Refused):
        services.rate(booking, by=recruiter, marks={"call": 3})


def test_the_database_keeps_marks_between_zero_and_four_and_one_grid_a_rater(recruiter):
    booking = _interview(recruiter)
    said = {"booking": booking, "rated_by": recruiter, "rated_at": clock.now()}
    for wrong in ({"call": 5}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evaluation.objects.create(**said, **wrong)
    Evaluation.objects.create(**said, call=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.create(**said, call=4)


def test_marks_are_handed_over_and_erased_with_the_person(recruiter, folder):
    booking = _interview(recruiter)
    services.rate(booking, by=recruiter, marks={"call": 3}, note="Rit beaucoup.")
    subject = ref(booking.application.candidate)
    [held] = personal_data.collect(subject)["marks"]
    assert (held["call"], held["note"]) == (3, "Rit beaucoup.")
    personal_data.erase(subject, by=recruiter, even_if_live=True)
    assert not Evaluation.objects.exists()
    Tombstone.objects.all().delete()  # its line stays in the folder of this test
