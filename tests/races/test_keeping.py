"""Several workers tell people that their file ends, and erase them: each once, whoever meets; who answers, stays.

Whoever is held while the night looks ahead is left out, and nobody waits."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from cohorts import retention, services
from cohorts.models import LONG_AGO, Candidate
from cohorts.services.keeping import kept
from cohorts.states import ApplicationState
from partnership import clock, reminders
from partnership.models import JournalEntry, OutgoingMessage, Tombstone, ref
from partnership.workflow import Refused
from tests import factories

from .crowd import at_once

CLOSED = datetime(2027, 3, 2, 10, 0, tzinfo=clock.PARIS)
MORNING = (CLOSED + timedelta(days=65)).replace(hour=9, minute=5)
PEOPLE, WORKERS = 12, 4


@pytest.fixture
def files():
    cohort = factories.cohort(of=factories.intake(starts_on=datetime(2027, 9, 14).date()))
    return [factories.application(cohort, state=ApplicationState.REJECTED, since=CLOSED) for _one in range(PEOPLE)]


def test_four_workers_tell_each_person_once(files):
    with clock.travel(MORNING):
        at_once(WORKERS, lambda place: reminders.remind())
        reminders.remind()
    assert OutgoingMessage.objects.filter(template="cohorts/file_ends").count() == PEOPLE
    assert JournalEntry.objects.filter(after="told_it_ends").count() == PEOPLE


def test_four_workers_erase_each_person_once(files):
    with clock.travel(MORNING):
        reminders.remind()
    with clock.travel(MORNING + timedelta(days=31)):
        at_once(WORKERS, lambda place: retention._take_people(500))
        assert retention._take_people(500) == 0
    assert Candidate.objects.filter(erased_at__isnull=False).count() == Tombstone.objects.count() == PEOPLE
    assert JournalEntry.objects.filter(after="erased").count() == PEOPLE


def test_who_answers_at_the_very_moment_stays_or_is_gone_and_never_both(files):
    with clock.travel(MORNING):
        reminders.remind()

    def deed(place: int) -> None:
        if place < PEOPLE:
            services.give_consent(files[place], "talent_pool", by=files[place].candidate)
        else:
            retention._take_people(500)

    with clock.travel(MORNING + timedelta(days=31)):
        at_once(PEOPLE + WORKERS, deed, beaten=(Refused,))
    for file in files:
        person = Candidate.objects.get(pk=file.candidate_id)
        agreed = person.consents.filter(withdrawn_at=None).exists()
        assert agreed != bool(person.erased_at)
        assert JournalEntry.objects.filter(about=ref(file), after="consent_given").exists() == agreed


def test_whoever_is_held_as_the_night_looks_ahead_is_left_for_the_next(files):
    held = files[3].candidate

    def deed(_place: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        services.look_ahead_at_some()

    with transaction.atomic():
        services.held(held)
        assert at_once(1, deed) == {"done": 1}
    unknown = Candidate.objects.filter(kept_at_least_until=LONG_AGO)
    assert unknown.get() == held
    services.look_ahead_at_some()
    assert not unknown.exists()


def test_whoever_takes_a_consent_back_as_the_night_looks_ahead_has_no_note_after_their_term(files):
    for file in files:
        services.give_consent(file, "talent_pool", by=file.candidate)
    services.look_ahead_at_some()

    def deed(place: int) -> None:
        if place < PEOPLE:
            services.withdraw_consent(files[place], "talent_pool", by=files[place].candidate)
        else:
            services.look_ahead_at_some()

    assert at_once(PEOPLE + WORKERS, deed) == {"done": PEOPLE + WORKERS}
    assert not [person for person in kept(Candidate.objects.all()) if person.kept_at_least_until > person.term]
