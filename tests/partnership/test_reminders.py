"""What time brings is told once: a second run, another worker and a run cut short tell nothing twice."""

import threading

import pytest
from django.db import connection

from partnership import outbox, reminders
from partnership.models import OutgoingMessage, User
from partnership.reminders import Reminder, untold
from tests import factories

TEMPLATE = "placements/follow_link"


def _due():
    return untold(User.objects.exclude(email=""), TEMPLATE)


def _tell(person: User) -> None:
    outbox.post(TEMPLATE, key=f"told:{person.pk}", about=person, to=person, reference="CV-1", programme="X")


@pytest.fixture
def people(db, monkeypatch):
    monkeypatch.setattr(reminders, "REMINDERS", {"told": Reminder("told", _due, _tell)})
    return [factories.user() for _ in range(5)]


def _told() -> list[str]:
    return sorted(OutgoingMessage.objects.filter(template=TEMPLATE).values_list("to_email", flat=True))


def test_each_is_told_once_however_often_it_runs(people):
    assert reminders.remind() == {"told": 5}
    assert reminders.remind() == {"told": 0}
    assert _told() == sorted(person.email for person in people)


def test_a_run_that_ends_before_its_time_leaves_the_rest_to_the_next(people):
    assert reminders.remind(seconds=-1) == {"told": 0}
    assert reminders.remind() == {"told": 5}


def test_what_has_changed_since_it_was_counted_is_not_told(people, monkeypatch):
    first = User.objects.order_by("pk").first()
    really = reminders._tell

    def meanwhile(reminder, key):
        User.objects.filter(pk=first.pk).update(email="")
        return really(reminder, key)

    monkeypatch.setattr(reminders, "_tell", meanwhile)
    reminders.remind()
    assert first.email not in _told() and len(_told()) == 4


def test_one_that_fails_keeps_no_other_waiting(people, monkeypatch):
    broken = people[0]

    def tell(person: User) -> None:
        if person == broken:
            raise ValueError("broken")
        _tell(person)

    monkeypatch.setattr(reminders, "REMINDERS", {"told": Reminder("told", _due, tell)})
    assert reminders.remind() == {"told": 4}
    assert broken.email not in _told()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_once(monkeypatch):
    monkeypatch.setattr(reminders, "REMINDERS", {"told": Reminder("told", _due, _tell)})
    people = [factories.user() for _ in range(30)]
    start, numbers = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        numbers.append(sum(reminders.remind().values()))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert _told() == sorted(person.email for person in people)
    assert sum(numbers) >= 30
