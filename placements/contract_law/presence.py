"""The days that a student spends at a host, by the calendar of the course; absences are known to nobody here."""

from collections.abc import Iterator
from datetime import date
from itertools import islice, takewhile

from cohorts.rhythm import Calendar
from partnership.working_time import ONE_DAY, is_working_day


def days_at_the_host(calendar: Calendar | None, first: date, last: date) -> int:
    """The weekdays between two days, both included, but for public holidays and days of school.

    Without a calendar no day of school is known, and there are so many at the most.
    """
    return sum(1 for _day in takewhile(lambda day: day <= last, _days(calendar, first)))


def day_at_the_host(calendar: Calendar | None, first: date, number: int) -> date:
    """The so-manieth of these days, from the first on."""
    return next(islice(_days(calendar, first), number - 1, None))


def _days(calendar: Calendar | None, day: date) -> Iterator[date]:
    """One after the other, without an end: past the training no day is of school."""
    school = frozenset(calendar.school_days if calendar else ())
    while True:
        if is_working_day(day) and day not in school:
            yield day
        day += ONE_DAY
