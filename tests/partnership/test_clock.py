"""The one clock: Paris's day, a travelled moment in development and tests, never in production."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from partnership import clock

LATE_EVENING_UTC = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


def test_the_day_is_that_of_paris():
    with clock.travel(LATE_EVENING_UTC):
        assert clock.today() == date(2026, 7, 1)
        assert clock.now().utcoffset() == timedelta(hours=2)


def test_a_travelled_clock_stands_still_and_comes_back():
    before = clock.now()
    with clock.travel(LATE_EVENING_UTC):
        assert clock.now() == clock.now() == LATE_EVENING_UTC
        with clock.travel(LATE_EVENING_UTC + timedelta(days=1)):
            assert clock.today() == date(2026, 7, 2)
        assert clock.now() == LATE_EVENING_UTC
    assert before <= clock.now() < before + timedelta(minutes=5)


def test_a_traveller_who_falls_comes_back_too():
    with pytest.raises(ZeroDivisionError), clock.travel(LATE_EVENING_UTC):
        raise ZeroDivisionError
    assert clock.now() != LATE_EVENING_UTC


def test_the_clock_does_not_travel_outside_development(settings):
    settings.DEVELOPMENT = False
    with pytest.raises(ImproperlyConfigured), clock.travel(LATE_EVENING_UTC):
        pass


def test_the_demonstration_lives_in_its_own_time(settings):
    before = clock.now()
    settings.CLOCK_SHIFT = 86_400
    assert timedelta(days=1) <= clock.now() - before < timedelta(days=1, minutes=5)
