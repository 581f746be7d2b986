"""Appointments in the calendars of those who keep them: the applicant's, and whoever holds the slots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from partnership import calendars
from partnership.calendars import Event, Organiser

from .states import BookingState, SlotState

if TYPE_CHECKING:
    from .models import Booking, Cohort, CourseDay, Slot
    from .rhythm import Calendar

# How long before an appointment the applicant's telephone rings.
ALARM = timedelta(hours=3)


def appointment(booking: Booking) -> str:
    """An applicant's appointment, in their language; a newer version of it replaces the older, or takes it out."""
    made, name = _of(booking)
    return calendars.cancellation(made, name) if made.is_cancelled else calendars.calendar([made], name)


def appointments(bookings: Sequence[Booking]) -> str:
    """Several of one person: a calendar takes a cancelled one out by order, but one alone; the others as they stand."""
    if len(bookings) == 1:
        return appointment(bookings[0])
    made = [_of(booking) for booking in bookings]
    return calendars.calendar([event for event, _name in made], made[0][1])


def _of(booking: Booking) -> tuple[Event, str]:
    application, slot = booking.application, booking.slot
    with translation.override(application.candidate.language):
        programme = application.cohort.intake.programme.short_title
        made = calendars.event(
            f"cohorts.booking:{booking.pk}",
            sequence=booking.version,
            starts_at=slot.starts_at,
            minutes=slot.minutes,
            summary=f"{capfirst(slot.get_kind_display())}, {programme}",
            location=slot.place,
            # The personal link stays in the letter: calendars are shared and kept elsewhere.
            description=_("To move or cancel this appointment, open the link of our letter."),
            organiser=_organiser(slot),
            alarms=[ALARM],
            cancelled=booking.state == BookingState.CANCELLED,
        )
    return made, programme


def feed(slots: Iterable[Slot], *, name: str, address: str) -> str:
    """The slots somebody holds, by how many come: no name leaves, for calendars are kept elsewhere.

    `address` is that of a slot's page, with its key as `{}`; the slots are `counted`.
    """
    return calendars.calendar([_held(slot, address) for slot in slots], name)


def _held(slot: Slot, address: str) -> Event:
    words = _("%(taken)s of %(all)s") % {"taken": slot.taken, "all": slot.capacity}
    return calendars.event(
        f"cohorts.slot:{slot.pk}",
        sequence=slot.version,
        starts_at=slot.starts_at,
        minutes=slot.minutes,
        summary=f"{capfirst(slot.get_kind_display())}, {slot.cohort.zone.name}, {words}",
        location=slot.place,
        organiser=_organiser(slot),
        url=address.format(slot.pk),
        cancelled=slot.state == SlotState.CANCELLED,
    )


def classes(days: Iterable[CourseDay], programme: str) -> str:
    """The days of class of a cohort, for its students and whoever plans them."""
    made = [
        calendars.event(
            f"cohorts.courseday:{one.pk}",
            sequence=1,
            starts_at=one.starts_at,
            minutes=one.minutes,
            summary=f"{programme}, {one.block}",
            location=one.place,
            organiser=Organiser(one.planned_by.full_name, one.planned_by.email),
        )
        for one in days
    ]
    return calendars.calendar(made, programme)


def alternation(cohort: Cohort, made: Calendar) -> str:
    """Where a cohort is: an entry for each stretch of days of a week in school, or in the company."""
    programme = cohort.intake.programme.short_title
    stretches = [
        (capfirst(str(kind.label)), [one.day for one in days])
        for week in made.weeks
        for kind, days in groupby(week.days, lambda one: one.kind)
        if kind in ("school", "company")
    ]
    entries = [
        calendars.whole_days(
            f"cohorts.cohort:{cohort.pk}:{days[0]:%Y%m%d}",
            sequence=cohort.version,
            first=days[0],
            last=days[-1],
            summary=f"{words}, {programme}",
        )
        for words, days in stretches
    ]
    return calendars.calendar(entries, programme)


def _organiser(slot: Slot) -> Organiser:
    return Organiser(slot.held_by.full_name, slot.held_by.email)
