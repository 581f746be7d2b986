"""The next date of a milestone: the earliest of what it promises for a day to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ..models import Commitment, Milestone
from ..states import Precision
from .amounts import amount
from .dates import countdown, date_words, last_day
from .readings import Reading

# Of the text of a commitment, in brief: its date must not be cut from it on the paper.
LONGEST_TEXT = 100
# What is due, in full and in brief, and when that is.
Dated = tuple[str, str, date | None, str]


@dataclass(frozen=True)
class NextDate:
    """A day to come, what is due on it, in full and in brief, when that is, and both in words."""

    day: date
    what: str
    brief: str
    when: str
    words: str


def next_date(
    milestone: Milestone, read: Iterable[Reading], commitments: Iterable[Commitment], *, today: date
) -> NextDate | None:
    """What comes first, today included: the opening, an objective not reached, an open commitment, the settlement."""
    return _first(_dated(milestone, read, commitments), today)


def next_commitment(commitments: Iterable[Commitment], *, today: date) -> NextDate | None:
    """Which of some commitments comes first, today included, of those that are open."""
    return _first(_committed(commitments), today)


def _first(dated: Iterable[Dated], today: date) -> NextDate | None:
    ahead = [
        _told(last, what, brief, _when(day, precision, today))
        for what, brief, day, precision in dated
        if (last := last_day(day, precision)) and last >= today
    ]
    return min(ahead, key=lambda one: one.day, default=None)


def _dated(milestone: Milestone, read: Iterable[Reading], commitments: Iterable[Commitment]) -> Iterator[Dated]:
    # The settlement before the objectives due with it: of one day the first is told.
    yield _("Settlement"), _("Settlement"), milestone.finalise_by, milestone.finalise_precision
    yield _("Opening"), _("Opening"), milestone.opens_on, milestone.opens_precision
    for reading in read:
        if not reading.is_reached:
            words = _promised(reading)
            yield words, words, reading.due, Precision.DAY
    yield from _committed(commitments)


def _committed(commitments: Iterable[Commitment]) -> Iterator[Dated]:
    for promise in commitments:
        if not promise.done_at:
            # Cut within its quotes.
            what, brief = (
                _("Commitment “%(text)s”") % {"text": text}
                for text in (promise.text, Truncator(promise.text).chars(LONGEST_TEXT))
            )
            yield what, brief, promise.due_on, Precision.DAY


def _promised(reading: Reading) -> str:
    said = {"zone": reading.zone, "amount": amount(reading.measure, reading.target)}
    return _("Objective for %(zone)s, %(amount)s") % said if reading.zone else _("Objective, %(amount)s") % said


def _told(day: date, what: str, brief: str, when: str) -> NextDate:
    return NextDate(day, what, brief, when, _("%(what)s: %(date)s") % {"what": what, "date": when})


def _when(day: date | None, precision: str, today: date) -> str:
    said = date_words(day, precision)
    return f"{said}, {countdown(day, today)}" if precision == Precision.DAY else said
