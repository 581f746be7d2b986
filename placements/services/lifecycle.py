"""A placement from the host's silence or yes to its last day: lapsed, begun, completed."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.templatetags.figures import longdate
from partnership.workflow import Actor, Refused, move

from .. import emails
from ..board import calendars, follow_up
from ..models import Placement
from ..states import PlacementState, VisitKind
from .contracts import cancel_contracts
from .placements import end_of, host_knows, responsible_for
from .places import close_free, let_go
from .tutor_dates import release_tutors, tell_tutor
from .zone_leads import lead_of

# Practical training and course each begin within three months of the contract (C. trav., L6222-12).
MOST_AROUND_THE_COURSE = timedelta(days=92)


def leads_concerned(placement: Placement, *, but: Actor | None = None) -> list[User]:
    """Who is told of a placement: whoever answers for it, and the lead of the student's own zone; not who did it."""
    home = placement.enrolment.application.cohort.zone
    found = [responsible_for(placement)]
    if home != placement.seat.site.zone:
        found.append(lead_of(home))
    told = {lead.pk: lead for lead in found if lead is not None}
    if but is not None:
        told.pop(but.pk, None)
    return list(told.values())


@transaction.atomic
def lapse(placement: Placement, *, by: Actor, version: int | None = None) -> None:
    """A host has not answered: the student is to be placed again, the lead knows, the host need not answer any more."""
    told = host_knows(placement)
    move(placement, PlacementState.LAPSED, by=by, version=version)
    let_go(placement.seat, by=by)
    if told:
        emails.proposal_over(placement, lead=responsible_for(placement))
    for lead in leads_concerned(placement, but=by):
        emails.placement_lapsed(placement, to=lead)


@transaction.atomic
def start(placement: Placement, *, on: date, by: User, version: int | None = None) -> None:
    """The student has begun at the host on a day that somebody says; Refused for a day to come, or far from the course.

    The host and the tutor get the dates of what follows, also for their calendars.
    """
    _must_be_past(on)
    begins = placement.enrolment.application.intake.starts_on
    if abs(on - begins) > MOST_AROUND_THE_COURSE:
        raise Refused(
            _("The course begins on %(day)s: the first day at the host is within three months of it.")
            % {"day": longdate(begins)}
        )
    move(
        placement,
        PlacementState.ACTIVE,
        by=by,
        version=version,
        started_on=on,
        started_at=clock.now(),
        started_by=by,
    )
    lead = responsible_for(placement) or by
    emails.placement_started(
        placement,
        lead=lead,
        day_45=follow_up.due_day(placement, VisitKind.DAY_45),
        visit_on=follow_up.due_day(placement, VisitKind.VISIT),
        calendar=calendars.of_host(placement, lead=lead),
    )
    tutor, contact = placement.tutor, placement.seat.site.contact_email
    if tutor is not None and tutor.email.casefold() != contact.casefold():
        tell_tutor(placement, lead=lead, event="begun")


@transaction.atomic
def start_all(placements: Iterable[Placement], *, on: date, by: User) -> int:
    """Several students have begun on the same day; how many. One that cannot is Refused, and none begins."""
    number = 0
    for placement in placements:
        start(placement, on=on, by=by)
        number += 1
    return number


@transaction.atomic
def complete(placement: Placement, *, on: date, by: User, version: int | None = None) -> None:
    """The placement has come to its end: its place closes with it, for the course is over."""
    _must_be_past(on)
    if placement.started_on and on < placement.started_on:
        raise Refused(
            _("The first day was %(day)s: the last cannot be earlier.") % {"day": longdate(placement.started_on)}
        )
    move(placement, PlacementState.COMPLETED, by=by, version=version, **end_of(placement, on=on, by=by))
    close_free(placement.seat, by=by, at=placement.ended_at)
    cancel_contracts(placement, by=by)
    lead = responsible_for(placement) or by
    emails.placement_completed(placement, lead=lead)
    release_tutors(placement, lead=lead)


def _must_be_past(day: date) -> None:
    if day > clock.today():
        raise Refused(_("This day is still to come: record it once it has passed."))
