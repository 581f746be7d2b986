"""The moves themselves: what every deed on an application goes through."""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from inspect import unwrap
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, outbox, sweeps, workflow, working_time
from partnership.models import OutgoingMessage, User
from partnership.states import ActorKind
from partnership.workflow import Actor, Refused, move, record
from programmes import services as teaching
from programmes.models import Curriculum

from ..models import Application, Booking, Cohort, Enrolment
from ..signals import enrolment_ended
from ..states import (
    CONTINUED,
    EXIT_REASONS,
    EXITS,
    HOLDING,
    ApplicationState,
    BookingState,
    EnrolmentState,
    SlotKind,
)
from .ages import must_be_of_age

WITH_ALL_A_LETTER_SAYS = Application.objects.for_letters()
REFUSALS = {
    "offers_never_exceed_the_places": gettext_lazy("Every place of this cohort is already offered."),
    "no_offer_before_validation": gettext_lazy(
        "No place can be offered before the content of the course is validated."
    ),
    "one_live_application_per_person_and_intake": gettext_lazy(
        "This person already has another application under way for the same intake."
    ),
    "a_certificate_has_no_waiting_list": gettext_lazy(
        "This course has no waiting list: offer a place, or refuse and propose a later intake."
    ),
    # A law of the places, which stand above; whoever moves a student meets it here.
    "a_student_stays_in_the_zones_of_their_place": gettext_lazy(
        "This student has a place at a host outside that zone: the regional lead cancels it first."
    ),
}


def go(application: Application, to: ApplicationState, *, by: Actor, **changes: Any) -> None:
    """Move an application, and begin a new wait; Refused for a closed file unless it is being opened again.

    The next date that was agreed was about the state that is left.
    """
    # The flow lets a closed file back to where it left; only reopening, which says why, forgets where that was.
    if application.state in EXITS and changes.get("left_from") != "":
        raise Refused(_("This file is closed: open it again first."))
    now = clock.now()
    ours = {"acted_at": now} if by.actor_kind == ActorKind.USER else {}
    move(application, to, by=by, **{"state_since": now, "next_at": None, **ours, **changes})


def leave(
    application: Application, to: ApplicationState, *, reason: str, by: Actor, goes_on: bool = False, **changes: Any
) -> None:
    """An exit: a coded reason that fits it, no letter of ours still on its way, no booking or enrolment left open.

    `goes_on`: another file continues this one, for a reason that is nobody's to choose.
    """
    if reason not in (CONTINUED if goes_on else EXIT_REASONS[to]):
        raise Refused(_("Choose a reason."))
    left_from = application.state
    if left_from == ApplicationState.CONFIRMED and application.enrolments.completed().exists():
        raise Refused(_("This student has completed the course: there is nothing to leave."))
    # To the applicant: what hosts and leads are told of this file is still true.
    outbox.cancel(about=application, to=application.candidate)
    go(application, to, by=by, reason=reason, exit_reason=reason, left_from=left_from, waiting_rank=None, **changes)
    for booking in application.bookings.booked().select_related("slot"):
        move(booking, BookingState.CANCELLED, by=by)
    for enrolment in application.enrolments.live():
        move(enrolment, EnrolmentState.ENDED, by=by, reason=reason, ended_at=clock.now(), end_reason=reason)
        enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=by, reason=reason)
    if left_from in HOLDING:
        let_cascade(application.cohort)


def rehearse(application: Application, deed: Callable[..., Any], template: str, **said: Any) -> OutgoingMessage | None:
    """The very letter a deed would send, done and undone so that nothing is kept; none to who has no address."""
    # A copy: the page goes on showing the file as it is.
    shown = copy(application)
    shown.cohort.intake = shown.intake
    with outbox.proofs() as letters, transaction.atomic():
        # Without the deed's own savepoint: all of it is undone.
        unwrap(deed)(shown, **said)
        transaction.set_rollback(True)
    return next((letter for letter in reversed(letters) if letter.template == f"cohorts/{template}"), None)


def close_booking(application: Application, state: BookingState, *, by: Actor, note: str = "") -> Booking | None:
    """End the booked interview of a file, if there is one, in one of the ways a booking ends."""
    booking = application.bookings.booked().filter(kind=SlotKind.INTERVIEW).select_related("slot__held_by").first()
    if booking is not None:
        booking.application = application
        move(booking, state, by=by, **({"note": note} if note else {}))
    return booking


def enrol(application: Application, *, by: Actor) -> None:
    """Make whoever has confirmed a student, expected on the first day."""
    enrolment = Enrolment.objects.create(application=application, enrolled_at=clock.now())
    record(enrolment, EnrolmentState.EXPECTED, by=by)


def offer(application: Application, *, by: Actor, decided_by: User, **changes: Any) -> None:
    """Hold a place for somebody until they answer; Refused without a place or a validated content, and too young."""
    must_be_of_age(application.candidate, application.cohort)
    with workflow.refusing(REFUSALS):
        go(
            application,
            ApplicationState.ADMITTED,
            by=by,
            decided_by=decided_by,
            decided_at=clock.now(),
            offered_curriculum=validated_content(application),
            reply_before=time_to_reply(application),
            waiting_rank=None,
            **changes,
        )


def validated_content(application: Application) -> Curriculum:
    """The content an offer is made on; Refused while the profession has validated none."""
    content = teaching.validated_curriculum(application.cohort.intake.programme)
    if content is None:
        raise Refused(REFUSALS["no_offer_before_validation"])
    return content


def time_to_reply(application: Application) -> datetime:
    """The moment by which an offer made now is answered: open hours, counted from when its letter may leave."""
    leaves = working_time.next_polite_moment(clock.now())
    return working_time.add_open_hours(leaves, timedelta(hours=application.cohort.hours_to_reply))


def hold_queue(cohort: int) -> Cohort:
    """Have the cohort to oneself until the commit: whoever offers its places or changes its ranks takes turns here.

    Before any of its applications, always: two who lock one of each in another order would wait for each other.
    """
    return Cohort.objects.select_for_update(no_key=True).get(pk=cohort)


def let_cascade(cohort: Cohort) -> None:
    """Have the cohort's free places offered within the minute, if its head of recruitment wants them to be."""
    if cohort.cascades:
        sweeps.ring_on_commit()


def next_rank(cohort: int) -> int:
    """The rank behind whoever waits for a cohort (its key); holds the queue until the commit."""
    hold_queue(cohort)
    last = Application.objects.filter(cohort=cohort).aggregate(last=Max("waiting_rank"))["last"]
    return (last or 0) + 1
