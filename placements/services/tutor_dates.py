"""Whoever trains a student under way is told which days come, and which of them are theirs no more."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation

from partnership import clock, outbox
from partnership.models import User
from partnership.outbox import Plain
from partnership.states import MessageState

from .. import emails
from ..board import calendars, follow_up
from ..board.follow_up import Due
from ..models import Placement, Tutor
from ..states import VisitKind

# What host and tutor are told of beside the days that were agreed; the first check-in is a call to the student.
_TOLD = (VisitKind.DAY_45, VisitKind.VISIT)
_NOT_READ = (MessageState.DRAFT, MessageState.DEAD, MessageState.BOUNCED, MessageState.CANCELLED)


@dataclass(frozen=True)
class _Term:
    """Somebody who trains from a day on, or until the day before another one."""

    tutor: Tutor
    since: date = date.min
    until: date = date.max

    def holds(self, due: Due) -> bool:
        return self.since <= due.on < self.until


def tell_tutor(placement: Placement, *, lead: User, event: str, since: date = date.min) -> None:
    """Whoever trains a student under way has the days to come, also for their calendar; once for each `event`.

    Days before `since`, or before an amendment gives them the student, are left out. Nobody is written to who has left,
    has no address, or for whom nothing is to come.
    """
    for term in _terms(placement)[:1]:
        _tell(placement, term, lead=lead, event=event, since=since)


def tell_tutors(placement: Placement, *, lead: User, event: str) -> None:
    """A day was fixed or moved: told to whoever trains, and to whoever still does until an amendment to come."""
    for term in _terms(placement):
        _tell(placement, term, lead=lead, event=event)


def release_tutor(
    placement: Placement, tutor: Tutor | None, *, lead: User, event: str, since: date, site: str = ""
) -> None:
    """Somebody else trains the student from a day on: the former tutor is told which days are theirs no more.

    Whoever has heard of none is not written to, nor the contact of the site, who keeps them.
    """
    if tutor is None:
        return
    is_contact = tutor.email.casefold() == placement.seat.site.contact_email.casefold()
    knows = _knows(placement, tutor, stop=since <= clock.today())
    if knows and not is_contact:
        _release(placement, tutor, lead=lead, event=event, since=since, site=site)


def release_tutors(placement: Placement, *, lead: User, due: datetime | None = None) -> None:
    """The placement has ended: whoever trains and has heard of days to come is told that there are none."""
    for term in _terms(placement):
        if _knows(placement, term.tutor, stop=True):
            _release(placement, term.tutor, lead=lead, event=f"ended:{placement.version}", due=due)


def restore_tutors(placement: Placement, *, lead: User) -> None:
    """The end is taken back before anybody hears of it; whose last letter it had stopped has the days again."""
    for term in _terms(placement):
        outbox.cancel(key=_keys(placement, term.tutor, event="ended:"))
        last = emails.tutor_letters(placement, term.tutor).order_by("-pk").values_list("state", flat=True).first()
        if last == MessageState.CANCELLED:
            _tell(placement, term, lead=lead, event=f"resumed:{placement.version}")


def _terms(placement: Placement) -> list[_Term]:
    """Whoever trains, first, then whoever still does until the last amendment, where its day is to come."""
    if placement.tutor is None:
        return []
    coming = placement.amendments.filter(to_tutor=placement.tutor, from_on__gt=clock.today()).order_by("-pk")
    for change in coming.select_related("from_tutor"):
        if change.from_tutor_id != change.to_tutor_id:
            former = [_Term(change.from_tutor, until=change.from_on)] if change.from_tutor else []
            return [_Term(placement.tutor, since=change.from_on), *former]
    return [_Term(placement.tutor)]


def _tell(placement: Placement, term: _Term, *, lead: User, event: str, since: date = date.min) -> None:
    tutor, coming = term.tutor, _to_come(placement)
    theirs = [one for one in coming if term.holds(one) and one.on >= since]
    # What has moved out of their days leaves the calendar that may have it.
    gone = [one for one in coming if not term.holds(one)]
    if gone and not _knows(placement, tutor, stop=False):
        gone = []
    if not theirs and gone and term.until < date.max:
        _release(placement, tutor, lead=lead, event=event, since=term.until)
    if tutor.left_at or not tutor.email or not theirs:
        return
    if term.until == date.max:
        # They train again, or still: a letter that says the contrary and has not left is wrong.
        outbox.cancel(key=_keys(placement, tutor))
    calendar = calendars.of_tutor(theirs, placement=placement, tutor=tutor, lead=lead, gone=gone)
    emails.tutor_dates(placement, tutor=tutor, lead=lead, event=event, dates=_rows(theirs, tutor), calendar=calendar)


def _release(
    placement: Placement,
    tutor: Tutor,
    *,
    lead: User,
    event: str,
    since: date | None = None,
    site: str = "",
    due: datetime | None = None,
) -> None:
    gone = [one for one in _to_come(placement) if since is None or one.on >= since]
    if tutor.left_at or not tutor.email or not gone:
        return
    emails.tutor_dates_over(
        placement,
        tutor=tutor,
        lead=lead,
        event=event,
        dates=_rows(gone, tutor),
        calendar=calendars.of_tutor((), placement=placement, tutor=tutor, lead=lead, gone=gone),
        from_on=since,
        site=site,
        due=due,
    )


def _knows(placement: Placement, tutor: Tutor, *, stop: bool) -> bool:
    """Whether a tutor has heard of days to come, or may have, once letters that have not left are stopped or not."""
    letters = emails.tutor_letters(placement, tutor)
    before = dict(letters.values_list("key", "state"))
    if stop:
        outbox.cancel(key=[*before])
    # Of a letter that is held nobody knows whether it has left.
    return MessageState.HELD in before.values() or letters.exclude(state__in=_NOT_READ).exists()


def _keys(placement: Placement, tutor: Tutor, *, event: str = "") -> list[str]:
    return list(emails.tutor_letters(placement, tutor, over=True, event=event).values_list("key", flat=True))


def _to_come(placement: Placement) -> list[Due]:
    due = follow_up.of_one(placement, placement.visits.all()).due
    return [one for one in due if one.on >= clock.today() and (one.is_planned or one.kind in _TOLD)]


def _rows(coming: list[Due], tutor: Tutor) -> list[dict[str, Plain]]:
    with translation.override(tutor.language):
        return [{"what": one.label, "on": one.when, "is_agreed": one.is_planned} for one in coming]
