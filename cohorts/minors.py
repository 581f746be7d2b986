"""What the law allows whoever is not eighteen yet, held against the hours of a site and the days in the company.

Pure. A refusal says that no legal week exists there, and names the article that an adult's week would not meet; a
warning says that one exists, with care. Sources: Code du travail, L3162-1 (8 h a day, 35 h a week), L3162-3 (30
minutes after 4 h 30), L3163-1 and -2 (no work from 22:00 to 6:00, from 20:00 before sixteen), L3164-1 (12 hours of
rest a day, 14 before sixteen), L3164-2 (two days of rest together), L3132-3 and L3164-5 (Sundays). Call centres are in
none of the trades that decrees except (R3162-1, R3163-1, R3164-1).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.templatetags.figures import clocktime, lasting

HOUR = 60
DAY = 24 * HOUR
WEEK = range(7)
SATURDAY, SUNDAY = 5, 6
# A day in the company is planned for seven hours, as a day of school is.
A_DAY_S_WORK = 7 * HOUR
MOST_A_WEEK = 35 * HOUR
# An adult's day (L3121-18) and rest (L3131-1): the week that a minor is denied must be open to somebody.
ADULT_DAY, ADULT_REST = 10 * HOUR, 11 * HOUR
LONGEST_WITHOUT_BREAK, BREAK = 4 * HOUR + 30, 30
# How finely the work of a day is tried, in minutes.
STEP = 15

HOURS, NIGHT, DAILY_REST, TWO_DAYS, SUNDAYS = "L3162-1", "L3163-2", "L3164-1", "L3164-2", "L3132-3"
# Taken back one after the other: whichever a week cannot do without is named.
RULES = (HOURS, DAILY_REST, TWO_DAYS, SUNDAYS, NIGHT)


@dataclass(frozen=True)
class Opening:
    """When a site is open on a day of the week (0 is Monday), in minutes after its midnight.

    Past 24:00 is the night after. A site that closes for lunch has two of them a day.
    """

    weekday: int
    opens_min: int
    closes_min: int

    def __post_init__(self) -> None:
        if self.weekday not in WEEK or not 0 <= self.opens_min < DAY:
            raise ValueError("A site opens at a minute of a day of the week.")
        if not self.opens_min < self.closes_min <= self.opens_min + DAY:
            raise ValueError("A site closes after it opens, within a day.")


class Limit(NamedTuple):
    """What the law says of a minor at a site: its article, a sentence in the reader's language, and how grave it is."""

    article: str
    sentence: str
    is_refusal: bool


class _Law(NamedTuple):
    """The rules of an age."""

    night_from: int
    night_until: int
    rest: int


_FROM_SIXTEEN = _Law(22 * HOUR, 6 * HOUR, 12 * HOUR)
_BEFORE_SIXTEEN = _Law(20 * HOUR, 6 * HOUR, 14 * HOUR)


def limits(openings: Iterable[Opening], *, company_days: Collection[int], age: int = 16) -> list[Limit]:
    """What the law says of a minor at a site: refusals first. Nothing of a site whose hours are not known.

    `company_days` are the days of an ordinary week spent in the company (0 is Monday); the other days from Monday to
    Friday are days of school, which count as work. `age` is that at the start, in whole years.
    """
    said = tuple(sorted(openings, key=lambda one: (one.weekday, one.opens_min)))
    return list(_limits(said, frozenset(company_days), age < 16)) if said and company_days else []


@lru_cache(512)
def _limits(openings: tuple[Opening, ...], company: frozenset[int], is_under_sixteen: bool) -> tuple[Limit, ...]:
    week = _Week(openings, company, _BEFORE_SIXTEEN if is_under_sixteen else _FROM_SIXTEEN)
    barred = week.barred()
    refusals = [_said(rule, _REFUSALS[rule], week.facts, is_refusal=True) for rule in barred]
    return (*refusals, *(limit for limit in week.cares() if limit.article not in barred))


