"""What the law allows whoever is not eighteen: each refusal names its article, and an adult's week is possible."""

import pytest
from django.utils import translation

from cohorts import minors
from cohorts.minors import Opening

ALL_WEEK, THREE_DAYS, FOUR_DAYS = frozenset(range(5)), frozenset({2, 3, 4}), frozenset({1, 2, 3, 4})


def _open(*weekdays: int, opens: float = 9, closes: float = 18) -> list[Opening]:
    return [Opening(day, int(opens * 60), int(closes * 60)) for day in weekdays]


def _articles(openings, company_days=ALL_WEEK, *, age=16, refusals=True):
    found = minors.limits(openings, company_days=company_days, age=age)
    return [limit.article for limit in found if limit.is_refusal is refusals]


def test_office_hours_suit_a_minor_and_nothing_is_said():
    assert minors.limits(_open(0, 1, 2, 3, 4), company_days=ALL_WEEK) == []
    assert minors.limits(_open(0, 1, 2, 3, 4), company_days=THREE_DAYS) == []


@pytest.mark.parametrize(
    ("article", "openings", "company_days"),
    [
        # 8 h a day: four long days hold an adult's week.
        ("L3162-1", _open(0, 1, 2, 3, opens=8, closes=19), ALL_WEEK),
        # 35 h a week, school included: a Saturday on top of five days.
        ("L3162-1", _open(0, 1, 2, 3, 4, 5), ALL_WEEK | {5}),
        # An evening team.
        ("L3163-2", _open(0, 1, 2, 3, 4, opens=18, closes=26), ALL_WEEK),
        # Closed on a Wednesday: a Saturday makes up for it, and takes the second day of rest.
        ("L3164-2", _open(0, 1, 3, 4, 5), THREE_DAYS),
        # The last day of the week is a Sunday.
        ("L3132-3", _open(2, 3, 6), THREE_DAYS),
        # Two late days, and an early one after them.
        ("L3164-1", [*_open(2, 3, opens=14.5, closes=22), *_open(4, opens=6, closes=17)], THREE_DAYS),
    ],
    ids=["8 hours", "35 hours", "night", "two days", "Sunday", "daily rest"],
)
def test_what_a_minor_cannot_do_is_refused_by_its_article(article, openings, company_days):
    assert article in _articles(openings, company_days)
    limit = next(one for one in minors.limits(openings, company_days=company_days) if one.article == article)
    for language in ("fr", "en"):
        with translation.override(language):
            assert article in str(limit.sentence)
            assert "%(" not in str(limit.sentence)


def test_the_rest_of_twelve_hours_is_fourteen_before_sixteen_and_the_night_begins_at_eight():
    late = _open(0, 1, 2, 3, 4, opens=13, closes=21)
    assert _articles(late, age=16) == []
    assert _articles(late, age=15) == ["L3163-2"]
    thirteen_hours = [*_open(2, 3, opens=12, closes=19.5), *_open(4, opens=8.5, closes=16)]
    assert _articles(thirteen_hours, THREE_DAYS, age=16) == []
    assert _articles(thirteen_hours, THREE_DAYS, age=15) == ["L3164-1"]


def test_a_break_of_thirty_minutes_is_no_work():
    # Seven hours of opening hold six and a half of work, and eight hours a day make up for one short day at most.
    assert _articles(_open(0, 1, 2, 3, 4, opens=9, closes=16.5)) == []
    assert minors._work_in([(9 * 60, 16 * 60)]) == 6.5 * 60
    assert minors._work_in([(9 * 60, 13 * 60 + 30)]) == 4.5 * 60
    assert minors._work_in([(9 * 60, 12 * 60), (14 * 60, 18 * 60)]) == 7 * 60


def test_one_short_day_and_a_longer_one_make_a_week_that_is_not_refused():
    # Thursday stops an hour early, so that Friday may begin in time.
    openings = [*_open(2, 3, opens=14, closes=22), *_open(4, opens=6, closes=16.5)]
    assert _articles(openings, THREE_DAYS) == []


def test_hours_possible_with_care_are_warned_of_not_refused():
    openings = [*_open(0, 1, 2, 3, 4, 5, opens=8, closes=23), *_open(6, opens=10, closes=19)]
    assert _articles(openings, FOUR_DAYS) == []
    assert _articles(openings, FOUR_DAYS, refusals=False) == ["L3163-2", "L3132-3", "L3164-1", "L3164-2"]
    # Nobody goes from a Saturday at work to a Monday in school where Mondays are of the company.
    assert "L3164-2" not in _articles(openings, ALL_WEEK, refusals=False)


def test_a_site_open_day_and_night_can_take_a_minor_by_day():
    openings = [Opening(day, 0, 24 * 60) for day in range(7)]
    assert _articles(openings) == []
    assert "L3163-2" in _articles(openings, refusals=False)


def test_the_hours_after_midnight_are_those_of_the_next_day():
    overnight = [Opening(4, 20 * 60, 32 * 60)]
    found = minors._pieces(overnight)
    assert (found[4], found[5]) == ([(1200, 1440)], [(0, 480)])


def test_where_no_adult_could_do_the_hours_either_the_law_of_minors_says_nothing():
    assert _articles(_open(0, 1, opens=9, closes=12)) == []


def test_a_site_whose_hours_are_not_known_is_neither_refused_nor_warned_of():
    assert minors.limits([], company_days=ALL_WEEK) == []
    assert minors.limits(_open(0), company_days=frozenset()) == []


@pytest.mark.parametrize("wrong", [(7, 0, 60), (0, 60, 60), (0, 1440, 1500), (0, 600, 600 + 1441)])
def test_hours_that_no_clock_shows_are_refused(wrong):
    with pytest.raises(ValueError, match="A site"):
        Opening(*wrong)
