"""The school holidays of metropolitan France by school zone (reference/school_holidays.csv), and what they are called.

Which letter a zone of ours has is a dated row that administrators keep: the academies changed zones in 2015.
"""

import csv
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

_FILE = Path(__file__).parent / "reference" / "school_holidays.csv"
_ONE_DAY = timedelta(days=1)

# The letter of a school zone from a day on; rows stand in the order of their days.
Letters = Sequence[tuple[date, str]]


class SchoolLetter(TextChoices):
    """The three school zones of metropolitan France."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Holiday(TextChoices):
    """The school holidays of a year."""

    AUTUMN = "autumn", _("autumn holidays")
    CHRISTMAS = "christmas", _("Christmas holidays")
    WINTER = "winter", _("winter holidays")
    SPRING = "spring", _("spring holidays")
    ASCENSION = "ascension", _("Ascension bridge")
    SUMMER = "summer", _("summer holidays")


class _Stretch(NamedTuple):
    first: date
    last: date
    zones: str
    holiday: Holiday


@lru_cache(1)
def _stretches() -> tuple[_Stretch, ...]:
    # Read once, when the first calendar is asked for.
    with _FILE.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        next(lines)
        return tuple(
            _Stretch(date.fromisoformat(first), date.fromisoformat(last), zones, Holiday(holiday))
            for first, last, zones, holiday in lines
        )


def known_until() -> date:
    """The last day about which the file says anything: beyond it, no school holiday is known."""
    return max(stretch.last for stretch in _stretches())


def known_from() -> date:
    """The first day about which the file says anything."""
    return _stretches()[0].first


def are_known(letters: Letters, first: date, last: date) -> bool:
    """Whether the school holidays of every day between two, both included, are known."""
    return bool(letters) and letters[0][0] <= first and known_from() <= first and last <= known_until()


def letter_on(letters: Letters, day: date) -> str:
    """The school zone on a day; empty before the first row."""
    place = bisect_right([since for since, _letter in letters], day)
    return letters[place - 1][1] if place else ""


def school_holidays(letters: Letters, first: date, last: date) -> dict[date, Holiday]:
    """The days of school holidays between two days, both included, and which holidays each belongs to."""
    found: dict[date, Holiday] = {}
    for stretch in _stretches():
        day, until = max(stretch.first, first), min(stretch.last, last)
        while day <= until:
            if letter_on(letters, day) in tuple(stretch.zones):
                found[day] = stretch.holiday
            day += _ONE_DAY
    return found
