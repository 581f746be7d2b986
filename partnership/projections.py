"""What is to be expected of each milestone on the first day: an app that can tell registers, as it does its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .measures import Census
from .models import Convention, User

# (milestone key, zone key or None for all the zones together)
Cell = tuple[int, int | None]


@dataclass(frozen=True)
class Projection:
    """How many young people are to be expected on the first day, eight times in ten from low to high."""

    rentree: date
    low: int
    likely: int
    high: int
    target: int | None
    # Applications a week until the close that reach the target; None where there is none, or no number does.
    needed_per_week: int | None
    received_per_week: Fraction
    weeks_left: int
    at_risk: int
    # Too few for an interval to say more than is known.
    is_small: bool
    # A sentence when nothing can be said, else nothing: the figures are then not to be shown.
    unknown: str = ""

    @property
    def is_known(self) -> bool:
        return not self.unknown

    @property
    def interval(self) -> tuple[int, int, int] | None:
        """The likely number, the low one and the high one; None where too little is known for an interval."""
        return (self.likely, self.low, self.high) if self.is_known and not self.is_small else None


Source = Callable[[Census], dict[Cell, Projection]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Make an app's projections known."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def projections(user: User | None, convention: Convention) -> dict[Cell, Projection]:
    """Every registered projection by milestone and zone, and under None for all zones; figures only, no name."""
    return projections_of(Census(user, convention))


def projections_of(census: Census) -> dict[Cell, Projection]:
    """The same, where the figures are read as well."""
    found: dict[Cell, Projection] = {}
    for source in _SOURCES:
        found |= source(census)
    return found
