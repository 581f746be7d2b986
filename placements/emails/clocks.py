"""What the lead is told because a term comes near, and what a week brings."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cohorts.models import Enrolment
from partnership import outbox
from partnership.models import User

from ..models import Placement
from .lifecycle import file_address
from .placements import facts

MOST_LISTED = 20


def three_months_end(enrolment: Enrolment, *, to: User, ends_on: date) -> None:
    """One month is left to find an employer for somebody who has had none."""
    application = enrolment.application
    with translation.override(to.language):
        address = settings.PUBLIC_URL + reverse("placements:student_detail", args=[enrolment.pk])
    outbox.post(
        "placements/three_months_end",
        key=f"three_months_end:{enrolment.pk}",
        about=application,
        to=to,
        asked=False,
        student=str(application.candidate),
        programme=application.cohort.intake.programme.short_title,
        ends_on=ends_on,
        address=address,
    )


def six_months_end(placement: Placement, *, to: User, ends_on: date) -> None:
    """One month is left of the six after a break."""
    outbox.post(
        "placements/six_months_end",
        key=f"six_months_end:{placement.pk}",
        about=placement.about,
        to=to,
        asked=False,
        ended_on=placement.ended_on,
        ends_on=ends_on,
        address=file_address(placement, to.language),
        **facts(placement),
    )


def follow_up_due(*, to: User, event: str, lines: list[dict], total: int, late: int) -> None:
    """On Monday, a lead reads which visits and check-ins the week brings."""
    with translation.override(to.language):
        address = settings.PUBLIC_URL + reverse("placements:home")
    outbox.post(
        "placements/follow_up_due",
        key=event,
        about=to,
        to=to,
        asked=False,
        lines=lines[:MOST_LISTED],
        more=max(total - MOST_LISTED, 0),
        total=total,
        late=late,
        address=address,
    )
