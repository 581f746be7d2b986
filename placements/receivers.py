"""What placements do when an enrolment ends, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from cohorts.models import Enrolment
from cohorts.signals import enrolment_ended
from partnership.workflow import Actor

from . import services
from .states import IntroductionReason


@receiver(enrolment_ended)
def when_an_enrolment_ends(sender: type, *, enrolment: Enrolment, by: Actor, reason: str, **_: Any) -> None:
    services.free_the_seat(enrolment, by=by, reason=reason)
    services.close_introductions(enrolment, reason=IntroductionReason.ENDED, by=by)
