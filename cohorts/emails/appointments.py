"""The letters about appointments: booked, moved, cancelled, near, missed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from partnership import clock
from partnership.templatetags.figures import clocktime, daydate

from .. import calendars
from ..models import Application, Booking, Slot
from ..states import SlotKind
from .posting import kind_in_words, post


def _appointment_post(booking: Booking, template: str, *, event: str = "", **options: Any) -> None:
    slot = booking.slot
    post(
        booking.application,
        template,
        key=f"{booking.pk}.{booking.version}",
        event=event,
        what=kind_in_words(booking.kind, booking.application),
        starts_at=slot.starts_at,
        minutes=slot.minutes,
        place=slot.place,
        **options,
    )


def _others(booking: Booking) -> bool:
    """Whether the applicant may choose another moment at once."""
    ahead = Slot.objects.to_choose(booking.application.cohort, after=clock.now())
    return ahead.filter(kind=booking.kind).exists()


def interview_booked(booking: Booking) -> None:
    """When and where the interview is."""
    _appointment_post(booking, "interview_booked", calendar=calendars.appointment(booking))


def interview_moved(booking: Booking, *, before: datetime) -> None:
    """The interview has another hour or another place."""
    _appointment_post(booking, "interview_moved", calendar=calendars.appointment(booking), before=before)


def interview_cancelled(booking: Booking) -> None:
    """The interview does not take place; another date is chosen or told."""
    _appointment_post(booking, "interview_cancelled", calendar=calendars.appointment(booking), others=_others(booking))


def meeting_booked(booking: Booking) -> None:
    """When and where a meeting, tests or an open day are."""
    _appointment_post(booking, "meeting_booked", calendar=calendars.appointment(booking))


def meeting_moved(booking: Booking, *, before: datetime) -> None:
    """The meeting has another hour or another place."""
    _appointment_post(booking, "meeting_moved", calendar=calendars.appointment(booking), before=before)


def meeting_cancelled(booking: Booking) -> None:
    """The applicant is no longer expected at the meeting."""
    _appointment_post(booking, "meeting_cancelled", calendar=calendars.appointment(booking), others=_others(booking))


def day_cancelled(
    application: Application, told: Sequence[tuple[Booking, Slot, Slot | None]], *, reason: str, others: bool
) -> None:
    """What becomes of somebody's appointments of a day that does not take place: one letter for all of them.

    `told` holds each with the slot it was in and the one it moves to, if any; `others` says whether there is another
    moment to choose for those that move nowhere.
    """
    bookings = [booking for booking, _was, _to in told]
    first, day = bookings[0], told[0][1].starts_at
    kinds = dict.fromkeys(kind_in_words(one.kind, application) for one in bookings)
    left = [(booking, was) for booking, was, to in told if to is None]
    post(
        application,
        "day_cancelled",
        event=f"day_cancelled:{first.pk}:{first.version}",
        calendar=calendars.appointments(bookings),
        starts_at=day,
        what=", ".join(kinds),
        reason=reason,
        left=_in_words(application, left, places=False),
        moved=_in_words(application, [(booking, to) for booking, _was, to in told if to], places=True),
        others=others,
    )


def _in_words(application: Application, appointments: Iterable[tuple[Booking, Slot]], *, places: bool) -> str:
    """Appointments as a letter lists them, in the applicant's language."""
    with translation.override(application.candidate.language):
        return "; ".join(
            f"{SlotKind(booking.kind).label}, {daydate(slot.starts_at)}, {clocktime(slot.starts_at)}"
            + (f", {slot.place}" if places else "")
            for booking, slot in appointments
        )


def appointment_near(booking: Booking, *, before: int) -> None:
    """One or two days before: when and where, and what to do if they cannot come."""
    _appointment_post(
        booking,
        "appointment_near",
        event=booking.reminder_key(before),
        asked=False,
        is_interview=booking.kind == SlotKind.INTERVIEW,
    )


def interview_missed(booking: Booking) -> None:
    """The day after a missed interview, in the morning: shall we fix another?"""
    _appointment_post(booking, "interview_missed", due=_tomorrow_morning(), asked=False, others=_others(booking))


def meeting_missed(booking: Booking) -> None:
    """The day after a missed meeting, in the morning: another date, or a call."""
    _appointment_post(booking, "meeting_missed", due=_tomorrow_morning(), asked=False, others=_others(booking))


def _tomorrow_morning() -> datetime:
    return (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
