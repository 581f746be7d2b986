"""Decisions, and the exits that recruitment takes."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, workflow
from partnership.models import OutgoingMessage, User
from partnership.states import Channel
from partnership.workflow import Actor, Refused

from .. import emails
from ..models import Application
from ..states import (
    HOLDING,
    REASONS_AGAINST_THE_CONFIRMED,
    REOPENS_AS,
    ApplicationState,
    ExitReason,
)
from .conditions import lay_down
from .moves import (
    REFUSALS,
    enrol,
    go,
    hold_queue,
    leave,
    let_cascade,
    next_rank,
    offer,
    rehearse,
    time_to_reply,
    validated_content,
)
from .papers import ask_usual

# A law of the database as well, whoever writes there.
NO_LIST = REFUSALS["a_certificate_has_no_waiting_list"]


@transaction.atomic
def admit(
    application: Application, *, by: User, conditions: Mapping[str, str] | None = None, version: int | None = None
) -> None:
    """Offer a place, on conditions (kind → text) or without: decide, and tell the applicant.

    Refused without a place or a validated content.
    """
    programme = application.cohort.intake.programme
    if application.state == ApplicationState.SUBMITTED and not programme.is_for_professionals:
        raise Refused(_("This course admits after an interview."))
    hold_queue(application.cohort_id)
    offer(application, by=by, decided_by=by, version=version)
    lay_down(application, conditions or {}, by=by)
    emails.application_admitted(application)


def letter_of_admission(
    application: Application, *, by: User, conditions: Mapping[str, str] | None = None
) -> OutgoingMessage | None:
    """The very letter an offer would send; Refused where it would be."""
    return rehearse(application, admit, "application_admitted", by=by, conditions=conditions)


@transaction.atomic
def waitlist(application: Application, *, by: User, version: int | None = None) -> None:
    """Put on the waiting list, behind whoever is there, and tell the applicant the rank; a certificate has none."""
    if application.cohort.intake.programme.is_for_professionals:
        raise Refused(NO_LIST)
    go(
        application,
        ApplicationState.WAITLISTED,
        by=by,
        version=version,
        decided_by=by,
        decided_at=clock.now(),
        waiting_rank=next_rank(application.cohort_id),
    )
    emails.application_waitlisted(application)
    let_cascade(application.cohort)


@transaction.atomic
def reject(application: Application, *, reason: str, by: User, version: int | None = None) -> None:
    """Refuse, for a coded reason, and tell the applicant; a confirmed student's enrolment ends with it.

    Whoever has confirmed is refused for nothing but a condition that was not met, or a course that does not take place.
    """
    if reason == ExitReason.CONDITION and application.conditions.exists() and not application.conditions.unmet():
        raise Refused(_("Every condition of this offer is met."))
    if application.state == ApplicationState.CONFIRMED and reason not in REASONS_AGAINST_THE_CONFIRMED:
        raise Refused(_("A confirmed place is taken back only if a condition is not met or the course is cancelled."))
    leave(
        application,
        ApplicationState.REJECTED,
        reason=reason,
        by=by,
        version=version,
        decided_by=by,
        decided_at=clock.now(),
    )
    emails.application_rejected(application)


def letter_of_rejection(application: Application, *, reason: str, by: User) -> OutgoingMessage | None:
    """The very letter a refusal would send, done and undone so that nothing is kept; none to who has no address."""
    return rehearse(application, reject, "application_rejected", reason=reason, by=by)


@transaction.atomic
def mark_unreachable(application: Application, *, reason: str, by: User, version: int | None = None) -> None:
    """Close the file of somebody who cannot be reached, with a letter that says how to come back."""
    leave(application, ApplicationState.UNREACHABLE, reason=reason, by=by, version=version)
    emails.application_unreachable(application)


@transaction.atomic
def withdraw(
    application: Application,
    *,
    reason: str,
    by: Actor,
    channel: Channel = Channel.WEB,
    version: int | None = None,
) -> None:
    """Record that the applicant leaves; a student's enrolment ends, and their seat is free, in the same commit."""
    leave(application, ApplicationState.WITHDRAWN, reason=reason, by=by, channel=channel, version=version)
    emails.application_closed(application)


@transaction.atomic
def reopen(application: Application, *, reason: str, by: User, version: int | None = None) -> None:
    """Bring a file back to where it left, passing the live rule, the places and the gate again."""
    if not reason.strip():
        raise Refused(_("Say why the file is opened again."))
    if application.candidate.erased_at:
        raise Refused(_("This person has been erased."))
    if not application.left_from:
        raise Refused(_("This file is not closed."))
    following = application.continuations.live().select_related("intake").first()
    if following is not None:
        raise Refused(_("This file goes on as %(reference)s: close that one first.") % {"reference": following})
    to = ApplicationState(application.left_from)
    to = REOPENS_AS.get(to, to)
    changes: dict[str, Any] = {"exit_reason": "", "left_from": ""}
    if to in HOLDING:
        hold_queue(application.cohort_id)
        changes |= {
            "decided_by": by,
            "decided_at": clock.now(),
            "offered_curriculum": validated_content(application),
            "reply_before": time_to_reply(application),
        }
    elif to == ApplicationState.WAITLISTED:
        changes |= {"decided_by": by, "decided_at": clock.now(), "waiting_rank": next_rank(application.cohort_id)}
    else:
        # The decision that closed it is in the journal; the next one is still to be taken.
        changes |= {"decided_by": None, "decided_at": None}
    with workflow.refusing(REFUSALS):
        go(application, to, by=by, reason=reason, version=version, **changes)
    if to == ApplicationState.CONFIRMED:
        enrol(application, by=by)
        ask_usual(application, by=by)
    emails.application_reopened(application)
    if to == ApplicationState.WAITLISTED:
        let_cascade(application.cohort)


# -- answers of the applicant, by link or told to us by telephone -------------------------------------------------


@transaction.atomic
def confirm(application: Application, *, by: Actor, channel: Channel = Channel.WEB, version: int | None = None) -> None:
    """Take the offered place: the applicant becomes a student."""
    go(application, ApplicationState.CONFIRMED, by=by, channel=channel, version=version)
    enrol(application, by=by)
    ask_usual(application, by=by)
    emails.application_confirmed(application)


@transaction.atomic
def decline(
    application: Application,
    *,
    reason: str,
    by: Actor,
    channel: Channel = Channel.WEB,
    version: int | None = None,
) -> None:
    """Give the offered place back."""
    leave(application, ApplicationState.DECLINED, reason=reason, by=by, channel=channel, version=version)
    emails.application_closed(application)