class _Week:
    """A week of a minor at a site: which days and hours are left by each set of rules."""

    def __init__(self, openings: tuple[Opening, ...], company: frozenset[int], law: _Law):
        self.law, self.company = law, company
        self.school = frozenset(range(5)) - company
        self.pieces = _pieces(openings)
        self.shifts = [
            _joined([(one.opens_min, one.closes_min) for one in openings if one.weekday == day]) for day in WEEK
        ]
        self.owed = A_DAY_S_WORK * len(company)

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "from": self.law.night_from,
            "until": self.law.night_until,
            "rest": self.law.rest,
            "hours": self.owed,
            "days": sorted(self.company),
        }

    def barred(self) -> list[str]:
        """The rules without which the hours of the week could be done, and with which they cannot."""
        if A_DAY_S_WORK * (len(self.company) + len(self.school)) > MOST_A_WEEK:
            return [HOURS]
        kept: set[str] = set(RULES)
        if self.is_possible(kept):
            return []
        kept.clear()
        if not self.is_possible(kept):
            # Nobody could, of whatever age: the clash of days and hours says so.
            return []
        barred = []
        for rule in RULES:
            if self.is_possible(kept | {rule}):
                kept.add(rule)
            else:
                barred.append(rule)
        return barred

    def is_possible(self, rules: Collection[str]) -> bool:
        """Whether the hours owed fit into some days of the week, by these rules."""
        return any(self._works(days, rules) for days in self._workable(rules))

    def _workable(self, rules: Collection[str]) -> Iterator[list[int]]:
        """The days that may be worked, for each choice of the days of rest: two together, or one (L3132-1)."""
        off = self.school | ({SUNDAY} if SUNDAYS in rules else set())
        open_days = [day for day in WEEK if day not in off and self._hours(day, rules)]
        for day in WEEK:
            rest = {day, (day + 1) % len(WEEK)} if TWO_DAYS in rules else {day}
            if not rest & self.school:
                yield [one for one in open_days if one not in rest]

    def _works(self, days: list[int], rules: Collection[str]) -> bool:
        """Whether these days hold the hours owed, with enough rest from one to the next."""
        longest = 8 * HOUR if HOURS in rules else ADULT_DAY
        usable = {day: min(longest, _work_in(self._hours(day, rules))) for day in days}
        if sum(usable.values()) < self.owed:
            return False
        # How much is done so far, in steps: the earliest end of the last day on which it can be.
        done: dict[int, int] = {0: -DAY}
        for day in WEEK:
            left = sum(usable.get(later, 0) for later in range(day + 1, len(WEEK)))
            done = self._day_after(done, day, usable.get(day, 0), left, rules)
        return max(done, default=0) >= self.owed

    def _day_after(
        self, done: Mapping[int, int], day: int, usable: int, left: int, rules: Collection[str]
    ) -> dict[int, int]:
        rest = self.law.rest if DAILY_REST in rules else ADULT_REST
        found: dict[int, int] = {}
        for total, ended in done.items():
            if total + usable + left < self.owed:
                continue
            if total + left >= self.owed:
                # The day may be left free.
                found[total] = -DAY
            earliest = ended + rest - DAY
            open_for = [(max(a, earliest), b) for a, b in self._hours(day, rules) if b > earliest]
            most = min(usable, _work_in(open_for))
            # The whole of it, whatever the step, then less and less.
            for work in {most, *range(STEP, most, STEP)} - {0}:
                if total + work + left >= self.owed:
                    end = _end_of(open_for, work)
                    found[total + work] = min(found.get(total + work, end), end)
        return found

    def _hours(self, day: int, rules: Collection[str]) -> list[tuple[int, int]]:
        """The stretches of a day in which the site is open and work is allowed, in minutes."""
        if NIGHT not in rules:
            # Whoever may work at night stays past midnight.
            return self.shifts[day]
        kept = ((max(a, self.law.night_until), min(b, self.law.night_from)) for a, b in self.pieces[day])
        return [(a, b) for a, b in kept if a < b]

    def cares(self) -> Iterator[Limit]:
        """What is possible, with care."""
        begins, ends = self.law.night_until, self.law.night_from
        night = [day for day in WEEK if any(a < begins or b > ends for a, b in self.pieces[day])]
        if night:
            yield _said(NIGHT, _NIGHT_CARE, self.facts | {"days": night}, is_refusal=False)
        if self.pieces[SUNDAY]:
            yield _said(SUNDAYS, _SUNDAY_CARE, {}, is_refusal=False)
        if any(self._closes_late_and_opens_early(day) for day in WEEK):
            yield _said(DAILY_REST, _REST_CARE, self.facts, is_refusal=False)
        if self.pieces[SATURDAY] and 0 in self.school:
            yield _said(TWO_DAYS, _SATURDAY_CARE, {}, is_refusal=False)

    def _closes_late_and_opens_early(self, day: int) -> bool:
        evening, morning = (self._hours(one, {NIGHT}) for one in (day, (day + 1) % len(WEEK)))
        return bool(evening and morning) and morning[0][0] + DAY - evening[-1][1] < self.law.rest


