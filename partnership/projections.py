"""How many will be there at the rentrée: an app registers how it is reckoned, the board only reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .measures import Cell
from .models import Convention, User


@dataclass(frozen=True)
class Projection:
    """How many are expected to be present, between two numbers; `unknown` says why nothing can be said."""

    rentree: date
    low: int
    likely: int
    high: int
    target: int | None
    needed_per_week: int | None
    received_per_week: Fraction
    weeks_left: int
    at_risk: int
    is_small: bool
    unknown: str = ""


Source = Callable[[User | None, Convention], dict[Cell, Projection]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Make known how an app reckons who will be there."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def projections(user: User | None, convention: Convention) -> dict[Cell, Projection]:
    """What is expected of each milestone, by zone and (without one) in all zones together."""
    found: dict[Cell, Projection] = {}
    for source in _SOURCES:
        found |= source(user, convention)
    return found
