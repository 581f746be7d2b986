"""Open hours and polite moments, beside a clerk who looks at the clock every minute."""

from datetime import UTC, date, datetime, time, timedelta
from time import process_time

import holidays
import pytest
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.states import ApplicationState
from partnership import working_time
from partnership.clock import PARIS
from partnership.working_time import (
    add_open_hours,
    add_working_days,
    is_working_day,
    next_morning,
    next_polite_moment,
    open_days_before,
    open_hours_between,
    public_holidays,
    working_days_between,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# As printed in the calendars of these years.
HOLIDAYS = {
    2002: "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25",
    2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
    2027: "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25",
}
FREE = {date.fromisoformat(f"{year}-{day}") for year, days in HOLIDAYS.items() for day in days.split()}
# The nights in which the clocks of Paris changed.
CHANGES = [
    date.fromisoformat(day) for day in "2002-03-31 2002-10-27 2026-03-29 2026-10-25 2027-03-28 2027-10-31".split()
]
many = settings(max_examples=200, deadline=None, database=None)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


# -- the clerk: slow, and knows nothing but the calendar and the clock on the wall ------------------------------------


def is_open(moment: datetime) -> bool:
    wall = moment.astimezone(PARIS)
    return wall.weekday() < 5 and wall.date() not in FREE and 9 <= wall.hour < 18


def is_quiet(moment: datetime) -> bool:
    wall = moment.astimezone(PARIS)
    return wall.weekday() == 6 or not (8, 30) <= (wall.hour, wall.minute) < (20, 0)


def minutes_open(since: datetime, until: datetime) -> int:
    passing, end, counted = since.astimezone(UTC), until.astimezone(UTC), 0
    while passing < end:
        counted += is_open(passing)
        passing += MINUTE
    return counted


# -- moments: any of three years, and more often those around a change of the clocks ----------------------------------

days = st.sampled_from(sorted(HOLIDAYS)).flatmap(lambda year: st.dates(date(year, 1, 1), date(year, 12, 31)))
near_changes = st.builds(lambda day, n: day + n * DAY, st.sampled_from(CHANGES), st.integers(-5, 5))
minutes = st.builds(
    lambda day, minute: datetime.combine(day, time(), UTC) + minute * MINUTE, days | near_changes, st.integers(0, 1439)
)
instants = st.builds(lambda moment, n: moment + timedelta(microseconds=n), minutes, st.integers(0, 59_999_999))
zones = st.sampled_from([UTC, PARIS])


def inside(moment: datetime) -> bool:
    return moment.astimezone(PARIS).year in HOLIDAYS


@many
@given(since=minutes, length=st.integers(0, 12 * 1440), zone=zones)
def test_open_hours_are_those_of_the_clerk(since, length, zone):
    until = since + length * MINUTE
    if inside(until):
        measured = open_hours_between(since.astimezone(zone), until)
        assert measured == minutes_open(since, until) * MINUTE
        assert open_hours_between(until, since.astimezone(zone)) == -measured


@many
@given(since=minutes, length=st.integers(0, 40 * 60), zone=zones)
def test_adding_open_hours_stops_where_the_clerk_stops(since, length, zone):
    passing, left = since, length
    while left:
        left -= is_open(passing)
        passing += MINUTE
    if inside(passing):
        reached = add_open_hours(since.astimezone(zone), length * MINUTE)
        # Python never calls an hour that comes twice equal to one of another zone.
        assert reached.astimezone(UTC) == passing
        assert reached.tzinfo is PARIS


@many
@given(a=instants, b=instants, c=instants)
def test_open_hours_add_up(a, b, c):
    assert open_hours_between(a, b) + open_hours_between(b, c) == open_hours_between(a, c)


@many
@given(since=instants, length=st.timedeltas(timedelta(microseconds=1), timedelta(days=60)))
def test_what_is_added_has_passed_and_not_a_moment_before(since, length):
    reached = add_open_hours(since, length)
    assert open_hours_between(since, reached) == length
    assert open_hours_between(since, reached - timedelta(microseconds=1)) < length


@many
@given(moment=minutes, zone=zones)
def test_a_polite_moment_is_the_first_that_the_clerk_finds(moment, zone):
    passing = moment
    while is_quiet(passing):
        passing += MINUTE
    asked = moment.astimezone(zone)
    found = next_polite_moment(asked)
    assert found.astimezone(UTC) == passing
    assert found is asked or found.astimezone(PARIS).time() == time(8, 30)


@many
@given(a=days | near_changes, length=st.integers(0, 400))
def test_working_days_are_counted_one_by_one(a, length):
    b = a + length * DAY
    if b.year in HOLIDAYS:
        after = [day for day in (a + n * DAY for n in range(1, length + 1)) if day.weekday() < 5 and day not in FREE]
        assert working_days_between(a, b) == len(after)
        assert working_days_between(b, a) == -len(after)


@many
@given(day=days, n=st.integers(-60, 60))
def test_working_days_are_added_one_by_one(day, n):
    step, passing, left = (1 if n > 0 else -1), day, abs(n)
    while left:
        passing += step * DAY
        left -= passing.weekday() < 5 and passing not in FREE
    if passing.year in HOLIDAYS:
        assert add_working_days(day, n) == passing


@many
@given(day=days, today=days, n=st.integers(1, 30))
def test_a_query_finds_the_same_silences_as_counting(day, today, n):
    assert (working_days_between(day, today) >= n) == (day < add_working_days(today + DAY, -n))


@many
@given(moment=instants, n=st.integers(1, 12))
def test_the_moment_some_working_days_ago_is_the_last_that_waited_so_long(moment, n):
    since, length = open_days_before(moment, n), n * 9 * HOUR
    assert open_hours_between(since, moment) == length
    assert open_hours_between(since + MINUTE, moment) < length


# -- what people would say --------------------------------------------------------------------------------------------


# From 2005 to 2007 the day of solidarity was Whit Monday everywhere: nothing of ours is counted there.
@pytest.mark.parametrize("year", [*range(1990, 2005), *range(2008, 2051)])
def test_the_holidays_are_those_a_library_of_every_country_knows(year):
    assert public_holidays(year) == frozenset(holidays.France(years=year))


@pytest.mark.parametrize("year", HOLIDAYS)
def test_the_holidays_are_those_of_metropolitan_france(year):
    assert public_holidays(year) == {day for day in FREE if day.year == year}
    assert not any(map(is_working_day, public_holidays(year)))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2002, 3, 28), True),  # the signature
        (date(2002, 3, 29), True),  # Good Friday, free in Alsace-Moselle alone
        (date(2026, 5, 15), True),  # the bridge after Ascension
        (date(2026, 12, 26), False),  # a Saturday
        (date(2027, 5, 17), False),  # Whit Monday
        (date(2027, 7, 14), False),
    ],
)
def test_a_day_is_worked_or_not(day, works):
    assert is_working_day(day) is works


