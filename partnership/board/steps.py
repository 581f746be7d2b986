"""What the board itself knows of what is to be done next: promises that are open, zones that are behind."""

from collections.abc import Iterable, Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import Commitment
from ..next_steps import Step
from ..states import Role
from .columns import YOUNG
from .dates import last_day
from .lines import Line
from .standings import lacks_words
from .tables import Row


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
