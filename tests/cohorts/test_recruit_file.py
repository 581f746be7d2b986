"""A file: what is due, every deed, and what happens when it may not be done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Booking, Enrolment
from cohorts.states import ApplicationState as S
from cohorts.states import BookingState
from partnership import clock, outbox
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Channel, MessageState
from partnership.workflow import record
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db
DEEDS = {
    "interview_schedule": S.SUBMITTED,
    "interview_cancel": S.INTERVIEW_SCHEDULED,
    "interview_record": S.SUBMITTED,
    "interview_miss": S.INTERVIEW_SCHEDULED,
    "application_admit": S.INTERVIEWED,
    "application_waitlist": S.INTERVIEWED,
    "application_reject": S.INTERVIEWED,
    "application_mark_unreachable": S.SUBMITTED,
    "application_withdraw": S.SUBMITTED,
    "application_reopen": S.REJECTED,
    "application_confirm": S.ADMITTED,
    "application_decline": S.ADMITTED,
}


def _address(name, application, **more):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", kwargs={"pk": application.pk, **more})


def _said(name):
    """What a correct form of each deed says."""
    tomorrow = clock.today() + timedelta(days=1)
    return {
        "interview_schedule": {
            "schedule-day": tomorrow.isoformat(),
            "schedule-time": "14:30",
            "schedule-minutes": "30",
            "schedule-place": "Salle 3 (fictif)",
        },
        "interview_record": {"record-note": "Voix posée."},
        "application_reject": {"reject-reason": "profile"},
        "application_mark_unreachable": {"unreachable-reason": "no_answer"},
        "application_withdraw": {"withdraw-reason": "job", "withdraw-channel": "phone"},
        "application_reopen": {"reopen-reason": "Elle a rappelé."},
        "application_confirm": {"confirm-channel": "phone"},
        "application_decline": {"decline-reason": "moved", "decline-channel": "paper"},
    }.get(name, {})


def _do(client, name, application, *, version=None, **changes):
    said = _said(name) | changes
    return client.post(_address(name, application), {"version": version or application.version, **said})


def _page(client, application, **parameters):
    return client.get(_address("application_detail", application), parameters)


def _letters(application):
    return list(OutgoingMessage.objects.filter(about=ref(application)).values_list("template", flat=True))


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


# -- each deed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after", "letter"),
    [
        ("interview_schedule", S.SUBMITTED, S.INTERVIEW_SCHEDULED, "interview_booked"),
        ("interview_schedule", S.NO_SHOW, S.INTERVIEW_SCHEDULED, "interview_booked"),
        ("interview_schedule", S.INTERVIEWED, S.INTERVIEW_SCHEDULED, "interview_booked"),
        ("interview_cancel", S.INTERVIEW_SCHEDULED, S.SUBMITTED, ""),
        ("interview_record", S.SUBMITTED, S.INTERVIEWED, ""),
        ("interview_record", S.INTERVIEW_SCHEDULED, S.INTERVIEWED, ""),
        ("interview_miss", S.INTERVIEW_SCHEDULED, S.NO_SHOW, ""),
        ("application_admit", S.INTERVIEWED, S.ADMITTED, "application_admitted"),
        ("application_admit", S.WAITLISTED, S.ADMITTED, "application_admitted"),
        ("application_waitlist", S.INTERVIEWED, S.WAITLISTED, "application_waitlisted"),
        ("application_reject", S.INTERVIEWED, S.REJECTED, "application_rejected"),
        ("application_reject", S.CONFIRMED, S.REJECTED, "application_rejected"),
        ("application_mark_unreachable", S.SUBMITTED, S.UNREACHABLE, "application_unreachable"),
        ("application_withdraw", S.CONFIRMED, S.WITHDRAWN, "application_closed"),
        ("application_reopen", S.REJECTED, S.SUBMITTED, "application_reopened"),
        ("application_confirm", S.ADMITTED, S.CONFIRMED, "application_confirmed"),
        ("application_decline", S.ADMITTED, S.DECLINED, "application_closed"),
    ],
)
def test_a_deed_moves_the_file_journals_it_and_writes_one_letter(client, recruiter, name, before, after, letter):
    application = factories.application(state=before)
    # A confirmed place is taken back for few reasons.
    said = {"reject-reason": "condition"} if (name, before) == ("application_reject", S.CONFIRMED) else {}
    response = _do(client, name, application, **said)
    assert response.status_code == 302
    assert response["Location"] == _address("application_detail", application)
    application.refresh_from_db()
    assert application.state == after
    line = JournalEntry.objects.get(subject=ref(application), after=after)
    assert (line.before, line.actor_ref) == (before, str(recruiter.pk))
    assert _letters(application) == ([f"cohorts/{letter}"] if letter else [])
    assert _page(client, application).status_code == 200


def test_an_interview_is_booked_where_and_when_the_form_says(client, recruiter):
    application = factories.application()
    _do(client, "interview_schedule", application)
    booking = Booking.objects.select_related("slot").get()
    starts = booking.slot.starts_at.astimezone(clock.PARIS)
    assert (f"{starts:%H:%M}", booking.slot.place, booking.slot.held_by) == ("14:30", "Salle 3 (fictif)", recruiter)


def test_a_recorded_interview_keeps_its_note_and_shows_it(client):
    application = factories.application()
    _do(client, "interview_record", application, **{"record-note": "Propose un rappel\nau client."})
    assert Booking.objects.get().state == BookingState.ATTENDED
    assert "Propose un rappel<br>au client." in _page(client, application).content.decode()


def test_an_answer_told_by_telephone_says_so_in_the_story(client):
    application = factories.application(state=S.ADMITTED)
    _do(client, "application_confirm", application)
    assert Enrolment.objects.get().application_id == application.pk
    assert JournalEntry.objects.get(subject=ref(application)).channel == Channel.PHONE
    assert "by telephone" in _page(client, application).content.decode()


def test_whoever_reads_a_refusal_letter_first_sends_that_very_letter(client):
    application = factories.application(state=S.INTERVIEWED)
    asked = client.get(_address("application_reject", application), {"reject-reason": "full"})
    assert asked.status_code == 200
    read = asked.context["letter"]
    assert (OutgoingMessage.objects.count(), JournalEntry.objects.count()) == (0, 0)
    application.refresh_from_db()
    assert application.state == S.INTERVIEWED
    _do(client, "application_reject", application, **{"reject-reason": "full"})
    sent = OutgoingMessage.objects.get()
    assert (sent.subject, sent.text) == (read.subject, read.text)


def test_whoever_has_no_address_is_refused_without_a_letter_and_the_page_says_to_call(client):
    person = factories.candidate(email="")
    application = factories.application(state=S.INTERVIEWED, of=person)
    asked = client.get(_address("application_reject", application), {"reject-reason": "full"})
    assert (asked.status_code, asked.context["letter"]) == (200, None)
    assert "has no e-mail address" in asked.content.decode()
    assert 'name="reject-reason" value="full"' in asked.content.decode()
    response = _do(client, "application_reject", application, **{"reject-reason": "full"})
    assert "no letter leaves: call" in client.get(response["Location"]).content.decode()
    assert not OutgoingMessage.objects.exists()


# -- what is due ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (S.ENQUIRY, "First contact due since"),
        (S.SUBMITTED, "First contact due since"),
        (S.INTERVIEW_SCHEDULED, "Was the interview held?"),
        (S.NO_SHOW, "A new date is due since"),
        (S.INTERVIEWED, "Decision due since"),
        (S.WAITLISTED, "On the waiting list"),
        (S.ADMITTED, "Answer expected by"),
    ],
)
def test_the_one_thing_that_is_due_comes_first(client, state, words):
    due = _page(client, factories.application(state=state)).context["due"]
    assert words in due["title"]


@pytest.mark.parametrize("state", [S.CONFIRMED, S.REJECTED, S.WITHDRAWN, S.UNREACHABLE])
def test_nothing_is_due_on_a_confirmed_or_closed_file(client, state):
    assert _page(client, factories.application(state=state)).context["due"] is None


def test_a_late_answer_is_shown_as_late(client):
    application = factories.application(state=S.ADMITTED, reply_before=clock.now() - timedelta(days=1))
    assert _page(client, application).context["due"]["meaning"] == "late"


def test_the_places_left_are_told_to_whoever_decides(client):
    cohort = factories.cohort(capacity=3)
    factories.application(cohort, state=S.CONFIRMED)
    application = factories.application(cohort, state=S.INTERVIEWED)
    assert "2 places of 3 are left in Lyon." in _page(client, application).content.decode()


def test_a_course_that_admits_on_file_offers_the_decision_at_once(client):
    programme = factories.programme("certificat", kind=ProgrammeKind.SCHOOL_CERTIFICATE)
    application = factories.application(factories.cohort(of=factories.intake(programme)))
    assert "Decision due since" in _page(client, application).context["due"]["title"]
    _do(client, "application_admit", application)
    application.refresh_from_db()
    assert application.state == S.ADMITTED


# -- what may not be done ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("application_admit", S.SUBMITTED, "This course admits after an interview."),
        ("application_admit", S.REJECTED, "This file is closed"),
        ("application_confirm", S.DECLINED, "This file is closed"),
        ("application_waitlist", S.WITHDRAWN, "This file is closed"),
        ("interview_record", S.UNREACHABLE, "This file is closed"),
        ("interview_cancel", S.REJECTED, "This file is closed"),
        ("application_confirm", S.INTERVIEWED, "cannot go from"),
        ("interview_record", S.WAITLISTED, "cannot go from"),
        ("application_waitlist", S.CONFIRMED, "cannot go from"),
        ("application_reopen", S.INTERVIEWED, "This file is not closed."),
    ],
)
def test_a_deed_the_rules_forbid_is_refused_with_its_reason(client, name, state, reason):
    application = factories.application(state=state)
    response = _do(client, name, application)
    assert response.status_code == 302
    assert reason in client.get(response["Location"]).content.decode()
    application.refresh_from_db()
    assert application.state == state


def _told(client, response):
    """What the page an action leads to says on top."""
    return [str(message) for message in client.get(response["Location"]).context["messages"]]


def test_no_place_is_offered_beyond_the_capacity_nor_before_the_content_is_validated(client):
    full = factories.cohort(capacity=1)
    factories.application(full, state=S.ADMITTED)
    refused = factories.application(full, state=S.INTERVIEWED)
    response = _do(client, "application_admit", refused)
    assert _told(client, response) == ["Every place of this cohort is already offered."]
    programme = factories.programme("nouveau")
    draft = factories.curriculum(programme, state=CurriculumState.SUBMITTED)
    early = factories.application(factories.cohort(of=factories.intake(programme), content=draft), state=S.INTERVIEWED)
    response = _do(client, "application_admit", early)
    assert _told(client, response) == ["No place can be offered before the content of the course is validated."]
    assert not OutgoingMessage.objects.exists()


def test_a_refusal_the_rules_forbid_is_said_before_its_letter_is_read(client):
    application = factories.application(state=S.WITHDRAWN)
    response = client.get(_address("application_reject", application), {"reject-reason": "full"}, follow=True)
    assert "This file is closed" in response.content.decode()


# -- forms that say too little ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes", "anchor"),
    [
        ("interview_schedule", {"schedule-day": "2020-01-01"}, "id_schedule-day"),
        ("interview_schedule", {"schedule-day": "demain"}, "id_schedule-day"),
        ("interview_schedule", {"schedule-day": "0001-01-01"}, "id_schedule-day"),
        ("interview_schedule", {"schedule-time": "25:99"}, "id_schedule-time"),
        ("interview_schedule", {"schedule-minutes": "9999"}, "id_schedule-minutes"),
        ("interview_schedule", {"schedule-place": "  "}, "id_schedule-place"),
        ("interview_record", {"record-note": ""}, "id_record-note"),
        ("application_reject", {"reject-reason": ""}, "id_reject-reason"),
        ("application_reject", {"reject-reason": "job"}, "id_reject-reason"),
        ("application_mark_unreachable", {"unreachable-reason": "profile"}, "id_unreachable-reason"),
        ("application_withdraw", {"withdraw-channel": "link"}, "id_withdraw-channel"),
        ("application_reopen", {"reopen-reason": " "}, "id_reopen-reason"),
        ("application_confirm", {"confirm-channel": "pigeon"}, "id_confirm-channel"),
        ("application_decline", {"decline-reason": ""}, "id_decline-reason"),
    ],
)
def test_a_form_that_says_too_little_comes_back_with_its_errors_and_its_values(client, name, changes, anchor):
    application = factories.application(state=DEEDS[name])
    response = _do(client, name, application, **changes)
    body = response.content.decode()
    assert response.status_code == 422
    assert f'href="#{anchor}"' in body
    assert f'id="{anchor}"' in body
    assert "<title>Error:" in body
    for key, value in (_said(name) | changes).items():
        if value.strip() and key.endswith(("place", "note", "day", "time")):
            assert value in body
    application.refresh_from_db()
    assert application.state == DEEDS[name]


def test_an_interview_earlier_today_is_refused_beside_its_time(recruiter, client_of):
    application = factories.application()
    noon = clock.now().replace(hour=12, minute=0)
    with clock.travel(noon):
        changes = {"schedule-day": noon.date().isoformat(), "schedule-time": "11:59"}
        # Signed in at noon too: a session of last night would be over.
        response = _do(client_of(recruiter), "interview_schedule", application, **changes)
    assert response.status_code == 422
    assert "This time is already past." in response.content.decode()


@pytest.mark.parametrize("text", ["\x00", "a\x00b"])
def test_an_impossible_character_is_no_server_error(client, text):
    application = factories.application()
    assert _do(client, "interview_record", application, **{"record-note": text}).status_code == 400


# -- two people at once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DEEDS)
def test_a_page_that_is_out_of_date_changes_nothing_and_shows_the_newer_state(client, lyon_recruiter, name):
    application = factories.application(state=DEEDS[name])
    type(application).objects.filter(pk=application.pk).update(version=5)
    for version in ("1", "", "x", "99999999999999999999"):
        response = client.post(_address(name, application), {"version": version, **_said(name)})
        assert response.status_code == 409
        assert "Somebody has changed this file meanwhile." in response.content.decode()
    application.refresh_from_db()
    assert (application.state, application.version) == (DEEDS[name], 5)


def test_a_note_typed_on_an_old_page_is_not_lost(client, recruiter):
    application = factories.application()
    services.mark_unreachable(application, reason="no_answer", by=recruiter)
    response = _do(client, "interview_record", application, version=1, **{"record-note": "Voix posée, projet précis."})
    body = response.content.decode()
    assert response.status_code == 409
    assert "Voix posée, projet précis." in body
    assert "Its state is now: Unreachable." in body


def test_the_second_click_on_a_decision_is_told_of_the_first(client):
    application = factories.application(state=S.INTERVIEWED)
    assert _do(client, "application_admit", application, version=1).status_code == 302
    assert _do(client, "application_admit", application, version=1).status_code == 409
    assert _letters(application) == ["cohorts/application_admitted"]


# -- who may ----------------------------------------------------------------------------------------------------------


def test_another_zones_file_does_not_exist(lyon_recruiter, client_of):
    client = client_of(lyon_recruiter)
    for name, state in DEEDS.items():
        application = factories.application(factories.cohort("paris"), state=state)
        assert _do(client, name, application).status_code == 404
        assert _page(client, application).status_code == 404
        application.refresh_from_db()
        assert application.state == state


def test_a_draft_is_not_a_file_yet(client):
    assert _page(client, factories.application(state=S.DRAFT)).status_code == 404


def test_nobody_but_recruitment_opens_or_changes_a_file(
    client_of, lyon_lead, coordinator, reviewer, author, administrator, stranger
):
    application = factories.application()
    for user in (lyon_lead, coordinator, reviewer, author, administrator, stranger):
        client = client_of(user)
        assert _page(client, application).status_code == 403
        for name in DEEDS:
            assert _do(client, name, application).status_code == 403


def test_a_deed_is_posted_never_fetched(client):
    application = factories.application()
    for name in DEEDS:
        # These two show the letter first.
        if name not in ("application_reject", "application_admit"):
            assert client.get(_address(name, application)).status_code == 405


# -- the story --------------------------------------------------------------------------------------------------------


def test_the_story_tells_who_did_what_and_which_letters_left(client, recruiter):
    application = factories.application(state=S.INTERVIEWED)
    services.admit(application, by=recruiter)
    days = _page(client, application).context["days"]
    entries = [entry for day in days for entry in day["entries"]]
    deed = next(entry for entry in entries if not entry.get("letter"))
    letter = next(entry for entry in entries if entry.get("letter"))
    assert (deed["before"], deed["after"], deed["who"]) == ("Interviewed", "Admitted", "Claire Devaux")
    assert letter["letter"].state == MessageState.PENDING
    assert letter["url"] == _address("application_letter", application, letter=letter["letter"].pk)


def test_the_applicants_own_deeds_bear_their_first_name(client):
    application = factories.application(of=factories.candidate(first_name="Chloé"))
    record(application, S.SUBMITTED, by=application.candidate, before=S.DRAFT, channel=Channel.LINK)
    entry = _page(client, application).context["days"][0]["entries"][0]
    assert entry["who"] == "Chloé, by personal link"


def test_a_letter_is_read_without_its_personal_link(client, recruiter):
    application = factories.application(state=S.INTERVIEWED)
    services.admit(application, by=recruiter)
    letter = OutgoingMessage.objects.get()
    assert outbox.LINK_MARK in letter.text
    body = client.get(_address("application_letter", application, letter=letter.pk)).content.decode()
    assert letter.subject in body
    assert "[personal link]" in body
    assert outbox.LINK_MARK not in body


def test_another_files_letter_is_not_read_through_this_one(client, recruiter):
    application, other = factories.application(state=S.INTERVIEWED), factories.application()
    services.admit(application, by=recruiter)
    letter = OutgoingMessage.objects.get()
    assert client.get(_address("application_letter", other, letter=letter.pk)).status_code == 404


def test_a_long_story_costs_no_more_statements_and_shows_its_newest(client, recruiter, django_assert_max_num_queries):
    application = factories.application(state=S.INTERVIEWED)
    record(application, "edited", by=recruiter)
    with django_assert_max_num_queries(12) as short:
        _page(client, application)
    for number in range(230):
        record(application, "edited", by=factories.user() if number < 40 else recruiter)
    with django_assert_max_num_queries(12) as long:
        page = _page(client, application)
    assert len(short) == len(long)
    assert sum(len(day["entries"]) for day in page.context["days"]) == 200
    assert "see the whole story" in page.content.decode()
    whole = _page(client, application, histoire="tout")
    assert sum(len(day["entries"]) for day in whole.context["days"]) == 231


def test_an_interview_is_fixed_in_french_as_well(client):
    application = factories.application()
    with translation.override("fr"):
        address = reverse("cohorts:interview_schedule", args=[application.pk])
    response = client.post(address, {"version": application.version, **_said("interview_schedule")})
    assert response.status_code == 302
    application.refresh_from_db()
    assert application.state == S.INTERVIEW_SCHEDULED