def test_a_contact_of_friday_evening_has_waited_an_hour_on_monday_at_ten():
    assert open_hours_between(paris("2027-06-11 19:30"), paris("2027-06-14 10:00")) == HOUR


def test_a_reply_by_in_open_hours_skips_a_long_weekend():
    # Thursday before Easter Monday, ten hours of work later.
    assert add_open_hours(paris("2027-03-25 17:00"), 10 * HOUR) == paris("2027-03-26 18:00")
    assert add_open_hours(paris("2027-03-25 17:00"), 11 * HOUR) == paris("2027-03-30 10:00")


def test_nothing_added_is_the_same_moment_and_nothing_is_taken_away():
    sunday = paris("2027-06-13 11:00")
    assert add_open_hours(sunday, timedelta(0)) == sunday
    assert add_working_days(sunday.date(), 0) == sunday.date()
    with pytest.raises(ValueError, match="only added"):
        add_open_hours(sunday, -HOUR)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2027-06-14 08:29:59", "2027-06-14 08:30"),
        ("2027-06-14 08:30", "2027-06-14 08:30"),
        ("2027-06-14 19:59:59", "2027-06-14 19:59:59"),
        ("2027-06-14 20:00", "2027-06-15 08:30"),
        ("2027-06-12 20:00", "2027-06-14 08:30"),  # Saturday evening
        ("2027-06-13 12:00", "2027-06-14 08:30"),  # Sunday
        ("2027-07-14 12:00", "2027-07-14 12:00"),  # a public holiday is no Sunday
        ("2027-10-30 23:00", "2027-11-01 08:30"),  # across the night of 25 hours
    ],
)
def test_a_letter_nobody_asked_for_waits_for_a_polite_moment(asked, leaves):
    assert next_polite_moment(paris(asked)) == paris(leaves)


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        ("2027-06-14 00:00", "2027-06-15 09:00"),
        ("2027-06-11 19:30", "2027-06-14 09:00"),  # Friday evening
        ("2027-07-13 10:00", "2027-07-15 09:00"),
    ],
)
def test_the_next_morning_is_one_on_which_somebody_comes(moment, morning):
    assert next_morning(paris(moment)) == paris(morning)


def test_other_hours_are_a_setting(settings):
    settings.OPENING = [time(8, 30), time(12, 15)]
    assert open_hours_between(paris("2027-06-11 09:00"), paris("2027-06-14 09:00")) == 3 * HOUR + 45 * MINUTE
    assert add_open_hours(paris("2027-06-11 12:00"), HOUR) == paris("2027-06-14 09:15")


# -- what it costs ----------------------------------------------------------------------------------------------------


def test_a_list_builds_no_table_and_costs_a_fraction_of_its_rows():
    now = paris("2027-06-15 10:12")
    since = [(now - n * timedelta(hours=31)).astimezone(UTC) for n in range(50)]
    row = Template(
        '<tr><th scope="row"><a href="{{ url }}">{{ name }}</a></th><td>{% state_badge state %}</td>'
        "<td>{{ zone }}</td><td>{{ at|shortdate }}</td></tr>"
    )
    person = Context({"url": "/", "name": "Éloïse", "state": ApplicationState.SUBMITTED, "zone": "Lyon", "at": now})

    def rows() -> None:
        for _ in since:
            row.render(person)

    def waits() -> None:
        for moment in since:
            open_hours_between(moment, now)

    costs = {}
    for work in (rows, waits):
        work()
        built = working_time.public_holidays.cache_info().misses, working_time._working_days.cache_info().misses
        seconds = []
        for _ in range(20):
            began = process_time()
            work()
            seconds.append(process_time() - began)
        costs[work] = min(seconds)
        assert built == (
            working_time.public_holidays.cache_info().misses,
            working_time._working_days.cache_info().misses,
        )
    assert costs[waits] < costs[rows] / 5
