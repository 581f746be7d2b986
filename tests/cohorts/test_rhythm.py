"""The calendar of a cohort, to the day and the hour: patterns, holidays, the 25 % rule, the days of a site."""

from datetime import date

import pytest
from django.utils import translation

from cohorts import rhythm
from cohorts.rhythm import DayKind, Opening, Pattern
from partnership.school_holidays import (
    Holiday,
    SchoolLetter,
    are_known,
    known_until,
    letter_on,
    school_holidays,
)

PARIS, LYON = rhythm.in_zone("C"), rhythm.in_zone("A")
TOULOUSE = ((date(1995, 9, 1), "A"), (date(2015, 9, 1), "C"))
WEEK_AND_WEEK, WEEK_AND_TWO = Pattern.of_weeks(1, 1), Pattern.of_weeks(1, 2)
TWO_DAYS_AND_THREE = Pattern.of_weekdays(0, 1)
YEAR_2002 = (date(2002, 9, 16), date(2003, 6, 20))
YEAR_2026 = (date(2026, 9, 14), date(2027, 9, 10))
SHORT_2026 = (date(2026, 9, 14), date(2027, 7, 2))


# -- the table of domain.md, §2.7 -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "dates", "zone", "school_weeks", "school_days", "hours", "company_weeks", "company_days", "is_kept"),
    [
        (WEEK_AND_WEEK, YEAR_2002, PARIS, 16, 76, 532, 24, 115, True),
        (WEEK_AND_WEEK, YEAR_2002, LYON, 16, 77, 539, 24, 114, True),
        (WEEK_AND_WEEK, YEAR_2002, TOULOUSE, 16, 77, 539, 24, 114, True),
        (WEEK_AND_TWO, YEAR_2026, PARIS, 11, 54, 378, 41, 199, False),
        (WEEK_AND_TWO, YEAR_2026, TOULOUSE, 11, 54, 378, 41, 199, False),
        (TWO_DAYS_AND_THREE, SHORT_2026, PARIS, 0, 66, 462, 0, 138, True),
    ],
    ids=["Paris 2002", "Lyon 2002", "Toulouse 2002", "Paris 2026", "Toulouse 2026", "two days and three"],
)
def test_the_table_is_reproduced_to_the_day_and_the_hour(
    pattern, dates, zone, school_weeks, school_days, hours, company_weeks, company_days, is_kept
):
    made = rhythm.calendar(pattern, *dates, zone)
    assert (made.school_weeks, len(made.school_days), made.school_hours) == (school_weeks, school_days, hours)
    assert (made.company_weeks, len(made.company_days)) == (company_weeks, company_days)
    assert made.is_long_enough is is_kept
    assert made.is_known


def test_twelve_months_owe_402_hours_and_fewer_months_their_share():
    assert rhythm.hours_owed(*YEAR_2026) == rhythm.hours_owed(date(2026, 9, 14), date(2027, 9, 13)) == 402
    assert rhythm.hours_owed(date(2026, 9, 14), date(2027, 9, 14)) == 436
    assert rhythm.hours_owed(date(2026, 9, 14), date(2027, 3, 13)) == 201
    # A month begun counts: nine months and five days are ten.
    assert rhythm.hours_owed(*YEAR_2002) == 335
    assert rhythm.hours_owed(date(2026, 1, 31), date(2026, 2, 28)) == 34


def test_the_verdict_says_the_hours_and_the_rule():
    kept = rhythm.calendar(WEEK_AND_WEEK, *YEAR_2002, PARIS)
    short = rhythm.calendar(WEEK_AND_TWO, *YEAR_2026, PARIS)
    with translation.override("en"):
        assert kept.verdict == "532 h in school, 115 days in the company: the 25% rule is kept."
        assert short.verdict == "378 h in school: 24 h fewer than the 402 h of the 25% rule."


# -- the days ---------------------------------------------------------------------------------------------------------


def test_weeks_are_numbered_through_the_holidays_and_a_week_given_away_is_not_caught_up():
    made = rhythm.calendar(WEEK_AND_WEEK, *YEAR_2002, PARIS)
    sides = {week.monday: week.side for week in made.weeks}
    assert [sides[date(2002, 9, day)] for day in (16, 23, 30)] == ["school", "company", "school"]
    # The seventh week is one of school, and of the autumn holidays: it goes to the company, and the eighth is its own.
    assert (sides[date(2002, 10, 28)], sides[date(2002, 11, 4)]) == ("company", "company")
    autumn = next(week for week in made.weeks if week.monday == date(2002, 10, 28))
    assert (autumn.holiday, autumn.company, autumn.closed) == (Holiday.AUTUMN, 4, [date(2002, 11, 1)])


def test_a_week_with_two_days_of_school_holidays_stays_in_school_and_one_with_three_goes():
    # The autumn holidays of 2003 begin on a Wednesday, those of 2004 end on one.
    three = rhythm.calendar(WEEK_AND_WEEK, date(2003, 10, 20), date(2003, 10, 24), PARIS)
    assert (len(three.school_days), len(three.company_days)) == (0, 5)
    two = rhythm.calendar(WEEK_AND_WEEK, date(2003, 8, 25), date(2003, 9, 5), PARIS)
    starts_on_two = rhythm.calendar(WEEK_AND_WEEK, date(2003, 9, 1), date(2003, 9, 5), PARIS)
    assert (len(two.school_days), len(starts_on_two.school_days)) == (0, 5)


