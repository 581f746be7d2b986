"""The calendar of a cohort: which days are of school and which of the company, drawn from its pattern (domain.md §2.7).

Pure. Weeks from Monday to Friday are numbered from the week of the first day, school first, and the numbering goes on
through holidays. A week of school with three days or more of school holidays goes to the company, and is not caught up;
where days of the week alternate, each day of school in the school holidays does. Public holidays count on neither side.
A day of school is seven hours.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partnership.school_holidays import Holiday, Letters, are_known, school_holidays
from partnership.templatetags.figures import lasting, number
from partnership.working_time import SATURDAY, public_holidays

from .minors import A_DAY_S_WORK, Opening
from .states import RhythmKind

__all__ = [
    "Calendar",
    "Clash",
    "Day",
    "DayKind",
    "Opening",
    "Pattern",
    "Week",
    "calendar",
    "clashes",
    "hours_owed",
    "in_zone",
    "verdict_of",
]

HOURS_A_DAY = 7
# Of its five weekdays, how many in the school holidays give a week of school to the company.
ENOUGH_TO_GO = 3
_SHARES = tomllib.loads((Path(__file__).parent / "reference" / "rhythm.toml").read_text())["share"]


class DayKind(TextChoices):
    """What a day of the training is."""

    SCHOOL = "school", gettext_lazy("in school")
    COMPANY = "company", gettext_lazy("in the company")
    PUBLIC_HOLIDAY = "public_holiday", gettext_lazy("public holiday")
    WEEKEND = "weekend", gettext_lazy("weekend")


@dataclass(frozen=True)
class Pattern:
    """So many weeks of school and then so many in the company, or the days of each week that are of school."""

    kind: RhythmKind
    school_weeks: int = 0
    company_weeks: int = 0
    school_weekdays: frozenset[int] = frozenset()

    @classmethod
    def of_weeks(cls, school: int, company: int) -> "Pattern":
        return cls(RhythmKind.WEEKS, school, company)

    @classmethod
    def of_weekdays(cls, *school: int) -> "Pattern":
        """The days of school, 0 for Monday."""
        return cls(RhythmKind.WEEKDAYS, school_weekdays=frozenset(school))

    @property
    def company_weekdays(self) -> frozenset[int]:
        """The days of an ordinary week in the company."""
        return frozenset(range(SATURDAY)) - self.school_weekdays

    def is_of_school(self, day: date, number: int, holidays: dict[date, Holiday]) -> bool:
        """Whether a weekday is of school, in the week of that number (0 for the first)."""
        if self.kind == RhythmKind.WEEKDAYS:
            return day.weekday() in self.school_weekdays and day not in holidays
        if number % (self.school_weeks + self.company_weeks) >= self.school_weeks:
            return False
        monday = _monday(day)
        return sum(monday + timedelta(n) in holidays for n in range(SATURDAY)) < ENOUGH_TO_GO


class Day(NamedTuple):
    """A day of the training; `holiday` is the school holidays it lies in, whoever it goes to."""

    day: date
    kind: DayKind
    holiday: Holiday | None


class Week(NamedTuple):
    """A week of the training, by its Monday: its days, and the side it goes to where whole weeks alternate."""

    monday: date
    days: tuple[Day, ...]
    side: DayKind | None

    def count(self, kind: DayKind) -> int:
        return sum(day.kind == kind for day in self.days)

    @property
    def school(self) -> int:
        return self.count(DayKind.SCHOOL)

    @property
    def company(self) -> int:
        return self.count(DayKind.COMPANY)

    @property
    def closed(self) -> list[date]:
        """Its public holidays from Monday to Friday."""
        return [day.day for day in self.days if day.kind == DayKind.PUBLIC_HOLIDAY]

    @property
    def holiday(self) -> Holiday | None:
        """The school holidays of most of its days."""
        found = [day.holiday for day in self.days if day.holiday and day.day.weekday() < SATURDAY]
        return found[0] if len(found) >= ENOUGH_TO_GO else None


@dataclass(frozen=True)
class Calendar:
    """The days of a training between its first and its last; `is_known` unless school holidays are missing."""

    pattern: Pattern
    starts_on: date
    ends_on: date
    days: tuple[Day, ...]
    is_known: bool

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        of_weeks = self.pattern.kind == RhythmKind.WEEKS
        return tuple(_week(monday, tuple(days), of_weeks) for monday, days in groupby(self.days, _monday_of))

    def on(self, day: date) -> Day | None:
        """What a day is; nothing before the training and after."""
        place = (day - self.starts_on).days
        return self.days[place] if 0 <= place < len(self.days) else None

    @cached_property
    def school_days(self) -> tuple[date, ...]:
        return tuple(day.day for day in self.days if day.kind == DayKind.SCHOOL)

    @cached_property
    def company_days(self) -> tuple[date, ...]:
        return tuple(day.day for day in self.days if day.kind == DayKind.COMPANY)

    @property
    def school_weeks(self) -> int:
        """Whole weeks of school; 0 where days of the week alternate."""
        return sum(week.side == DayKind.SCHOOL for week in self.weeks)

    @property
    def company_weeks(self) -> int:
        """Whole weeks in the company; 0 where days of the week alternate."""
        return sum(week.side == DayKind.COMPANY for week in self.weeks)

    @property
    def school_hours(self) -> int:
        return HOURS_A_DAY * len(self.school_days)

    @property
    def hours_owed(self) -> int:
        return hours_owed(self.starts_on, self.ends_on)

    @property
    def is_long_enough(self) -> bool:
        """Whether the hours of school reach their least share of the contract (Code du travail, L6211-2)."""
        return self.school_hours >= self.hours_owed

    @property
    def company_weekdays(self) -> frozenset[int]:
        """The days of an ordinary week in the company: what the limits of minors are asked about."""
        return self.pattern.company_weekdays

    @property
    def verdict(self) -> str:
        """The hours of school against the 25 % rule, in a sentence."""
        return verdict_of(self)


@lru_cache(128)
def calendar(pattern: Pattern, starts_on: date, ends_on: date, letters: tuple[tuple[date, str], ...]) -> Calendar:
    """The calendar of a training between two days, both included, in the school zone of each of its days.

    `letters` are the school zone and the day it holds from, in order. Without them, and beyond what is published, no
    school holiday is known: `is_known` says so.
    """
    first, last = _monday(starts_on), ends_on + timedelta(max(0, SATURDAY - 1 - ends_on.weekday()))
    holidays = school_holidays(letters, first, last)
    days = tuple(_days(pattern, starts_on, ends_on, holidays))
    return Calendar(pattern, starts_on, ends_on, days, are_known(letters, starts_on, ends_on))


def in_zone(letter: str) -> Letters:
    """A school zone that never changes."""
    return ((date.min, letter),)


def _days(pattern: Pattern, starts_on: date, ends_on: date, holidays: dict[date, Holiday]) -> Iterator[Day]:
    first = _monday(starts_on).toordinal()
    for ordinal in range(starts_on.toordinal(), ends_on.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day.weekday() >= SATURDAY:
            kind = DayKind.WEEKEND
        elif day in public_holidays(day.year):
            kind = DayKind.PUBLIC_HOLIDAY
        elif pattern.is_of_school(day, (ordinal - first) // 7, holidays):
            kind = DayKind.SCHOOL
        else:
            kind = DayKind.COMPANY
        yield Day(day, kind, holidays.get(day))


def _week(monday: date, days: tuple[Day, ...], of_weeks: bool) -> Week:
    kinds = Counter(day.kind for day in days)
    side = None
    if of_weeks and (kinds[DayKind.SCHOOL] or kinds[DayKind.COMPANY]):
        side = DayKind.SCHOOL if kinds[DayKind.SCHOOL] else DayKind.COMPANY
    return Week(monday, days, side)


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _monday_of(day: Day) -> date:
    return _monday(day.day)


# -- the 25 % rule ----------------------------------------------------------------------------------------------------


def hours_owed(starts_on: date, ends_on: date) -> int:
    """The least hours of school of a contract between two days, both included: 402 for twelve months.

    A quarter of a year of work (L6211-2), by the months begun: a month too many rather than an hour too few.
    """
    share = next((row for row in reversed(_SHARES) if row["from"] <= starts_on), _SHARES[0])
    quarters = share["hours_a_year"] * share["percent"] * _months_begun(starts_on, ends_on)
    return -(-quarters // (12 * 100))


def _months_begun(starts_on: date, ends_on: date) -> int:
    months = 12 * (ends_on.year - starts_on.year) + ends_on.month - starts_on.month
    return months + (ends_on.day >= starts_on.day)


def verdict_of(calendar: Calendar) -> str:
    """« 532 h en centre, 115 jours en entreprise : la règle des 25 % est tenue. »"""
    hours, owed = calendar.school_hours, calendar.hours_owed
    said = {"hours": number(hours), "owed": number(owed), "left": number(owed - hours)}
    days = len(calendar.company_days)
    in_company = ngettext("%(n)s day in the company", "%(n)s days in the company", days) % {"n": number(days)}
    if hours < owed:
        return _("%(hours)s h in school: %(left)s h fewer than the %(owed)s h of the 25%% rule.") % said
    if not calendar.is_known:
        return _("At most %(hours)s h in school: school holidays of these dates are not known.") % said
    return _("%(hours)s h in school, %(days)s: the 25%% rule is kept.") % (said | {"days": in_company})


# -- against a site ---------------------------------------------------------------------------------------------------


class Clash(NamedTuple):
    """A day of the week in the company on which a site is closed, or open for less than a day's work."""

    weekday: int
    days: tuple[date, ...]
    open_minutes: int
    sentence: str

    @property
    def is_closed(self) -> bool:
        return not self.open_minutes


