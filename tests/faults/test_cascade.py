"""A place is given back at ten: by one minute past it is offered to whoever waits, whatever has died meanwhile."""

import os
import random
import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cohorts import services
from cohorts.models import Application, Cohort
from cohorts.states import HOLDING
from cohorts.states import ApplicationState as S
from config.embedded import free_port
from partnership import clock, sweeps
from partnership.clock import PARIS
from partnership.models import Heartbeat, JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState, Process, Role
from tests import factories

from .processes import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("promises_hold"),
    pytest.mark.timeout(600),
]
A_MINUTE = 60
# Starting is not what is measured, and may take long on a busy machine.
TO_START = 180
CELERY = ["-m", "celery", "--quiet", "-A", "config"]
WORKER = [*CELERY, "worker", "--loglevel", "ERROR", "--concurrency", "1", "-Q", "quick"]


@pytest.fixture
def at_ten(settings) -> str:
    """How many seconds ahead our clocks are so that it is ten o’clock of a Monday, for us and our programs."""
    now = timezone.now().astimezone(PARIS)
    monday = now.date() + timedelta(days=7 - now.weekday())
    shift = int((datetime(monday.year, monday.month, monday.day, 10, tzinfo=PARIS) - now).total_seconds())
    settings.CLOCK_SHIFT = shift
    return str(shift)


@pytest.fixture
def cohort(at_ten) -> Cohort:
    """Every place is offered, people wait, and the head of recruitment wants places to go on by themselves."""
    head = factories.user(Role.HEAD_OF_RECRUITMENT)
    made = factories.cohort(capacity=5, cascade_by=head, cascade_at=clock.now())
    for _ in range(5):
        factories.application(made, state=S.ADMITTED, decided_by=head)
    for rank in range(1, 41):
        factories.application(made, state=S.WAITLISTED, waiting_rank=rank, decided_by=head)
    return made


def _workers(programs, number, **environment):
    return [programs(*WORKER, "-n", f"cascade-{os.getpid()}-{one}@tandem", **environment) for one in range(number)]


def _alive(process):
    return Heartbeat.objects.filter(process=process).exists()


def _give_back(cohort):
    leaving = cohort.applications.filter(state=S.ADMITTED).first()
    services.decline(leaving, reason="job", by=leaving.candidate)


def _offered(row):
    return Application.objects.filter(pk__in=[one.pk for one in row], state=S.ADMITTED)


def _each_of_the_first_is_offered_a_place_once(row, number):
    offered = list(_offered(row).order_by("decided_at", "pk"))
    assert {one.pk for one in offered} == {one.pk for one in row[:number]}
    for one in offered:
        assert JournalEntry.objects.filter(subject=ref(one), after=S.ADMITTED).count() == 1
        assert OutgoingMessage.objects.filter(about=ref(one), template="cohorts/application_admitted").count() == 1


def test_with_two_workers_the_next_in_rank_has_the_letter_within_the_minute(cohort, at_ten, programs, mail_server):
    server, row = mail_server(), list(cohort.applications.waiting())
    _workers(programs, 2, EMAIL_URL=f"smtp://127.0.0.1:{server.port}", CLOCK_SHIFT=at_ten)
    until(lambda: _alive(Process.QUICK), "a worker is there", seconds=TO_START)

    _give_back(cohort)

    took = until(lambda: _offered(row).exists(), "the place is offered", seconds=A_MINUTE)
    until(lambda: _has_left(row[0]), "the letter leaves", seconds=A_MINUTE - took)
    _each_of_the_first_is_offered_a_place_once(row, 1)


def _has_left(application):
    letters = OutgoingMessage.objects.filter(about=ref(application), state=MessageState.SENT)
    return letters.filter(template="cohorts/application_admitted").exists()


@pytest.mark.full
def test_with_the_broker_dead_the_relay_offers_it_within_the_minute(cohort, at_ten, programs):
    """Nobody rings, and beat has nobody to hand its task to."""
    row, nobody = list(cohort.applications.waiting()), f"redis://127.0.0.1:{free_port()}/0"
    _workers(programs, 2, CLOCK_SHIFT=at_ten, REDIS_URL=nobody)
    programs("manage.py", "relay", CLOCK_SHIFT=at_ten, REDIS_URL=nobody)
    until(lambda: _alive(Process.RELAY), "the relay looks", seconds=TO_START)
    time.sleep(1)  # its first sweep is over: this one waits for the next

    _give_back(cohort)

    until(lambda: _offered(row).exists(), "the place is offered", seconds=A_MINUTE)
    _each_of_the_first_is_offered_a_place_once(row, 1)


@pytest.mark.full
def test_workers_killed_in_the_middle_skip_nobody_and_double_nobody(cohort, at_ten, programs):
    """Thirty places more, offered one after the other, while both workers are killed -9 again and again."""
    row, places = list(cohort.applications.waiting()), cohort.capacity + 30
    workers = _workers(programs, 2, CLOCK_SHIFT=at_ten)
    programs("manage.py", "relay", "--sweep", "3", CLOCK_SHIFT=at_ten)
    until(lambda: all(worker.children() for worker in workers), "the workers are there", seconds=TO_START)
    kills = 0
    Cohort.objects.update(capacity=places)
    while kills < 6 and _offered(row).count() < 30:
        before = _offered(row).count()
        sweeps.ring()
        until(lambda before=before: _offered(row).count() > before, "somebody offers", seconds=A_MINUTE)
        time.sleep(random.uniform(0, 0.05))
        for worker in workers:
            worker.kill()
            worker.start()
            kills += 1

    until(lambda: _offered(row).count() == 30, "every place is offered", seconds=A_MINUTE)

    _each_of_the_first_is_offered_a_place_once(row, 30)
    assert cohort.applications.filter(state__in=HOLDING).count() == places
