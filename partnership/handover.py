"""What somebody leaves behind: each app registers what it keeps in a person's name, and how others take it over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from .models import User

# How many references or titles an administrator is shown.
SAMPLE = 5


@dataclass(frozen=True)
class Left:
    """What a person still has of one kind, as the administrator reads it: references, never an applicant's name."""

    number: int
    sample: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: QuerySet, say: Callable[[Any], str] = str) -> "Left":
        """So many rows, the first of them by name; counted apart only where there are more."""
        first = list(rows[: SAMPLE + 1])
        number = len(first) if len(first) <= SAMPLE else rows.count()
        return cls(number, tuple(say(row) for row in first[:SAMPLE]))


@dataclass(frozen=True)
class Belonging:
    """A kind of things kept in a person's name.

    `heirs` are the colleagues who may take them over; without `hand_over` they need nobody, and `fate` says why.
    """

    key: str
    label: str | Promise
    fate: str | Promise
    held_by: Callable[[User], Left]
    heirs: Callable[[User], list[User]] | None = None
    # Gives everything to the heir, what the heir may not have (or without one) to whoever the app chooses; returns how
    # much found nobody.
    hand_over: Callable[..., int] | None = None


BELONGINGS: dict[str, Belonging] = {}


def register(*belongings: Belonging) -> None:
    """Make kinds of things known; called where an app gets ready."""
    BELONGINGS.update({belonging.key: belonging for belonging in belongings})


def left_by(person: User) -> list[tuple[Belonging, Left]]:
    """What a person still has, of every kind of which there is any."""
    found = [(belonging, belonging.held_by(person)) for belonging in BELONGINGS.values()]
    return [(belonging, left) for belonging, left in found if left.number]
