"""A placement that ends early or changes: to its host, its student and the lead."""

from datetime import UTC, date, datetime

from django.utils import translation

from cohorts.states import FOLLOW
from partnership import clock, outbox
from partnership.models import OutgoingMessage, User

from ..models import Amendment, HostSite, Placement
from .lifecycle import file_address, said_by
from .placements import facts


def _event(placement: Placement, reader: object) -> str:
    # A break that was undone is another one when it comes back; the moment is told in one zone, whoever read it.
    at = placement.ended_at.astimezone(UTC) if placement.ended_at else clock.now()
    return f"break:{placement.pk}:{at:%Y%m%d%H%M%S%f}:{reader}"


def break_keys(placement: Placement) -> list[str]:
    """The letters of a break that is still told; those to leads by whoever they were written to."""
    if placement.ended_at is None:
        return []
    begins = _event(placement, "")
    letters = OutgoingMessage.objects.filter(key__startswith=begins)
    return list(letters.values_list("key", flat=True))


def break_told_host(placement: Placement, *, lead: User, reopened: bool, due: datetime) -> None:
    """The host reads what was recorded: the last day, and whether its place is open again."""
    outbox.post(
        "placements/break_told_host",
        key=_event(placement, "host"),
        about=placement.about,
        to=placement.seat.site,
        due=due,
        reply_to=lead.email,
        ended_on=placement.ended_on,
        reopened=reopened,
        **(facts(placement) | said_by(lead)),
    )


def break_told_student(placement: Placement, *, lead: User, due: datetime, until: date) -> None:
    """The student learns that they keep their place on the course, and for how long another host is looked for."""
    application = placement.enrolment.application
    outbox.post(
        "placements/break_told_student",
        key=_event(placement, "student"),
        about=placement.about,
        to=application.candidate,
        due=due,
        link=(FOLLOW, application),
        reply_to=lead.email,
        ended_on=placement.ended_on,
        until=until,
        **(facts(placement) | said_by(lead)),
    )


def break_told_lead(placement: Placement, *, to: User, due: datetime, until: date) -> None:
    """The lead has a student to place again, first on the list."""
    with translation.override(to.language):
        cause = str(placement.get_break_cause_display())
    outbox.post(
        "placements/break_told_lead",
        key=_event(placement, to.pk),
        about=placement.about,
        to=to,
        due=due,
        address=file_address(placement, to.language),
        ended_on=placement.ended_on,
        cause=cause,
        until=until,
        **facts(placement),
    )


def _change(amendment: Amendment) -> dict:
    return {
        "from_on": amendment.from_on,
        "old_site": amendment.from_site.name,
        "new_site": amendment.to_site.name,
        "new_commune": str(amendment.to_site.commune),
        "moves": amendment.from_site_id != amendment.to_site_id,
        "tutor": amendment.to_tutor.name if amendment.to_tutor else "",
    }


def placement_amended(amendment: Amendment, *, lead: User) -> None:
    """The student learns where they work from now on, or with whom."""
    placement = amendment.placement
    outbox.post(
        "placements/placement_amended",
        key=f"placement_amended:{amendment.pk}",
        about=placement.about,
        to=placement.enrolment.application.candidate,
        link=(FOLLOW, placement.enrolment.application),
        reply_to=lead.email,
        **(facts(placement) | said_by(lead) | _change(amendment)),
    )


def amendment_told_host(amendment: Amendment, *, to: HostSite, lead: User) -> None:
    """The site that a student leaves, comes to or changes tutors on has it in writing."""
    placement = amendment.placement
    outbox.post(
        "placements/amendment_told_host",
        key=f"amendment_told_host:{amendment.pk}:{to.pk}",
        about=placement.about,
        to=to,
        reply_to=lead.email,
        **(facts(placement) | said_by(lead) | _change(amendment)),
    )
