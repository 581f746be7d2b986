"""A placement: asked of the host, accepted, taken back; to host, student and lead."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cohorts.states import FOLLOW
from partnership import outbox
from partnership.models import User
from partnership.templatetags.figures import phone

from ..models import Placement
from ..states import ANSWER, PLACED


def proposal_key(placement: Placement) -> str:
    """The business event of the letter that may still be undone or hastened."""
    return f"placement_proposed:{placement.pk}"


def facts(placement: Placement) -> dict:
    """What each letter about a placement says of it."""
    application = placement.enrolment.application
    return {
        "student": str(application.candidate),
        "programme": application.cohort.intake.programme.short_title,
        "starts_on": application.intake.starts_on,
        "site": placement.seat.site.name,
        "company": placement.seat.site.company.name,
        "lead": placement.proposed_by.full_name,
        "lead_phone": phone(placement.proposed_by.phone),
    }


def placement_proposed(placement: Placement, *, due: datetime) -> None:
    """The host is asked whether they take the student, once the time to undo is over."""
    outbox.post(
        "placements/placement_proposed",
        key=proposal_key(placement),
        about=placement.about,
        to=placement.seat.site,
        due=due,
        link=(ANSWER, placement),
        reply_to=placement.proposed_by.email,
        commune=str(placement.enrolment.application.candidate.commune or ""),
        languages=placement.enrolment.application.languages,
        **facts(placement),
    )


def placement_cancelled(placement: Placement) -> None:
    """The host had been asked, or had said yes: the student does not come."""
    outbox.post(
        "placements/placement_cancelled",
        key=f"placement_cancelled:{placement.pk}",
        about=placement.about,
        to=placement.seat.site,
        reply_to=placement.proposed_by.email,
        **facts(placement),
    )


def placement_accepted(placement: Placement) -> None:
    """The student learns where they go."""
    site = placement.seat.site
    outbox.post(
        "placements/placement_accepted",
        key=f"placement_accepted:{placement.pk}",
        about=placement.about,
        to=placement.enrolment.application.candidate,
        link=(FOLLOW, placement.enrolment.application),
        reply_to=placement.proposed_by.email,
        host_contact=site.contact_name,
        host_commune=str(site.commune),
        **facts(placement),
    )


def placement_withdrawn(placement: Placement) -> None:
    """The student learns that the place they had is no longer theirs; the lead looks for another."""
    outbox.post(
        "placements/placement_withdrawn",
        key=f"placement_withdrawn:{placement.pk}",
        about=placement.about,
        to=placement.enrolment.application.candidate,
        link=(FOLLOW, placement.enrolment.application),
        reply_to=placement.proposed_by.email,
        **facts(placement),
    )


def host_answered(placement: Placement, *, to: User) -> None:
    """The lead learns what the host said."""
    # The host may read another language than the lead.
    with translation.override(to.language):
        reason = str(placement.get_decline_reason_display()) if placement.decline_reason else ""
        address = settings.PUBLIC_URL + reverse("placements:student_detail", args=[placement.enrolment_id])
    outbox.post(
        "placements/host_answered",
        key=f"host_answered:{placement.pk}",
        about=placement.about,
        to=to,
        accepted=placement.state in PLACED,
        reason=reason,
        comment=placement.comment,
        address=address,
        **facts(placement),
    )
