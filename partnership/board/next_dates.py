"""The next date of a milestone: the earliest of what it promises for a day to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ..models import Commitment, Milestone
from ..states import Precision
from .amounts import amount
from .dates import countdown, date_words, last_day
from .readings import Reading


@dataclass(frozen=True)
class NextDate:
    """A day to come, what is due on it, when that is, and both in words."""

    day: date
    what: str
    when: str
    words: str


def next_date(
    milestone: Milestone, read: Iterable[Reading], commitments: Iterable[Commitment], *, today: date
) -> NextDate | None:
    """What comes first, today included: the opening, an objective not reached, an open commitment, the settlement."""
    ahead = [
        _told(last, what, _when(day, precision, today))
        for what, day, precision in _dated(milestone, read, commitments)
        if (last := last_day(day, precision)) and last >= today
    ]
    return min(ahead, key=lambda one: one.day, default=None)


def _dated(
    milestone: Milestone, read: Iterable[Reading], commitments: Iterable[Commitment]
) -> Iterator[tuple[str, date | None, str]]:
    # The settlement before the objectives due with it: of one day the first is told.
    yield _("Settlement"), milestone.finalise_by, milestone.finalise_precision
    yield _("Opening"), milestone.opens_on, milestone.opens_precision
    for reading in read:
        if not reading.is_reached:
            yield _promised(reading), reading.due, Precision.DAY
    for promise in commitments:
        if not promise.done_at:
            yield _("Commitment “%(text)s”") % {"text": promise.text}, promise.due_on, Precision.DAY


def _promised(reading: Reading) -> str:
    said = {"zone": reading.zone, "amount": amount(reading.measure, reading.target)}
    return _("Objective for %(zone)s, %(amount)s") % said if reading.zone else _("Objective, %(amount)s") % said


def _told(day: date, what: str, when: str) -> NextDate:
    return NextDate(day, what, when, _("%(what)s: %(date)s") % {"what": what, "date": when})


def _when(day: date | None, precision: str, today: date) -> str:
    said = date_words(day, precision)
    return f"{said}, {countdown(day, today)}" if precision == Precision.DAY else said
