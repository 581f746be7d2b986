"""Open hours: Monday to Friday between two hours of Paris, but for the public holidays of metropolitan France.

Working days are those on which somebody is there to answer; the legal deadlines in *jours ouvrables* count Saturdays.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.easter import easter
from django.conf import settings

from .clock import PARIS

# Whoever has not asked for anything is left in peace from the first hour to the second, and on Sundays.
QUIET_FROM, QUIET_UNTIL = time(20), time(8, 30)
SATURDAY, SUNDAY = 5, 6
ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)
# The table of a year takes a millisecond to build and a few kilobytes to keep, and what is typed may name any year.
YEARS_KEPT = 64


# Code du travail, art. L3133-1. A library of every country's costs each process 10 MB; the tests ask it instead.
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension Day, Whit Monday


@lru_cache(YEARS_KEPT)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of metropolitan France in a year, as they have been since 1982 (C. trav., L3133-1)."""
    moving = (easter(year) + timedelta(days) for days in AFTER_EASTER)
    return frozenset([date(year, *day) for day in FIXED] + list(moving))


def is_working_day(day: date) -> bool:
    """Whether somebody is there to answer on that day."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


@lru_cache(YEARS_KEPT)
def _working_days(year: int) -> list[date]:
    days = (date(year, 1, 1) + timedelta(n) for n in range(365 + isleap(year)))
    return [day for day in days if is_working_day(day)]


def working_days_between(a: date, b: date) -> int:
    """How many working days have come after `a` once `b` has come; negative when `b` is the earlier."""
    if b < a:
        return -working_days_between(b, a)
    passed = 0
    for year in range(a.year, b.year + 1):
        days = _working_days(year)
        passed += bisect_right(days, b) - bisect_right(days, a)
    return passed


def add_working_days(day: date, n: int) -> date:
    """The nth working day after a day, or before it when n is negative; the day itself when n is 0."""
    if n == 0:
        return day
    year, days = day.year, _working_days(day.year)
    place = bisect_right(days, day) + n - 1 if n > 0 else bisect_left(days, day) + n
    while place >= len(days):
        place -= len(days)
        year += 1
        days = _working_days(year)
    while place < 0:
        year -= 1
        days = _working_days(year)
        place += len(days)
    return days[place]


def open_hours_between(since: datetime, until: datetime) -> timedelta:
    """How long somebody was there to answer between two moments; negative when `until` is the earlier."""
    since, until = since.astimezone(PARIS), until.astimezone(PARIS)
    opening, closing = settings.OPENING
    whole = working_days_between(since.date(), until.date()) * _length(opening, closing)
    return whole + _left(since, opening, closing) - _left(until, opening, closing)


def add_open_hours(moment: datetime, length: timedelta) -> datetime:
    """The first moment, in Paris, by which somebody was there to answer for that long since another."""
    if length < NOTHING:
        raise ValueError("Open hours are only added.")
    moment = moment.astimezone(PARIS)
    if length == NOTHING:
        return moment
    opening, closing = settings.OPENING
    beyond = length - _left(moment, opening, closing)
    if beyond <= NOTHING:
        return _at(moment.date(), closing) + beyond
    days, rest = divmod(beyond, _length(opening, closing))
    if rest == NOTHING:
        return _at(add_working_days(moment.date(), days), closing)
    return _at(add_working_days(moment.date(), days + 1), opening) + rest


def open_days_before(moment: datetime, n: int) -> datetime:
    """The latest moment since which somebody was there to answer for n working days, by another."""
    opening, closing = settings.OPENING
    local = moment.astimezone(PARIS)
    day, hour = local.date(), local.time()
    if hour <= opening or not is_working_day(day):
        # Nobody has come since the close of the last day.
        day, hour = add_working_days(day, -1), closing
    if hour >= closing:
        return _at(add_working_days(day, 1 - n) if n > 1 else day, opening)
    return _at(add_working_days(day, -n), hour)


def next_morning(moment: datetime) -> datetime:
    """When somebody is there again after the day of a moment, in Paris."""
    return _at(add_working_days(moment.astimezone(PARIS).date(), 1), settings.OPENING[0])


def next_polite_moment(moment: datetime) -> datetime:
    """The moment itself, or the end, in Paris, of the quiet hours it falls into."""
    local = moment.astimezone(PARIS)
    day = local.date()
    if day.weekday() != SUNDAY and QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment
    if local.time() >= QUIET_FROM:
        day += ONE_DAY
    if day.weekday() == SUNDAY:
        day += ONE_DAY
    return _at(day, QUIET_UNTIL)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PARIS)


# Lists ask for this once a row.
@lru_cache
def _length(opening: time, closing: time) -> timedelta:
    return datetime.combine(date.min, closing) - datetime.combine(date.min, opening)


def _left(moment: datetime, opening: time, closing: time) -> timedelta:
    """What is left of the open hours of the moment's day; clocks change on Sundays, never between these hours."""
    day, hour = moment.date(), moment.time()
    if hour >= closing or not is_working_day(day):
        return NOTHING
    return _at(day, closing) - (moment if hour > opening else _at(day, opening))
