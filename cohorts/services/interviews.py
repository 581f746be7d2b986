"""Interviews: fixed, given up, held, missed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import User
from partnership.workflow import Actor, Refused, record

from .. import emails
from ..models import Application, Booking, Slot
from ..states import (
    ApplicationState,
    BookingState,
    SlotKind,
    SlotState,
)
from .moves import close_booking, go


@transaction.atomic
def schedule_interview(
    application: Application,
    *,
    starts_at: datetime,
    place: str,
    by: User,
    minutes: int = 30,
    version: int | None = None,
) -> Booking:
    """Fix an interview and tell the applicant; Refused in the past."""
    if starts_at <= clock.now():
        raise Refused(_("An interview cannot be fixed in the past."))
    go(application, ApplicationState.INTERVIEW_SCHEDULED, by=by, version=version)
    # « Fixons une autre date » leaves the next morning: there is one now.
    outbox.cancel(about=application, template="cohorts/interview_missed")
    slot = _own_slot(application, starts_at=starts_at, minutes=minutes, place=place, by=by)
    booking = Booking.objects.create(slot=slot, application=application)
    record(booking, BookingState.BOOKED, by=by)
    emails.interview_booked(booking)
    return booking


@transaction.atomic
def cancel_interview(application: Application, *, by: Actor, version: int | None = None) -> None:
    """Give the interview up; the file waits for another date, and the applicant is told."""
    go(application, ApplicationState.SUBMITTED, by=by, version=version)
    booking = close_booking(application, BookingState.CANCELLED, by=by)
    if booking is not None:
        emails.interview_cancelled(booking)


@transaction.atomic
def record_interview(application: Application, *, note: str, by: User, version: int | None = None) -> None:
    """Say that the interview took place, booked or walked in, and keep its note."""
    go(application, ApplicationState.INTERVIEWED, by=by, version=version)
    booking = close_booking(application, BookingState.ATTENDED, by=by, note=note)
    if booking is None:
        slot = _own_slot(application, starts_at=clock.now(), place=_("walk-in"), by=by)
        walk_in = Booking.objects.create(slot=slot, application=application, state=BookingState.ATTENDED, note=note)
        record(walk_in, BookingState.ATTENDED, by=by)


@transaction.atomic
def record_absence(application: Application, *, by: User, version: int | None = None) -> None:
    """Say that the applicant did not come; they are written to the next morning."""
    go(application, ApplicationState.NO_SHOW, by=by, version=version)
    booking = close_booking(application, BookingState.MISSED, by=by)
    if booking is not None:
        emails.interview_missed(booking)


def _own_slot(application: Application, *, by: User, **said: Any) -> Slot:
    """A slot for one person, which nobody else is offered."""
    slot = Slot.objects.create(cohort=application.cohort, kind=SlotKind.INTERVIEW, held_by=by, **said)
    record(slot, SlotState.OPEN, by=by)
    return slot
