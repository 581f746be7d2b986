"""Introductions that end because their student has a place or no longer looks for one."""

from django.db import transaction

from cohorts.models import Enrolment
from partnership import clock
from partnership.workflow import Actor, move

from .. import emails
from ..models import Introduction, IntroductionQuerySet
from ..states import IntroductionReason, IntroductionState


def with_all_a_letter_says(introductions: IntroductionQuerySet) -> IntroductionQuerySet:
    """Introductions with whatever our letters about them name."""
    return introductions.select_related(
        "site__company",
        "site__zone",
        "site__commune",
        "presentation__site__company",
        "presentation__sent_by",
        "presentation__intake__programme",
        "enrolment__application__candidate__commune",
        "enrolment__application__cohort__intake__programme",
    )


@transaction.atomic
def close_introductions(enrolment: Enrolment, *, reason: IntroductionReason, by: Actor) -> None:
    """End whatever introductions of a student are still under way; each of their hosts is written to."""
    under_way = Introduction.objects.live().filter(enrolment=enrolment).order_by("pk")
    for introduction in with_all_a_letter_says(under_way).select_for_update(of=("self",), no_key=True):
        close(introduction, reason=reason, by=by)


def close(introduction: Introduction, *, reason: IntroductionReason, by: Actor) -> None:
    """End one introduction for a reason that is nobody's answer, and tell its host."""
    move(introduction, IntroductionState.CLOSED, by=by, reason=reason, end_reason=reason, ended_at=clock.now())
    emails.introduction_closed(introduction)
    take_out_of_the_calendar(introduction)


def take_out_of_the_calendar(introduction: Introduction) -> None:
    """A meeting that was still to come does not take place: the student's calendar hears of it."""
    if introduction.meeting_at is not None and introduction.meeting_at > clock.now():
        emails.host_meeting_cancelled(introduction)
