"""Figures of the convention: each app registers what it counts; the board only adds them up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
# The same figures as the board showed them at a moment that is past, from the journal.
Past = Callable[[Convention, datetime], Counts]
_PASTS: list[Past] = []


def register(*measures: Measure, counts: Source, past: Past) -> None:
    """Make an app's measures known, with the one function that counts them, and the one that counts what they were."""
    MEASURES.update({measure.key: measure for measure in measures})
    if counts not in _SOURCES:
        _SOURCES.append(counts)
    if past not in _PASTS:
        _PASTS.append(past)


# Of a convention, by milestone: the figures that do not apply to it, as places do not where nobody needs a host.
Exceptions = Callable[[Convention], dict[int, frozenset[str]]]
_EXCEPTIONS: list[Exceptions] = []


def register_exceptions(source: Exceptions) -> None:
    """Let an app say which figures do not apply to a milestone; the board leaves their columns out there."""
    if source not in _EXCEPTIONS:
        _EXCEPTIONS.append(source)


def exceptions(convention: Convention) -> dict[int, frozenset[str]]:
    """The figures that do not apply, by milestone."""
    found: dict[int, frozenset[str]] = {}
    for source in _EXCEPTIONS:
        for milestone, keys in source(convention).items():
            found[milestone] = found.get(milestone, frozenset()) | keys
    return found


def counts(user: User | None, convention: Convention) -> Counts:
    """Every registered figure by milestone and zone, for a user or for the public."""
    figures: Counts = {key: {} for key in MEASURES}
    for source in _SOURCES:
        figures |= source(user, convention)
    return figures


def past(convention: Convention, at: datetime) -> Counts:
    """Every registered figure as it was at a moment, what was done at that moment included."""
    figures: Counts = {key: {} for key in MEASURES}
    for source in _PASTS:
        figures |= source(convention, at)
    return figures
