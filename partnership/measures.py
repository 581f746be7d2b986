"""Figures of the convention: each app registers what it counts; the board only adds them up."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise

from .models import Convention, User

# (milestone key, zone key or None for "in no zone")
Cell = tuple[int, int | None]
Counts = dict[str, dict[Cell, int]]
T = TypeVar("T")


class Census:
    """A convention as somebody opens it at one moment: what several figures follow from is read once.

    Without a user it is read for the public page, whose figures are totals.
    """

    def __init__(self, user: User | None, convention: Convention):
        self.user, self.convention = user, convention
        self._read: dict[Callable, object] = {}

    def once(self, read: Callable[["Census"], T]) -> T:
        """What a function reads for this convention, asked the first time only."""
        if read not in self._read:
            self._read[read] = read(self)
        return self._read[read]


@dataclass(frozen=True)
class Measure:
    """A figure with its one definition, shown on hover; `url_name` is the list whose count equals it."""

    key: str
    label: str | Promise
    definition: str | Promise
    url_name: str = ""


MEASURES: dict[str, Measure] = {}
# A source counts what the board shows.
Source = Callable[[Census], Counts]
# Each with the figures it counts.
_SOURCES: dict[Source, frozenset[str]] = {}
# The same figures as the board showed them at a moment that is past, from the journal.
Past = Callable[[Convention, datetime], Counts]
_PASTS: list[Past] = []


def register(*measures: Measure, counts: Source, past: Past) -> None:
    """Make an app's measures known, with the one function that counts them, and the one that counts what they were."""
    MEASURES.update({measure.key: measure for measure in measures})
    _SOURCES[counts] = frozenset(measure.key for measure in measures)
    if past not in _PASTS:
        _PASTS.append(past)


# Of a convention, by milestone: the figures that do not apply to it, as places do not where nobody needs a host.
Exceptions = Callable[[Census], dict[int, frozenset[str]]]
_EXCEPTIONS: list[Exceptions] = []


def register_exceptions(source: Exceptions) -> None:
    """Let an app say which figures do not apply to a milestone; the board leaves their columns out there."""
    if source not in _EXCEPTIONS:
        _EXCEPTIONS.append(source)


def exceptions(census: Census) -> dict[int, frozenset[str]]:
    """The figures that do not apply, by milestone."""
    found: dict[int, frozenset[str]] = {}
    for source in _EXCEPTIONS:
        for milestone, keys in source(census).items():
            found[milestone] = found.get(milestone, frozenset()) | keys
    return found


def counts(user: User | None, convention: Convention) -> Counts:
    """Every registered figure by milestone and zone, for a user or for the public."""
    return counts_of(Census(user, convention))


def counts_of(census: Census, keys: Collection[str] = ()) -> Counts:
    """The same, where something else follows from what is read for it; with `keys`, these figures at least."""
    figures: Counts = {key: {} for key in MEASURES}
    for source, counted in _SOURCES.items():
        if not keys or not counted.isdisjoint(keys):
            figures |= census.once(source)
    return figures


@dataclass(frozen=True)
class Behind:
    """The rows that a figure counts, and where their milestone and their zone stand; without one, in no zone.

    With `part`, another figure counts some of these rows: its key, and which ones.
    """

    rows: QuerySet
    milestone: str
    zone: str = ""
    part: tuple[str, Q] | None = None

    def counted(self, key: str) -> QuerySet:
        """How many rows by milestone and zone; those of the part apart."""
        zone = F(self.zone) if self.zone else Cast(Value(None), BigIntegerField())
        is_part = Case(When(self.part[1], then=True), default=False) if self.part else Value(False)
        return self.rows.order_by().values_list(Value(key), F(self.milestone), zone, is_part).annotate(n=Count("*"))


def counted_together(figures: Mapping[str, Behind]) -> Counts:
    """Each figure and each part of one by milestone and zone, as many as there are rows behind it: one statement."""
    parts = {key: behind.part[0] for key, behind in figures.items() if behind.part}
    found: Counts = {key: {} for key in (*figures, *parts.values())}
    first, *others = (behind.counted(key) for key, behind in figures.items())
    for figure, milestone, zone, is_part, number in first.union(*others, all=True):
        for key in [figure, parts[figure]] if is_part else [figure]:
            found[key][milestone, zone] = found[key].get((milestone, zone), 0) + number
    return found


def past(convention: Convention, at: datetime) -> Counts:
    """Every registered figure as it was at a moment, what was done at that moment included."""
    figures: Counts = {key: {} for key in MEASURES}
    for source in _PASTS:
        figures |= source(convention, at)
    return figures
