"""Personal links again, for whoever lost theirs."""

from cohorts.models import Application
from cohorts.states import FOLLOW
from partnership import clock, outbox

from ..models import Placement
from ..states import ANSWER
from .placements import facts


def follow_link(application: Application) -> None:
    """The link of the applicant's page again, once a day: they asked for it."""
    outbox.post(
        "placements/follow_link",
        key=f"follow_link:{application.pk}:{clock.today()}",
        about=application,
        to=application.candidate,
        link=(FOLLOW, application),
        reference=application.reference,
        programme=application.cohort.intake.programme.short_title,
    )


def answer_link(placement: Placement) -> None:
    """The link of the answer a host still owes again, once a day: they asked for it."""
    outbox.post(
        "placements/answer_link",
        key=f"answer_link:{placement.pk}:{clock.today()}",
        about=placement.about,
        to=placement.seat.site,
        link=(ANSWER, placement),
        reply_to=placement.proposed_by.email,
        **facts(placement),
    )