def test_a_training_that_begins_in_the_middle_of_a_week_begins_with_that_week():
    made = rhythm.calendar(WEEK_AND_WEEK, date(2026, 9, 16), date(2026, 9, 27), PARIS)
    assert [len(week.days) for week in made.weeks] == [5, 7]
    assert (len(made.school_days), len(made.company_days)) == (3, 5)
    assert made.on(date(2026, 9, 15)) is made.on(date(2026, 9, 28)) is None
    assert made.on(date(2026, 9, 19)).kind == DayKind.WEEKEND


def test_a_public_holiday_is_of_neither_side_in_every_year():
    for year, ascension in ((2003, date(2003, 5, 29)), (2027, date(2027, 5, 6))):
        made = rhythm.calendar(TWO_DAYS_AND_THREE, date(year, 4, 1), date(year, 7, 31), PARIS)
        closed = [day.day for day in made.days if day.kind == DayKind.PUBLIC_HOLIDAY]
        assert ascension in closed
        assert date(year, 7, 14) in closed
        assert not {*closed} & {*made.school_days, *made.company_days}


def test_a_day_of_school_in_the_school_holidays_goes_to_the_company():
    made = rhythm.calendar(TWO_DAYS_AND_THREE, *SHORT_2026, PARIS)
    assert made.on(date(2026, 10, 12)).kind == DayKind.SCHOOL
    assert made.on(date(2026, 10, 19)) == (date(2026, 10, 19), DayKind.COMPANY, Holiday.AUTUMN)
    assert made.company_weekdays == {2, 3, 4}


def test_the_first_and_the_last_days_that_can_be_typed_have_a_calendar():
    for day in (date.min, date.max):
        assert not rhythm.calendar(WEEK_AND_WEEK, day, day, PARIS).is_known


# -- the school zones -------------------------------------------------------------------------------------------------


def test_toulouse_is_of_zone_a_until_2015_and_of_zone_c_since():
    assert [letter_on(TOULOUSE, date(*day)) for day in ((1995, 8, 31), (2015, 8, 31), (2015, 9, 1))] == ["", "A", "C"]
    winter = {
        year: sorted(school_holidays(TOULOUSE, date(year, 2, 1), date(year, 3, 31)))[0] for year in (2003, 2015, 2016)
    }
    assert winter == {2003: date(2003, 2, 22), 2015: date(2015, 2, 6), 2016: date(2016, 2, 20)}


def test_a_training_across_the_change_follows_each_zone_in_its_time():
    dates = date(2015, 2, 2), date(2016, 3, 18)
    of_each = {zone: rhythm.calendar(TWO_DAYS_AND_THREE, *dates, zone).school_days for zone in (LYON, PARIS, TOULOUSE)}
    change = date(2015, 9, 1)
    before, after = (lambda days: [d for d in days if d < change]), (lambda days: [d for d in days if d >= change])
    assert before(of_each[TOULOUSE]) == before(of_each[LYON]) != before(of_each[PARIS])
    assert after(of_each[TOULOUSE]) == after(of_each[PARIS]) != after(of_each[LYON])


def test_every_school_year_since_2002_has_its_five_holidays_in_each_zone():
    for letter in SchoolLetter:
        for year in range(2002, known_until().year):
            found = school_holidays(rhythm.in_zone(letter), date(year, 9, 1), date(year + 1, 8, 31)).values()
            assert {*found} >= {*Holiday} - {Holiday.ASCENSION}, (letter, year)


def test_what_is_not_published_is_told_not_guessed():
    assert are_known(PARIS, date(2027, 9, 1), known_until())
    assert not are_known(PARIS, date(2027, 9, 1), date(2028, 9, 1))
    assert not are_known((), *YEAR_2026)
    late = rhythm.calendar(WEEK_AND_WEEK, date(2030, 9, 2), date(2031, 6, 27), PARIS)
    with translation.override("en"):
        assert late.verdict.startswith("At most ")


# -- against a site ---------------------------------------------------------------------------------------------------


def _open(*weekdays: int, opens: int = 9, closes: int = 18) -> list[Opening]:
    return [Opening(day, opens * 60, closes * 60) for day in weekdays]


def test_a_site_closed_on_days_in_the_company_clashes_with_each_of_them():
    made = rhythm.calendar(TWO_DAYS_AND_THREE, *SHORT_2026, PARIS)
    clash, *others = rhythm.clashes(made, _open(0, 1, 3, 4, 5))
    assert not others
    assert (clash.weekday, clash.is_closed) == (2, True)
    assert {*clash.days} == {day for day in made.company_days if day.weekday() == 2}
    with translation.override("en"):
        assert clash.sentence == f"Wednesday: closed, and {len(clash.days)} days in the company fall on it."


def test_a_site_open_for_less_than_a_day_s_work_clashes_and_two_halves_of_a_day_make_one():
    made = rhythm.calendar(WEEK_AND_TWO, *YEAR_2026, PARIS)
    halves = [*_open(4, opens=8, closes=12), *_open(4, opens=14, closes=18)]
    (clash,) = rhythm.clashes(made, [*_open(0, 1, 2), *_open(3, opens=9, closes=13), *halves])
    assert (clash.weekday, clash.open_minutes, clash.is_closed) == (3, 240, False)


def test_a_site_whose_hours_are_not_known_clashes_with_nothing():
    assert rhythm.clashes(rhythm.calendar(WEEK_AND_TWO, *YEAR_2026, PARIS), []) == []
    assert rhythm.clashes(rhythm.calendar(WEEK_AND_TWO, *YEAR_2026, PARIS), _open(0, 1, 2, 3, 4)) == []
