"""Figures held against what was promised: each objective at today's date, and what lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from ..measures import MEASURES, Counts
from ..models import Milestone, Objective, Zone
from .columns import CONTENTS, VALIDATED
from .dates import elapsed_share, last_day


@dataclass(frozen=True)
class Reading:
    """An objective and its figure today."""

    measure: str
    figure: int
    target: int
    due: date | None = None
    share: Fraction = Fraction(0)
    zone: Zone | None = None
    # Of all zones: what the zones lack of their own targets.
    at_least: int = 0

    @property
    def is_reached(self) -> bool:
        return not self.missing

    @property
    def counted(self) -> int:
        """The figure; of all zones, without what some have beyond their own targets while others lack it."""
        return min(self.figure, max(self.target - self.at_least, 0)) if self.at_least else self.figure

    @property
    def is_behind(self) -> bool:
        """Below the target times the elapsed share of time."""
        return self.counted < self.target * self.share

    @property
    def expected(self) -> int:
        """What is needed at today's date, in whole people or places."""
        return ceil(self.target * self.share)

    @property
    def missing(self) -> int:
        return max(self.target - self.counted, self.at_least, 0)

    @property
    def ratio(self) -> Fraction:
        """What counts over what is needed today; whole as long as nothing is."""
        needed = self.target * self.share
        return Fraction(self.counted) / needed if needed else Fraction(max(self.counted, 1))

    @property
    def label(self) -> str:
        return str(MEASURES[self.measure].label) if self.measure in MEASURES else self.measure

    @property
    def definition(self) -> str:
        """What the figure counts; nothing of a measure that no app knows any more."""
        return str(MEASURES[self.measure].definition) if self.measure in MEASURES else ""


@dataclass(frozen=True)
class Contents:
    """How many programmes of a milestone need a validated content, and how many have one."""

    validated: int = 0
    total: int = 0

    @property
    def missing(self) -> int:
        return max(self.total - self.validated, 0)


def figure(counts: Counts, key: str, milestone: Milestone, zone: Zone | None) -> int:
    """A figure of a milestone, in a zone or in all."""
    cells = counts.get(key, {})
    if zone is not None:
        return cells.get((milestone.pk, zone.pk), 0)
    return sum(n for (of, _zone), n in cells.items() if of == milestone.pk)


def due_of(objective: Objective, milestone: Milestone) -> date | None:
    """An objective is due on its own date, or with the settlement of its milestone."""
    return objective.due_on or last_day(milestone.finalise_by, milestone.finalise_precision)


def readings(milestone: Milestone, counts: Counts, *, signed_on: date, today: date) -> list[Reading]:
    """Each objective of a milestone beside its figure."""
    read = []
    for objective in milestone.objectives.all():
        due = due_of(objective, milestone)
        read.append(
            Reading(
                measure=objective.measure,
                figure=figure(counts, objective.measure, milestone, objective.zone),
                target=objective.target,
                due=due,
                share=elapsed_share(signed_on, due, today),
                zone=objective.zone,
            )
        )
    return read


def contents_of(milestone: Milestone, counts: Counts) -> Contents:
    """The contents of a milestone's programmes."""
    return Contents(figure(counts, VALIDATED, milestone, None), figure(counts, CONTENTS, milestone, None))


def missing(read: Iterable[Reading], contents: Contents) -> dict[str, int]:
    """What lacks by measure, in all zones together."""
    read = list(read)
    lacks = {
        measure: missing_in_all([reading for reading in read if reading.measure == measure])
        for measure in dict.fromkeys(reading.measure for reading in read)
    }
    lacks[CONTENTS] = contents.missing
    return {measure: n for measure, n in lacks.items() if n}


def missing_in_all(same: Iterable[Reading]) -> int:
    """What lacks of one measure: in all zones, or in each of its own target where that is more.

    What one zone has beyond its target fills no place of another.
    """
    same = list(same)
    whole = sum(reading.missing for reading in same if reading.zone is None)
    return max(whole, sum(reading.missing for reading in same if reading.zone is not None))
