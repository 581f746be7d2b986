"""Figures of the convention: each app registers what it counts; the board only adds them up."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from .models import Convention, User

# (milestone key, zone key or None for "in no zone")
Cell = tuple[int, int | None]
Counts = dict[str, dict[Cell, int]]


@dataclass(frozen=True)
class Measure:
    """A figure with its one definition, shown on hover; `url_name` is the list whose count equals it."""

    key: str
    label: str | Promise
    definition: str | Promise
    url_name: str = ""


MEASURES: dict[str, Measure] = {}
# A source counts what the user's board shows; without a user it counts for the public page, whose figures are totals.
Source = Callable[[User | None, Convention], Counts]
_SOURCES: list[Source] = []


def register(*measures: Measure, counts: Source) -> None:
    """Make an app's measures known, with the one function that counts them in one statement."""
    MEASURES.update({measure.key: measure for measure in measures})
    if counts not in _SOURCES:
        _SOURCES.append(counts)


def counts(user: User | None, convention: Convention) -> Counts:
    """Every registered figure by milestone and zone, for a user or for the public."""
    figures: Counts = {key: {} for key in MEASURES}
    for source in _SOURCES:
        figures |= source(user, convention)
    return figures
