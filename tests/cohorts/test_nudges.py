"""Whoever stopped half way is reminded the next day and on the third: once each, until they hand it in or want none."""

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail

from cohorts import services
from cohorts.models import Application
from cohorts.states import RESUME
from cohorts.states import ApplicationState as S
from partnership import clock, reminders, sending
from partnership import services as house
from partnership.models import OutgoingMessage, ref
from partnership.personal_data import NOTICE_VERSION
from partnership.states import LetterKind

from .. import factories

pytestmark = pytest.mark.django_db
# A Tuesday, at ten.
BEGUN = datetime(2027, 6, 15, 10, tzinfo=clock.PARIS)


def _after(days, hours=1):
    return clock.travel(BEGUN + timedelta(days=days, hours=hours))


def _remind(days, hours=1):
    with _after(days, hours):
        told = reminders.remind()
    return told["unfinished_1"], told["unfinished_3"]


@pytest.fixture
def draft():
    with clock.travel(BEGUN):
        return factories.application(state=S.DRAFT, level="4")


def _nudges(draft):
    return OutgoingMessage.objects.filter(about=ref(draft), template="cohorts/application_unfinished").order_by("pk")


def test_the_next_day_and_on_the_third_once_each(draft):
    told = [_remind(days, hours) for days in range(10) for hours in (1, 2)]
    assert sum(one for one, _three in told) == sum(three for _one, three in told) == 1
    first, last = _nudges(draft)
    assert [one.written_at.astimezone(clock.PARIS).day for one in (first, last)] == [16, 18]
    assert {first.kind, last.kind} == {LetterKind.DRAFTS} and first.link_purpose == RESUME
    assert "Hier" in first.text and "dernier rappel" in last.text


def test_nobody_is_woken_and_nobody_is_written_to_on_a_sunday():
    with clock.travel(datetime(2027, 6, 18, 23, tzinfo=clock.PARIS)):
        draft = factories.application(state=S.DRAFT)
    for day, hour, minute in ((19, 23, 30), (20, 12, 0), (21, 8, 31)):
        assert not _nudges(draft).exists()
        with clock.travel(datetime(2027, 6, day, hour, minute, tzinfo=clock.PARIS)):
            reminders.remind()
    assert _nudges(draft).get().due_at == datetime(2027, 6, 21, 8, 31, tzinfo=clock.PARIS)


def test_after_a_standstill_two_do_not_come_together(draft):
    assert _remind(2, 23) == (1, 0)
    assert _remind(3) == (0, 0)
    assert _remind(4) == (0, 1)


def test_what_is_old_is_not_dug_up(draft):
    assert _remind(8) == (0, 0)


@pytest.mark.parametrize(
    "why", ["handed in", "handed in another", "newer draft", "repeats", "closed", "no address", "unwanted"]
)
def test_whoever_needs_none_gets_none(draft, why):
    person, cohort = draft.candidate, draft.cohort
    with _after(0):
        match why:
            case "handed in":
                services.submit(draft, consents=[], notice_version=NOTICE_VERSION)
            case "handed in another":
                twin = factories.candidate(
                    first_name=person.first_name.upper(), last_name=person.last_name, email=person.email.upper()
                )
                factories.application(cohort, of=twin)
            case "newer draft":
                twin = factories.candidate(first_name=person.first_name, last_name=person.last_name, email=person.email)
                factories.application(cohort, of=twin, state=S.DRAFT)
            case "repeats":
                Application.objects.filter(pk=draft.pk).update(repeats=factories.application(cohort))
            case "closed":
                cohort.applications_until = clock.today()
                cohort.save()
            case "no address":
                person.email = ""
                person.save()
            case "unwanted":
                letter = OutgoingMessage(to_ref=ref(person), kind=LetterKind.DRAFTS, about=ref(draft), pk=1)
                house.refuse_letters(letter, by=person)
    _remind(1)
    assert not _nudges(draft).exists()


@pytest.mark.parametrize("other", ["twin", "enquiry"])
def test_somebody_else_with_the_same_address_stops_nothing(draft, other):
    person = draft.candidate
    with _after(0):
        if other == "twin":
            twin = factories.candidate(first_name="Autre", last_name=person.last_name, email=person.email)
            factories.application(draft.cohort, of=twin)
        else:
            same = factories.candidate(first_name=person.first_name, last_name=person.last_name, email=person.email)
            factories.application(draft.cohort, of=same, state=S.ENQUIRY)
    assert _remind(1) == (1, 0)


def test_nobody_who_hands_it_in_by_night_is_reminded_in_the_morning(draft):
    _remind(1, 12)
    assert not _nudges(draft).exists()
    with _after(1, 13):
        services.submit(draft, consents=[], notice_version=NOTICE_VERSION)
    _remind(2)
    assert not _nudges(draft).exists()


def test_its_link_goes_on_where_they_stopped(draft, client):
    _remind(1)
    with _after(1, 2):
        sending.send_due()
        (address,) = re.findall(r"/fr/reprendre/[^/]+/", mail.outbox[0].body)
        answer = client.get(address)
    assert answer.status_code == 302 and answer.url.endswith("/verifier/")
