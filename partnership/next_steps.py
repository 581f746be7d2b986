"""What is to be done next for the convention, and whose move it is: each app tells what it knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from .measures import Census

MOST = 6


@dataclass(frozen=True)
class Step:
    """One thing to do; its owner is a party or a role, in a zone or in all, never somebody's name."""

    what: str
    owner: str
    due_on: date | None = None
    # The number of its milestone, whose page says more.
    milestone: int | None = None


# A source tells the open steps of a convention, in one statement at most.
Source = Callable[[Census], list[Step]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Let an app tell what waits, and for whom."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def told(census: Census) -> list[Step]:
    """Every step that some app knows of."""
    return [step for source in _SOURCES for step in source(census)]


def most_urgent(steps: Iterable[Step]) -> list[Step]:
    """The few that are due first, what is late before everything; those without a date come last."""
    return sorted(steps, key=lambda step: step.due_on or date.max)[:MOST]