def clashes(calendar: Calendar, openings: Iterable[Opening]) -> list[Clash]:
    """The days in the company that a site's hours do not hold, by day of the week; none while its hours are not said.

    It is refused, or needs a written reason: whoever places decides.
    """
    said = list(openings)
    if not said:
        return []
    open_for = Counter[int]()
    for one in said:
        open_for[one.weekday] += one.closes_min - one.opens_min
    lost: dict[int, list[date]] = {}
    for day in calendar.company_days:
        if open_for[day.weekday()] < A_DAY_S_WORK:
            lost.setdefault(day.weekday(), []).append(day)
    return [
        Clash(weekday, tuple(days), open_for[weekday], _told(weekday, len(days), open_for[weekday]))
        for weekday, days in sorted(lost.items())
    ]


def _tell(weekday: int, days: int, minutes: int) -> str:
    said: dict[str, Any] = {"day": capfirst(str(WEEKDAYS[weekday])), "n": number(days), "open": lasting(minutes)}
    if minutes:
        words = ngettext(
            "%(day)s: open for %(open)s only, and %(n)s day in the company falls on it.",
            "%(day)s: open for %(open)s only, and %(n)s days in the company fall on it.",
            days,
        )
        return words % said
    words = ngettext(
        "%(day)s: closed, and %(n)s day in the company falls on it.",
        "%(day)s: closed, and %(n)s days in the company fall on it.",
        days,
    )
    return words % said


_told = lazy(_tell, str)
