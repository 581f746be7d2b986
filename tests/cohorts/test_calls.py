"""Calling: what a call gave is kept, the next date is due, and the next file opens by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import personal_data, services, worklist
from cohorts.models import Application, Call
from cohorts.states import ApplicationState as S
from cohorts.states import CallResult as R
from partnership import clock, working_time
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Channel
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
# A Monday, at ten: Tuesday is a working day.
MONDAY = clock.now().replace(2027, 6, 14, 10, 0, 0, 0)


@pytest.fixture(autouse=True)
def monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def _address(name, *arguments):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=arguments)


def _waiting(days=1, **fields):
    return factories.application(since=MONDAY - timedelta(days=days), **fields)


def _call(client, application, result, **said):
    more = {f"call-{name}": value for name, value in said.items() if name != "next"}
    onward = {"next": "1"} if said.get("next") else {}
    said = {"version": application.version, "call-result": result} | more | onward
    return client.post(_address("call_record", application.pk), said)


# -- what a call gives ------------------------------------------------------------------------------------------------


def test_a_call_is_kept_with_its_note_and_journalled(recruiter):
    application = _waiting()
    call = services.record_call(application, result=R.REACHED, note="Motivée, cherche une place.", by=recruiter)
    assert (call.by, call.at, call.result) == (recruiter, MONDAY, R.REACHED)
    line = JournalEntry.objects.get(subject=ref(application))
    assert (line.after, line.reason, line.channel, line.actor_ref) == (
        "called",
        "reached",
        Channel.PHONE,
        str(recruiter.pk),
    )
    application.refresh_from_db()
    assert (application.state, application.acted_at, application.version) == (S.SUBMITTED, MONDAY, 2)


@pytest.mark.parametrize("result", [R.REACHED, R.VOICEMAIL])
@pytest.mark.parametrize("state", [S.ENQUIRY, S.SUBMITTED, S.NO_SHOW, S.INTERVIEWED])
def test_without_a_next_date_whoever_waits_comes_back_the_next_working_day(recruiter, result, state):
    application = _waiting(state=state)
    friday = MONDAY + timedelta(days=4)
    with clock.travel(friday):
        services.record_call(application, result=result, by=recruiter)
    application.refresh_from_db()
    assert application.next_at == working_time.next_morning(friday) == friday.replace(day=21, hour=9)


def test_an_agreed_date_is_when_the_file_is_due(recruiter):
    application = _waiting()
    wanted = MONDAY + timedelta(days=3, hours=7)
    services.record_call(application, result=R.CALL_BACK, next_at=wanted, by=recruiter)
    assert not worklist.due_among(Application.objects.visible_to(recruiter)).exists()
    with clock.travel(wanted):
        (found,) = worklist.due_among(Application.objects.visible_to(recruiter))
    assert (found.pk, found.due_at, worklist.what_is_due(found)) == (application.pk, wanted, worklist.Due.CALL_BACK)


@pytest.mark.parametrize("next_at", [None, MONDAY, MONDAY - timedelta(days=1)])
def test_to_call_back_needs_a_date_to_come(recruiter, next_at):
    application = _waiting()
    with pytest.raises(Refused):
        services.record_call(application, result=R.CALL_BACK, next_at=next_at, by=recruiter)
    assert not Call.objects.exists()


@pytest.mark.parametrize("state", [S.ENQUIRY, S.SUBMITTED, S.NO_SHOW])
def test_a_wrong_number_closes_the_file_with_a_letter_that_says_how_to_come_back(recruiter, state):
    application = _waiting(state=state)
    services.record_call(application, result=R.WRONG_NUMBER, by=recruiter)
    application.refresh_from_db()
    assert (application.state, application.exit_reason) == (S.UNREACHABLE, "wrong_contact")
    assert OutgoingMessage.objects.get().template == "cohorts/application_unreachable"


def test_a_wrong_number_does_not_lose_somebody_who_has_been_interviewed(recruiter):
    application = _waiting(state=S.INTERVIEWED)
    services.record_call(application, result=R.WRONG_NUMBER, by=recruiter)
    application.refresh_from_db()
    assert application.state == S.INTERVIEWED


@pytest.mark.parametrize(
    ("state", "after"), [(S.ENQUIRY, S.WITHDRAWN), (S.INTERVIEWED, S.WITHDRAWN), (S.ADMITTED, S.DECLINED)]
)
def test_whoever_is_not_interested_leaves_with_their_reason(recruiter, state, after):
    application = _waiting(state=state)
    services.record_call(application, result=R.NOT_INTERESTED, reason="job", by=recruiter)
    application.refresh_from_db()
    assert (application.state, application.exit_reason, application.next_at) == (after, "job", None)
    assert JournalEntry.objects.get(after=after).channel == Channel.PHONE


def test_a_closed_file_is_not_called_and_a_wrong_reason_undoes_everything(recruiter):
    closed, application = _waiting(state=S.REJECTED), _waiting()
    with pytest.raises(Refused):
        services.record_call(closed, result=R.REACHED, by=recruiter)
    with pytest.raises(Refused):
        services.record_call(application, result=R.NOT_INTERESTED, reason="", by=recruiter)
    assert not Call.objects.exists() and not JournalEntry.objects.exists()


def test_a_stale_page_records_nothing(recruiter):
    application = _waiting()
    services.record_call(application, result=R.VOICEMAIL, by=recruiter, version=1)
    with pytest.raises(Stale):
        services.record_call(application, result=R.REACHED, by=recruiter, version=1)
    assert Call.objects.get().result == R.VOICEMAIL


def test_the_next_step_ends_the_date_that_was_agreed_about_the_last_one(recruiter):
    application = _waiting()
    services.record_call(application, result=R.REACHED, by=recruiter)
    services.record_interview(application, note="Voix posée.", by=recruiter)
    application.refresh_from_db()
    assert (application.next_at, application.acted_at) == (None, MONDAY)


def test_the_applicants_own_deed_is_none_of_ours():
    application = factories.application(state=S.ADMITTED, acted_at=None)
    services.confirm(application, by=application.candidate)
    application.refresh_from_db()
    assert application.acted_at is None


# -- whoever waits ----------------------------------------------------------------------------------------------------


def test_what_is_late_comes_first_then_what_has_been_due_longest(recruiter):
    contact, decision = _waiting(days=3), _waiting(days=5, state=S.INTERVIEWED)
    called = _waiting(days=9, next_at=MONDAY - timedelta(hours=1))
    offer = _waiting(days=9, state=S.ADMITTED, reply_before=MONDAY - timedelta(days=2))
    confirmed = _waiting(days=9, state=S.CONFIRMED, next_at=MONDAY - timedelta(days=4))
    for later in (S.CONFIRMED, S.WAITLISTED, S.ADMITTED, S.REJECTED):
        _waiting(state=later)
    _waiting(next_at=MONDAY + timedelta(hours=1))
    found = list(worklist.due_among(Application.objects.visible_to(recruiter)))
    assert found == [confirmed, offer, decision, contact, called]
    assert [one.late for one in found] == [True, True, False, False, False]
    D = worklist.Due
    assert [worklist.what_is_due(one) for one in found] == [
        D.CALL_BACK,
        D.ANSWER,
        D.DECISION,
        D.CONTACT,
        D.CALL_BACK,
    ]


def test_an_interview_is_due_once_its_hour_is_past(recruiter):
    application = _waiting()
    starts_at = MONDAY + timedelta(hours=2)
    services.schedule_interview(application, starts_at=starts_at, place="Salle 3 (fictif)", by=recruiter)
    assert not worklist.due_among(Application.objects.visible_to(recruiter)).exists()
    with clock.travel(starts_at + timedelta(hours=1)):
        (found,) = worklist.due_among(Application.objects.visible_to(recruiter))
    assert (found.due_at, worklist.what_is_due(found)) == (starts_at, worklist.Due.RECORD)


def test_mine_are_the_files_i_follow_and_those_nobody_does(recruiter, lyon_recruiter):
    followed, nobodys = _waiting(owner=lyon_recruiter), _waiting(days=2)
    _waiting(owner=recruiter)
    _waiting(in_cohort=factories.cohort("paris"))
    mine = Application.objects.visible_to(lyon_recruiter).filter(worklist.of({lyon_recruiter.pk, None}))
    assert list(worklist.due_among(mine)) == [nobodys, followed]


# -- the page ---------------------------------------------------------------------------------------------------------


def test_a_morning_of_calls_goes_from_file_to_file_and_each_comes_once(client):
    files = [_waiting(days=9 - number) for number in range(4)]
    _waiting(of=factories.candidate(phone=""))
    _waiting(state=S.INTERVIEWED)
    answer, met = client.get(_address("call_next")), []
    while answer.url.endswith("#appel"):
        key = answer.url.split("/")[-2]
        met.append(key)
        file = Application.objects.get(pk=key)
        answer = _call(client, file, R.VOICEMAIL, next=True)
    assert met == [str(file.pk) for file in files]
    assert answer.url == _address("worklist")
    assert "No call is due any more." in client.get(answer.url).content.decode()


def test_save_stays_on_the_file_and_shows_the_call_in_its_story(client, recruiter):
    application = _waiting()
    _waiting()
    wanted = (MONDAY + timedelta(days=2)).date()
    answer = _call(
        client, application, R.CALL_BACK, note="Rappeler\naprès les cours.", day=wanted.isoformat(), time="17:15"
    )
    assert answer.url == _address("application_detail", application.pk)
    page = client.get(answer.url)
    entry = page.context["days"][0]["entries"][0]
    assert (entry["text"], entry["after"], entry["who"]) == ("Call:", "Call back on…", "Claire Devaux")
    assert entry["reason"] == "Rappeler\naprès les cours.\nNext: Wednesday 16\u00a0June 2027, 17:15."
    assert "1 call so far; the last on" in page.content.decode()
    application.refresh_from_db()
    assert application.next_at == MONDAY + timedelta(days=2, hours=7, minutes=15)


def test_the_panel_counts_the_calls_that_nobody_answered(client, recruiter):
    application = _waiting()
    for minutes, result in enumerate((R.VOICEMAIL, R.REACHED, R.VOICEMAIL, R.VOICEMAIL)):
        with clock.travel(MONDAY + timedelta(minutes=minutes)):
            services.record_call(application, result=result, by=recruiter)
    body = client.get(_address("application_detail", application.pk)).content.decode()
    assert "4 calls so far, 2 in a row without an answer" in body


@pytest.mark.parametrize(
    ("number", "links"),
    [
        ("+33639981234", ["tel:+33639981234", "sms:+33639981234", "https://wa.me/33639981234"]),
        ("+33465710012", ["tel:+33465710012", "sms:+33465710012"]),
        ("", []),
    ],
)
def test_the_links_that_reach_somebody_suit_their_number(client, number, links):
    application = _waiting(of=factories.candidate(phone=number))
    page = client.get(_address("application_detail", application.pk))
    assert [way["url"] for way in page.context["panel"]["ways"]] == links
    assert all(f'href="{link}"' in page.content.decode() for link in links)


@pytest.mark.parametrize(
    ("said", "anchor"),
    [
        ({"result": ""}, "id_call-result_0"),
        ({"result": "busy"}, "id_call-result_0"),
        ({"result": R.CALL_BACK}, "id_call-day"),
        ({"result": R.CALL_BACK, "day": "demain"}, "id_call-day"),
        ({"result": R.CALL_BACK, "day": "2027-06-13"}, "id_call-day"),
        ({"result": R.CALL_BACK, "day": "2032-06-13"}, "id_call-day"),
        ({"result": R.CALL_BACK, "day": "2027-06-14", "time": "09:59"}, "id_call-time"),
        ({"result": R.CALL_BACK, "day": "2027-06-14"}, "id_call-time"),
        ({"result": R.CALL_BACK, "time": "12:00"}, "id_call-day"),
        ({"result": R.REACHED, "time": "12:00"}, "id_call-day"),
        ({"result": R.NOT_INTERESTED}, "id_call-reason"),
        ({"result": R.NOT_INTERESTED, "reason": "profile"}, "id_call-reason"),
        ({"result": R.REACHED, "note": "x" * 2001}, "id_call-note"),
    ],
)
def test_a_call_that_says_too_little_comes_back_with_what_was_typed(client, said, anchor):
    application = _waiting()
    answer = _call(client, application, said.pop("result"), **{"note": "Voix posée.", **said})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{anchor}"' in body and f'id="{anchor}"' in body and "<title>Error:" in body
    assert said.get("note", "Voix posée.") in body
    assert not Call.objects.exists()


def test_somebody_else_called_meanwhile_and_nothing_typed_is_lost(client, recruiter):
    application = _waiting()
    services.record_call(application, result=R.VOICEMAIL, by=recruiter)
    application.version = 1
    answer = _call(client, application, R.REACHED, note="Elle a rappelé.", next=True)
    assert answer.status_code == 409
    assert "Elle a rappelé." in answer.content.decode()
    assert Call.objects.count() == 1


def test_the_last_call_of_another_zone_is_never_the_next_one(lyon_recruiter, client_of):
    _waiting(in_cohort=factories.cohort("paris"))
    assert client_of(lyon_recruiter).get(_address("call_next")).url == _address("worklist")


# -- what is kept of the person ---------------------------------------------------------------------------------------


def test_notes_of_calls_are_handed_over_and_erased(recruiter):
    application = _waiting()
    person = ref(application.candidate)
    services.record_call(application, result=R.NOT_INTERESTED, note="Sa mère a répondu.", reason="job", by=recruiter)
    assert personal_data.collect(person)["calls"][0]["note"] == "Sa mère a répondu."
    personal_data.erase(person, clock.now())
    call = Call.objects.get()
    assert (call.note, call.result) == ("", R.NOT_INTERESTED)
    assert JournalEntry.objects.get(after="called").reason == R.NOT_INTERESTED
