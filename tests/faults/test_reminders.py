"""Reminders told by two workers at once, again and again, killed in the middle: each person hears each thing once."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from celery import current_app

from cohorts.models import Booking
from cohorts.states import SlotKind
from partnership import clock
from partnership.models import OutgoingMessage
from partnership.states import MessageState
from tests import factories

from .processes import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("promises_hold"),
    pytest.mark.timeout(600),
]
PEOPLE = 150
WORKER = [
    "-m",
    "celery",
    "--quiet",
    "-A",
    "config",
    "worker",
    "--loglevel",
    "ERROR",
    "--concurrency",
    "1",
    "-Q",
    "jobs",
]


def _remind():
    current_app.send_task("partnership.tasks.remind", queue="jobs", retry=False)


def _told():
    return OutgoingMessage.objects.filter(template="cohorts/appointment_near").count()


@pytest.mark.full
def test_each_reminder_is_told_once_whoever_tells_it_and_whoever_is_killed(programs, settings):
    # A Tuesday at ten: nobody is reminded of anything on a Sunday.
    now = clock.now()
    tuesday = (now + timedelta(days=(1 - now.weekday()) % 7)).replace(hour=10, minute=0)
    settings.CLOCK_SHIFT = int((tuesday - now).total_seconds())
    shifted = {"CLOCK_SHIFT": str(settings.CLOCK_SHIFT)}
    eve = factories.slot(kind=SlotKind.OPEN_DAY, starts_at=clock.now() + timedelta(days=1), capacity=PEOPLE)
    after = factories.slot(eve.cohort, kind=SlotKind.TESTS, starts_at=clock.now() + timedelta(days=2), capacity=PEOPLE)
    for number in range(PEOPLE):
        factories.booking(eve if number % 2 else after)
    Booking.objects.update(booked_at=clock.now() - timedelta(days=5))

    workers = [programs(*WORKER, "-n", f"reminders-{number}@tandem", **shifted) for number in range(2)]
    kills = 0
    for _round in range(4):
        for _ in range(4):
            _remind()
        before = _told()
        if before < PEOPLE:
            until(lambda before=before: _told() > before, "somebody is reminded", seconds=60)
        time.sleep(0.1)
        if _told() < PEOPLE:
            workers[kills % 2].kill()
            kills += 1
            workers[kills % 2 - 1].start()

    def all_told():
        if _told() >= PEOPLE:
            return True
        _remind()
        time.sleep(0.5)
        return False

    until(all_told, "everybody is reminded", seconds=120)
    for _ in range(4):
        _remind()
    time.sleep(2)

    letters = OutgoingMessage.objects.filter(template="cohorts/appointment_near")
    times = Counter(letters.values_list("about", flat=True))
    assert len(times) == PEOPLE and set(times.values()) == {1}
    assert set(letters.values_list("state", flat=True)) == {MessageState.PENDING}
    assert kills, "nobody was at work when it was to be killed"
    print(f"{PEOPLE} people, {kills} kills")
