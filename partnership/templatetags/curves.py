"""Curves over days as strings of numbers: where a day and a number stand, ticks, paths. No words here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .drawings import _px

# Narrow enough for a telephone, where it has this size; on a desk it grows with its letters.
WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 26, 30, 12, 24
MOST_TICKS, MOST_MONTHS = 5, 8

Point = tuple[date, int]


@dataclass(frozen=True)
class Field:
    """A field of days by numbers, on which points are marked."""

    first: date
    last: date
    most: int

    def x(self, day: date) -> str:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return _px(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT))

    def y(self, number: float) -> str:
        return _px(HEIGHT - BOTTOM - number / max(self.most, 1) * (HEIGHT - TOP - BOTTOM))

    def line(self, points: Iterable[Point]) -> str:
        """A path from point to point; nothing for none, a dash for one alone."""
        marks = [f"{self.x(day)} {self.y(number)}" for day, number in points]
        return f"M{'L'.join(marks)}" + ("h1" if len(marks) == 1 else "") if marks else ""


def top_of(most: int) -> int:
    """The number at which the field ends: the first whole tick that is no lower."""
    return -(-max(most, 1) // (step := step_of(most))) * step


def step_of(most: int) -> int:
    """The distance of the ticks: one, two or five times a power of ten."""
    unit = 1
    while True:
        for times in (1, 2, 5):
            if max(most, 1) <= times * unit * MOST_TICKS:
                return times * unit
        unit *= 10


def months_of(first: date, last: date) -> list[date]:
    """The first days of the months between two days; of many, every second or third."""
    months = []
    year, month = (first.year, first.month + 1) if first.day > 1 else (first.year, first.month)
    while (day := date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)) <= last:
        months.append(day)
        month += 1
    return months[:: -(-len(months) // MOST_MONTHS)] if months else []
