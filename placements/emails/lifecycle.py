"""A placement as time goes by: the host reminded, the lead asked, the first and the last day."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from partnership import outbox
from partnership.models import OutgoingMessage, User
from partnership.templatetags.figures import phone

from .. import policies
from ..models import Placement, Tutor
from ..states import ANSWER
from .placements import facts

# Working days after a proposal: when its host is reminded.
REMINDED_AFTER = (2, 5)


def file_address(placement: Placement, language: str) -> str:
    """The address of the student's file, in a reader's language."""
    with translation.override(language):
        return settings.PUBLIC_URL + reverse("placements:student_detail", args=[placement.enrolment_id])


def said_by(lead: User) -> dict[str, str]:
    """Who signs a letter and is called about it."""
    return {"lead": lead.full_name, "lead_phone": phone(lead.phone)}


def reminder_key(placement: Placement, days: int) -> str:
    """The business event of one reminder of a proposal."""
    return f"proposal_reminder:{placement.pk}:{days}"


def proposal_reminder(placement: Placement, *, days: int, last_on: date, lead: User) -> None:
    """The host owes an answer: the link again, and when it was last written to."""
    outbox.post(
        "placements/proposal_reminder",
        key=reminder_key(placement, days),
        about=placement.about,
        to=placement.seat.site,
        link=(ANSWER, placement),
        reply_to=lead.email,
        asked=False,
        last_on=last_on,
        **(facts(placement) | said_by(lead)),
    )


def placement_unanswered(placement: Placement, *, to: User, lapses_on: date) -> None:
    """The lead is asked what to do about a host that does not answer; a rival of it is given nobody to call."""
    contact = policies.interests_of(to).contact_of(placement.seat.site)
    outbox.post(
        "placements/placement_unanswered",
        key=f"placement_unanswered:{placement.pk}",
        about=placement.about,
        to=to,
        asked=False,
        address=file_address(placement, to.language),
        contact=contact.name,
        contact_phone=phone(contact.phone),
        proposed_on=placement.proposed_at.date(),
        lapses_on=lapses_on,
        **facts(placement),
    )


def placement_lapsed(placement: Placement, *, to: User) -> None:
    """The lead learns that a proposal has ended without an answer: the student is to be placed again."""
    outbox.post(
        "placements/placement_lapsed",
        key=f"placement_lapsed:{placement.pk}:{to.pk}",
        about=placement.about,
        to=to,
        address=file_address(placement, to.language),
        **facts(placement),
    )


def proposal_over(placement: Placement, *, lead: User | None) -> None:
    """The host that did not answer need not any more."""
    lead = lead or placement.proposed_by
    outbox.post(
        "placements/proposal_over",
        key=f"proposal_over:{placement.pk}",
        about=placement.about,
        to=placement.seat.site,
        reply_to=lead.email,
        **(facts(placement) | said_by(lead)),
    )


def placement_started(placement: Placement, *, lead: User, day_45: date, visit_on: date, calendar: str) -> None:
    """The host learns what follows the first day, for its calendar too."""
    outbox.post(
        "placements/placement_started",
        key=f"placement_started:{placement.pk}",
        about=placement.about,
        to=placement.seat.site,
        reply_to=lead.email,
        calendar=calendar,
        started_on=placement.started_on,
        day_45=day_45,
        visit_on=visit_on,
        **(facts(placement) | said_by(lead)),
    )


def tutor_dates(
    placement: Placement, *, tutor: Tutor, lead: User, event: str, dates: list[dict[str, outbox.Plain]], calendar: str
) -> None:
    """Whoever trains a student learns which days come, for their calendar too; once for each `event`."""
    outbox.post(
        "placements/tutor_dates",
        key=f"tutor_dates:{placement.pk}:{tutor.pk}:{event}",
        about=placement.about,
        to=tutor,
        reply_to=lead.email,
        calendar=calendar,
        dates=dates,
        **(facts(placement) | said_by(lead)),
    )


def tutor_letters(
    placement: Placement, tutor: Tutor, *, over: bool = False, event: str = ""
) -> QuerySet[OutgoingMessage]:
    """The letters that told a tutor of days of a placement, or that they are `over`; of events that begin so."""
    name = "tutor_dates_over" if over else "tutor_dates"
    return OutgoingMessage.objects.filter(key__startswith=f"{name}:{placement.pk}:{tutor.pk}:{event}")


def tutor_dates_over(
    placement: Placement,
    *,
    tutor: Tutor,
    lead: User,
    event: str,
    dates: list[dict[str, outbox.Plain]],
    calendar: str,
    from_on: date | None,
    site: str = "",
    due: datetime | None = None,
) -> None:
    """Whoever trained a student at a site learns which days are theirs no more: the placement has ended, or from a day
    on somebody else trains."""
    said = facts(placement) | said_by(lead)
    outbox.post(
        "placements/tutor_dates_over",
        key=f"tutor_dates_over:{placement.pk}:{tutor.pk}:{event}",
        about=placement.about,
        to=tutor,
        due=due,
        reply_to=lead.email,
        calendar=calendar,
        dates=dates,
        from_on=from_on or "",
        ended_on=placement.ended_on or "",
        **(said | {"site": site or said["site"]}),
    )


def placement_completed(placement: Placement, *, lead: User) -> None:
    """The host is thanked at the end."""
    outbox.post(
        "placements/placement_completed",
        key=f"placement_completed:{placement.pk}",
        about=placement.about,
        to=placement.seat.site,
        reply_to=lead.email,
        ended_on=placement.ended_on,
        **(facts(placement) | said_by(lead)),
    )