def _pieces(openings: Iterable[Opening]) -> list[list[tuple[int, int]]]:
    """The stretches in which a site is open, a day; those that touch are one."""
    found: list[list[tuple[int, int]]] = [[] for _day in WEEK]
    for one in openings:
        found[one.weekday].append((one.opens_min, min(one.closes_min, DAY)))
        if one.closes_min > DAY:
            found[(one.weekday + 1) % len(WEEK)].append((0, one.closes_min - DAY))
    return [_joined(stretches) for stretches in found]


def _joined(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for a, b in sorted(stretches):
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined


def _work_in(stretches: list[tuple[int, int]]) -> int:
    """How long one may work in some stretches of a day, in minutes: the break of a long stretch is not work."""
    open_for = sum(b - a for a, b in stretches)
    if open_for <= LONGEST_WITHOUT_BREAK or _has_a_gap(stretches):
        return open_for
    return max(open_for - BREAK, LONGEST_WITHOUT_BREAK)


def _has_a_gap(stretches: list[tuple[int, int]]) -> bool:
    return any(later[0] - sooner[1] >= BREAK for sooner, later in zip(stretches, stretches[1:], strict=False))


def _end_of(stretches: list[tuple[int, int]], work: int) -> int:
    """When so much work is done, begun as early as the stretches allow."""
    left = work + (BREAK if work > LONGEST_WITHOUT_BREAK and not _has_a_gap(stretches) else 0)
    for a, b in stretches:
        if left <= b - a:
            return a + left
        left -= b - a
    return stretches[-1][1]


# -- the sentences ----------------------------------------------------------------------------------------------------

_REFUSALS = {
    HOURS: gettext_lazy(
        "At these hours a minor would work more than 8 hours a day or 35 hours a week (Code du travail, art. L3162-1)."
    ),
    NIGHT: gettext_lazy(
        "A minor does not work between %(from)s and %(until)s: what is left does not hold the %(hours)s of a week "
        "(Code du travail, art. L3163-2)."
    ),
    DAILY_REST: gettext_lazy(
        "A minor rests %(rest)s between two days: these hours leave less (Code du travail, art. L3164-1)."
    ),
    TWO_DAYS: gettext_lazy(
        "A minor rests two days together each week: these days leave none (Code du travail, art. L3164-2)."
    ),
    SUNDAYS: gettext_lazy(
        "A minor does not work on Sundays, and the other days do not hold the %(hours)s of a week "
        "(Code du travail, art. L3132-3)."
    ),
}
_NIGHT_CARE = gettext_lazy(
    "The site is open between %(from)s and %(until)s (%(days)s): a minor is never there then "
    "(Code du travail, art. L3163-2)."
)
_SUNDAY_CARE = gettext_lazy("The site is open on Sundays: a minor rests that day (Code du travail, art. L3132-3).")
_REST_CARE = gettext_lazy(
    "Between closing and opening there are less than %(rest)s: a minor who closes does not open the day after "
    "(Code du travail, art. L3164-1)."
)
_SATURDAY_CARE = gettext_lazy(
    "A Saturday at work before a Monday in school leaves a minor no two days of rest together "
    "(Code du travail, art. L3164-2)."
)


def _said(article: str, words: Any, facts: Mapping[str, Any], *, is_refusal: bool) -> Limit:
    return Limit(article, _in_words(words, tuple(facts.items())), is_refusal)


def _write(words: Any, facts: tuple[tuple[str, Any], ...]) -> str:
    written: dict[str, str] = {}
    for name, value in facts:
        if name in ("from", "until"):
            written[name] = clocktime(time(value // HOUR, value % HOUR))
        elif name == "days":
            written[name] = days_in_words(value)
        else:
            written[name] = lasting(value)
    return str(words) % written


_in_words = lazy(_write, str)


def days_in_words(weekdays: Iterable[int]) -> str:
    """« lundi, mardi et samedi »."""
    return get_text_list([str(WEEKDAYS[day]) for day in weekdays], _("and"))
