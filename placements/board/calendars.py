"""The dates of a placement in the calendars of those who keep them: student, host, lead."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cohorts.models import Application
from partnership import calendars, clock
from partnership.calendars import Event, Organiser
from partnership.fields import address_of_any
from partnership.models import User

from ..models import Placement, Tutor
from ..states import VisitKind
from .follow_up import Due, Followed, due_day


def _day(
    key: str,
    on: date,
    summary: str,
    by: User,
    *,
    location: str = "",
    url: str = "",
    about: str = "",
    cancelled: bool = False,
) -> Event:
    return calendars.event(
        key,
        # The later answer of the feed replaces the earlier one; a day that moves back does so as well.
        sequence=int(clock.now().timestamp()) // 60 % 2**31,
        starts_at=datetime.combine(on, time(12), clock.PARIS),
        minutes=0,
        summary=summary,
        location=location,
        description=about,
        organiser=Organiser(by.full_name, by.email),
        url=url,
        whole_day=True,
        cancelled=cancelled,
    )


def _place(placement: Placement) -> str:
    return f"{placement.seat.site}, {placement.seat.site.postcode} {placement.seat.site.commune}"


def of_host(placement: Placement, *, lead: User) -> str:
    """What follows the first day, attached to the host's letter; the student by their name, for the host knows them."""
    site, student = placement.seat.site, placement.enrolment
    with translation.override(site.language):
        said = {"student": student}
        made = [
            _day(
                f"placements.placement:{placement.pk}:day_45",
                due_day(placement, VisitKind.DAY_45),
                _("%(student)s: day 45 of presence, estimated") % said,
                lead,
                location=_place(placement),
            ),
            _day(
                f"placements.placement:{placement.pk}:visit",
                due_day(placement, VisitKind.VISIT),
                _("%(student)s: first visit, by about this day") % said,
                lead,
                location=_place(placement),
            ),
        ]
        return calendars.calendar(made, _("Tandem, %(site)s") % {"site": site})


def of_tutor(coming: Iterable[Due], *, placement: Placement, tutor: Tutor, lead: User, gone: Iterable[Due] = ()) -> str:
    """The days to come of whoever a tutor trains, attached to their letter: a newer one moves what the older held.

    Days that are `gone` leave their calendar.
    """
    with translation.override(tutor.language):
        near = _("By about this day: the very day is still to be agreed.")
        made = [
            _due(
                due,
                lead,
                summary=f"{due.label}, {placement.enrolment}",
                about=_caution(due) or ("" if due.is_planned else near),
            )
            for due in coming
        ]
        made += [_due(due, lead, summary=f"{due.label}, {placement.enrolment}", cancelled=True) for due in gone]
        return calendars.calendar(made, _("Tandem, %(site)s") % {"site": placement.seat.site})


def of_student(application: Application, followed: Followed | None, *, placement: Placement, lead: User) -> str:
    """A placed student's own dates: the first day, then the visits that are planned."""
    first_day = placement.started_on or application.intake.starts_on
    programme = application.cohort.intake.programme.short_title
    words = _("First day at the host") if placement.started_on else _("First day of the course")
    made = [
        _day(
            f"placements.placement:{placement.pk}:first_day",
            first_day,
            f"{words}, {programme}",
            lead,
            location=_place(placement) if placement.started_on else "",
        )
    ]
    for due in followed.due if followed else ():
        if due.is_planned:
            made.append(_due(due, lead, summary=f"{due.label}, {programme}"))
    return calendars.calendar(made, programme)


def of_lead(rows: Iterable[Followed], lead: User) -> str:
    """What is due in a lead's zones: by site and reference, without a name, for calendars are kept elsewhere."""
    address = settings.PUBLIC_URL + address_of_any("placements:student_detail")
    made = [
        _due(
            due,
            lead,
            summary=f"{due.label}, {due.placement.seat.site}, {due.placement.enrolment.application.reference}",
            url=address.format(due.placement.enrolment_id),
            about=_caution(due),
        )
        for row in rows
        for due in row.due
    ]
    return calendars.calendar(made, _("Tandem follow-up"))


def _caution(due: Due) -> str:
    return _("Estimated: absences and days of class are not known.") if due.is_estimated else ""


def _due(due: Due, lead: User, *, summary: str, url: str = "", about: str = "", cancelled: bool = False) -> Event:
    key = f"placements.placement:{due.placement.pk}:{due.kind}"
    place = _place(due.placement)
    return _day(key, due.on, summary, lead, location=place, url=url, about=about, cancelled=cancelled)
