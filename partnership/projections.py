"""What is to be expected of each milestone on the first day: an app that can tell registers, as it does its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import ngettext

from .measures import Census
from .models import Convention, User
from .templatetags.figures import number

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
    # Applications a week until the close that reach the target, places apart; None where there is none, or no number
    # does.
    needed_per_week: int | None
    received_per_week: Fraction
    weeks_left: int
    at_risk: int
    # Too few for an interval to say more than is known.
    is_small: bool
    # A sentence when nothing can be said, else nothing: the figures are then not to be shown.
    unknown: str = ""
    # In class, in the cohorts that recruit; None where they are not known.
    places: int | None = None
    # The same with those of later intakes; and who is confirmed in intakes that have begun, whom the target counts too.
    open_places: int | None = None
    begun: int = 0

    @property
    def is_known(self) -> bool:
        return not self.unknown

    @property
    def interval(self) -> tuple[int, int, int] | None:
        """The likely number, the low one and the high one; None where too little is known for an interval."""
        return (self.likely, self.low, self.high) if self.is_known and not self.is_small else None

    @property
    def few_places(self) -> str:
        """That places in class are fewer than the young people awaited, in a sentence; nothing where they are not."""
        said = few_places_clause(self, self.target)
        return f"{capfirst(said)}." if said else ""


def few_places_clause(projection: Projection, target: int | None) -> str:
    """« 64 places seulement sont ouvertes en classe pour 100 attendus… »; nothing where they do, or nobody knows."""
    places, begun = projection.open_places, projection.begun
    if places is None or target is None or places + begun >= target:
        return ""
    said = ngettext(
        "only %(n)s place is open in class for %(expected)s: open cohorts or places",
        "only %(n)s places are open in class for %(expected)s: open cohorts or places",
        places,
    )
    expected = awaited_beside(target - begun) if begun else awaited(target)
    return said % {"n": number(places), "expected": expected}


def awaited(target: int) -> str:
    """« 100 attendus »."""
    return ngettext("%(n)s awaited", "%(n)s awaited", target) % {"n": number(target)}


def awaited_beside(others: int) -> str:
    """« 60 autres attendus », beside those who have begun."""
    return ngettext("%(n)s more awaited", "%(n)s more awaited", others) % {"n": number(others)}


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
