"""Limits: counted once for everybody, within a window, without keeping who was counted."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.db.models import F

from partnership import limits, retention
from partnership.models import Limit

pytestmark = pytest.mark.django_db
HOUR = 3600


def _wait(**time):
    """Let time pass for the limits, which live on the database's clock."""
    Limit.objects.update(until=F("until") - timedelta(**time))


def test_the_attempt_beyond_the_limit_is_refused_and_says_for_how_long():
    assert [limits.count("a door", most=3, seconds=HOUR) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(limits.TooMany) as refusal:
        limits.count("a door", most=3, seconds=HOUR)
    assert HOUR - 60 < refusal.value.retry_after <= HOUR


def test_a_refused_attempt_does_not_prolong_the_window():
    for _ in range(3):
        limits.count("a door", most=3, seconds=HOUR)
    _wait(minutes=59)
    with pytest.raises(limits.TooMany) as refusal:
        limits.count("a door", most=3, seconds=HOUR)
    assert refusal.value.retry_after <= 60
    _wait(minutes=1)
    assert limits.count("a door", most=3, seconds=HOUR) == 1


def test_two_keys_are_counted_apart_and_a_success_begins_again():
    limits.count("a door", most=1, seconds=HOUR)
    assert limits.count("another", most=1, seconds=HOUR) == 1
    limits.forget("a door")
    assert limits.count("a door", most=1, seconds=HOUR) == 1


def test_no_address_is_stored():
    limits.count("ip:192.0.2.7", most=1, seconds=HOUR)
    assert "192.0.2.7" not in Limit.objects.get().key


def test_old_counts_are_forgotten_by_the_daily_task():
    limits.count("past", most=1, seconds=60)
    _wait(seconds=61)
    limits.count("present", most=1, seconds=60)
    retention.apply()
    assert Limit.objects.count() == 1


def test_without_its_table_a_closed_door_stays_closed_and_an_open_one_open():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partnership_limit RENAME TO partnership_limit_away")
    with pytest.raises(ProgrammingError):
        limits.count("log-in", most=1, seconds=HOUR)
    assert limits.count("public form", most=1, seconds=HOUR, open_when_down=True) == 0
