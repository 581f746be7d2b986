"""Administrators are written to when something goes wrong and when it is over: once each, in their language."""

import logging
from datetime import datetime, timedelta

import pytest
from django.db.models.functions import Now

from partnership import clock, services
from partnership.models import Heartbeat, Job, JournalEntry, OutgoingMessage, ref
from partnership.states import JobState, MessageState, Process, Role
from tests import factories
from tests.races.crowd import at_once

from .test_operations import alive, letter

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 15, 9, 10, tzinfo=clock.PARIS)


@pytest.fixture(autouse=True)
def all_is_well(db, administrator):
    """Every process lives, and stays alive: the database's clock does not travel."""
    alive(*Process)


def told(kind="alert_raised"):
    return OutgoingMessage.objects.filter(template=f"partnership/{kind}")


def look_at(**later):
    with clock.travel(MONDAY + timedelta(**later)):
        services.tell_administrators()
        # They leave at once: letters that wait would be a problem of their own.
        OutgoingMessage.objects.filter(state=MessageState.PENDING).update(state=MessageState.SENT, sent_at=clock.now())


def test_while_all_is_well_nobody_is_written_to():
    look_at()
    assert not OutgoingMessage.objects.exists()


def test_each_administrator_is_told_once_in_their_language(administrator):
    english = factories.user(Role.ADMINISTRATOR, language="en")
    gone = factories.user(Role.ADMINISTRATOR)
    gone.is_active = False
    gone.save()
    factories.user(Role.COORDINATOR)
    letter(MessageState.DEAD)
    for minutes in (0, 5, 10):
        look_at(minutes=minutes)
    assert dict(told().values_list("to_email", "subject")) == {
        administrator.email: "À voir\N{NO-BREAK SPACE}: 1 lettre n’a pas pu partir",
        english.email: "To look at: 1 letter could not leave",
    }
    assert "/fr/exploitation/" in told().get(to_email=administrator.email).text
    assert "/en/exploitation/" in told().get(to_email=english.email).text


def test_while_it_lasts_it_is_told_again_the_next_day_and_no_sooner():
    letter(MessageState.DEAD)
    for hours in range(0, 24, 2):
        look_at(hours=hours)
    assert told().count() == 1
    look_at(hours=24)
    look_at(hours=26)
    assert told().count() == 2


def test_when_it_is_over_it_is_told_once(administrator):
    dead = letter(MessageState.DEAD)
    look_at()
    OutgoingMessage.objects.filter(pk=dead.pk).update(state=MessageState.CANCELLED)
    for minutes in (5, 10, 15):
        look_at(minutes=minutes)
    assert [over.subject for over in told("alert_over")] == [
        "C’est rétabli\N{NO-BREAK SPACE}: lettres qui n’ont pas pu partir"
    ]
    assert told().count() == 1


def test_what_comes_and_goes_makes_no_storm():
    dead = letter(MessageState.DEAD)
    for minutes in range(0, 45, 5):
        state = MessageState.DEAD if minutes % 10 == 0 else MessageState.CANCELLED
        OutgoingMessage.objects.filter(pk=dead.pk).update(state=state)
        look_at(minutes=minutes)
    assert (told().count(), told("alert_over").count()) == (1, 1)


def test_what_comes_back_later_is_told_again():
    dead = letter(MessageState.DEAD)
    for hours, state in enumerate(["dead", "cancelled", "dead", "cancelled"]):
        OutgoingMessage.objects.filter(pk=dead.pk).update(state=state)
        look_at(hours=hours)
    assert (told().count(), told("alert_over").count()) == (2, 2)


def test_a_silent_process_is_named():
    Heartbeat.objects.filter(process=Process.BEAT).update(at=Now() - timedelta(minutes=12))
    look_at()
    assert told().get().subject == "À voir\N{NO-BREAK SPACE}: le planificateur se tait depuis 12 minutes"
    Heartbeat.objects.filter(process=Process.BEAT).update(at=Now())
    look_at(minutes=5)
    assert told("alert_over").get().subject == "C’est rétabli\N{NO-BREAK SPACE}: le planificateur"


def test_two_things_that_go_wrong_are_two_letters():
    letter(MessageState.DEAD)
    letter(MessageState.HELD)
    look_at()
    assert sorted(told().values_list("subject", flat=True)) == [
        "À voir\N{NO-BREAK SPACE}: 1 lettre attend qu’on décide",
        "À voir\N{NO-BREAK SPACE}: 1 lettre n’a pas pu partir",
    ]


def test_letters_may_be_what_is_broken_so_the_log_says_it_too(caplog):
    letter(MessageState.DEAD)
    with caplog.at_level(logging.ERROR):
        look_at()
    assert [record.getMessage() for record in caplog.records] == ["alert dead_letters: 1"]


def test_machines_that_are_gone_are_forgotten():
    alive(Process.RELAY, minutes=60 * 24, instance="partie")
    look_at()
    assert not Heartbeat.objects.filter(instance="partie").exists()


@pytest.mark.django_db(transaction=True)
def test_beat_and_the_relay_who_look_at_the_same_moment_write_once(administrator):
    letter(MessageState.DEAD)
    assert at_once(8, lambda place: services.tell_administrators()) == {"done": 8}
    assert told().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_send_the_same_letter_again_send_it_once(administrator):
    other = factories.user(Role.ADMINISTRATOR)
    stopped = letter(MessageState.DEAD)
    found = [OutgoingMessage.objects.get(pk=stopped.pk) for _ in range(8)]
    outcome = at_once(8, lambda place: services.send_letter_again(found[place], by=(administrator, other)[place % 2]))
    assert outcome == {"done": 1, "Refused": 7}


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_otherwise_about_a_letter_in_doubt_decide_once(administrator):
    stopped = letter(MessageState.HELD)
    found = [OutgoingMessage.objects.get(pk=stopped.pk) for _ in range(6)]
    deeds = (services.send_letter_again, services.settle_letter, services.cancel_letter)
    outcome = at_once(6, lambda place: deeds[place % 3](found[place], by=administrator))
    assert outcome["done"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_start_the_same_task_again_start_it_once(administrator):
    task = Job.objects.create(kind="x", started_by=administrator, state=JobState.FAILED, ended_at=clock.now())
    found = [Job.objects.get(pk=task.pk) for _ in range(6)]
    outcome = at_once(6, lambda place: services.restart_job(found[place], by=administrator))
    assert outcome == {"done": 1, "Stale": 5}
    assert JournalEntry.objects.filter(subject=ref(task)).count() == 1
