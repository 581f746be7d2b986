"""What the board itself knows of what is to be done next: promises that are open, zones that are behind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import Commitment
from ..next_steps import Step, most_urgent
from ..states import Precision, Role
from .amounts import lacks_words
from .columns import YOUNG
from .dates import countdown, date_words, last_day
from .lines import Line
from .tables import Row


@dataclass(frozen=True)
class DatedStep:
    """A step, by when in words, and whether that day has passed."""

    step: Step
    due: str
    is_late: bool


def next_moves(
    lines: Iterable[Line], commitments: Iterable[Commitment], told: Iterable[Step], *, today: date
) -> list[DatedStep]:
    """What is to be done next and whose move it is: promises, what the apps told, sides that are behind."""
    return [_dated(step, today) for step in most_urgent([*promised(commitments), *told, *behind(lines)])]


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


def behind(lines: Iterable[Line]) -> Iterator[Step]:
    """Each zone that is behind, on its short side: recruitment's move, or that of whoever finds its places."""
    lines = list(lines)
    zoned = {line.row.milestone for line in lines if line.row.zone}
    for line in lines:
        milestone = line.row.milestone
        if not line.is_behind or (line.row.zone is None and milestone in zoned):
            continue
        side, n = next(iter(line.lacks.items()))
        said = {"milestone": milestone.short_title, "lacks": lacks_words({side: n})}
        if side == YOUNG:
            yield _step(line.row, _("%(milestone)s: recruit, %(lacks)s missing") % said, Role.RECRUITER)
        else:
            yield _step(line.row, _("%(milestone)s: find places, %(lacks)s missing") % said, Role.REGIONAL_LEAD)


def _step(row: Row, what: str, role: Role) -> Step:
    milestone = row.milestone
    owner = capfirst(role.label)
    return Step(
        what,
        _("%(role)s, %(zone)s") % {"role": owner, "zone": row.zone} if row.zone else owner,
        last_day(milestone.finalise_by, milestone.finalise_precision),
        milestone.order,
    )
