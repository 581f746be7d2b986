"""What the board itself knows of what is to be done next: promises that are open, zones that are behind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import Commitment
from ..next_steps import Step, most_urgent
from ..states import Precision, Role
from .dates import countdown, date_words, last_day
from .tables import Board, Row


@dataclass(frozen=True)
class DatedStep:
    """A step, by when in words, and whether that day has passed."""

    step: Step
    due: str
    is_late: bool


def next_moves(
    board: Board, commitments: Iterable[Commitment], told: Iterable[Step], *, today: date
) -> list[DatedStep]:
    """What is to be done next and whose move it is: promises, what the apps told, sides that are behind."""
    return [_dated(step, today) for step in most_urgent([*promised(commitments), *told, *behind(board)])]


def _dated(step: Step, today: date) -> DatedStep:
    if step.due_on is None:
        return DatedStep(step, date_words(None, Precision.NONE), is_late=False)
    due = f"{date_words(step.due_on, Precision.DAY)}, {countdown(step.due_on, today)}"
    return DatedStep(step, due, is_late=step.due_on < today)


def promised(commitments: Iterable[Commitment]) -> Iterator[Step]:
    """Each promise that is not kept yet, by the party that made it."""
    for promise in commitments:
        if promise.done_at is None:
            number = promise.milestone.order if promise.milestone else None
            yield Step(promise.text, promise.party.short_name, promise.due_on, number)


def behind(board: Board) -> Iterator[Step]:
    """Each zone that is behind, on its short side: recruitment's move, or that of whoever finds its places."""
    zoned = {row.milestone for row in board.rows}
    for row in [*board.rows, *(row for row in board.totals if row.milestone not in zoned)]:
        said = {"milestone": row.milestone.short_title, "lacks": row.lacks}
        if row.short_side == _("Recruitment"):
            yield _step(row, _("%(milestone)s: recruit, %(lacks)s missing") % said, Role.RECRUITER)
        elif row.short_side == _("Hosting"):
            yield _step(row, _("%(milestone)s: find places, %(lacks)s missing") % said, Role.REGIONAL_LEAD)


def _step(row: Row, what: str, role: Role) -> Step:
    milestone = row.milestone
    owner = capfirst(role.label)
    return Step(
        what,
        _("%(role)s, %(zone)s") % {"role": owner, "zone": row.zone} if row.zone else owner,
        last_day(milestone.finalise_by, milestone.finalise_precision),
        milestone.order,
    )
