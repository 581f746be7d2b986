"""A file goes on elsewhere: in another zone, for a later intake, for another course."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, workflow
from partnership.models import OutgoingMessage, User
from partnership.workflow import Refused, edit, record
from programmes.states import ProgrammeKind

from .. import emails
from ..handover import follower_in
from ..models import CAREER, Application, Booking, Cohort
from ..states import HOLDING, LIVE, TRANSFERRED, ApplicationState, BookingState, ExitReason, SlotKind
from .ages import must_be_of_age
from .moves import REFUSALS, close_booking, go, hold_queue, leave, let_cascade, next_rank, rehearse, validated_content

# What was answered comes along; so do the papers, which are the person's.
_ANSWERS = (
    "level",
    "diploma_on",
    "availability",
    "languages",
    "has_employer",
    "source",
    "supported_by",
    *CAREER,
    "recruitment_source",
    "notice_version",
)
# What a continued file begins as: nobody is asked twice for what has taken place.
_BEGINS_AS = {True: ApplicationState.INTERVIEWED, False: ApplicationState.SUBMITTED}


@transaction.atomic
def transfer(
    application: Application, *, cohort: Cohort, by: User, cancels_interview: bool = False, version: int | None = None
) -> None:
    """Move a file to another zone of its intake: with its place if one is free there, behind whoever waits there.

    A booked interview stays booked unless the recruiter says otherwise; a place at a host outside the new zone refuses.
    """
    if application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))
    if cohort.intake_id != application.intake_id or cohort.pk == application.cohort_id:
        raise Refused(_("Choose another zone of the same intake."))
    former, cancelled = application.cohort, None
    if cancels_interview and application.state == ApplicationState.INTERVIEW_SCHEDULED:
        go(application, ApplicationState.SUBMITTED, by=by, version=version)
        cancelled, version = close_booking(application, BookingState.CANCELLED, by=by), None
    changes: dict[str, Any] = {"cohort": cohort, "owner": follower_in(cohort, application.owner)}
    if application.state == ApplicationState.WAITLISTED:
        changes["waiting_rank"] = next_rank(cohort.pk)
    if application.state in HOLDING:
        hold_queue(cohort.pk)
        changes["offered_curriculum"] = validated_content(application)
    with workflow.refusing(REFUSALS):
        edit(
            application,
            by=by,
            version=version,
            deed=TRANSFERRED,
            # The reason is taken away with whoever is erased; the zone stays, for the figures of the past.
            before=former.zone.code,
            reason=f"{former.zone.name} → {cohort.zone.name}",
            **changes,
        )
    application.other_zones.remove(cohort.zone)
    let_cascade(former if application.state in HOLDING else cohort)
    emails.application_transferred(application, former=former, kept=_booked(application), cancelled=cancelled)


@transaction.atomic
def postpone(application: Application, *, cohort: Cohort, by: User, version: int | None = None) -> Application:
    """Close a file and go on with it for a later intake of the same course; one letter says so."""
    same = cohort.intake.programme_id == application.intake.programme_id
    if not same or cohort.intake.starts_on <= application.intake.starts_on:
        raise Refused(_("Choose a later intake of the same course."))
    cancelled = _booked(application)
    following = _continue(application, cohort, reason=ExitReason.POSTPONED, by=by, version=version, cancelled=cancelled)
    emails.application_postponed(following, former=application, cancelled=cancelled)
    return following


@transaction.atomic
def redirect(application: Application, *, cohort: Cohort, by: User, version: int | None = None) -> Application:
    """Close a file and go on with it for another course; one letter says so."""
    programme = cohort.intake.programme
    if programme.pk == application.intake.programme_id or programme.kind == ProgrammeKind.CHAIR:
        raise Refused(_("Choose another course."))
    if cohort.intake.starts_on <= clock.today():
        raise Refused(_("This course has already begun."))
    must_be_of_age(application.candidate, cohort)
    cancelled = _booked(application)
    following = _continue(
        application, cohort, reason=ExitReason.REDIRECTED, by=by, version=version, cancelled=cancelled
    )
    emails.application_redirected(following, former=application, cancelled=cancelled)
    return following


def _continue(
    application: Application,
    cohort: Cohort,
    *,
    reason: ExitReason,
    by: User,
    version: int | None,
    cancelled: Booking | None,
) -> Application:
    if application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))
    is_enquiry, owner, now = application.state == ApplicationState.ENQUIRY, application.owner, clock.now()
    leave(application, ApplicationState.WITHDRAWN, reason=reason, by=by, goes_on=True, version=version)
    if cancelled is not None:
        cancelled.refresh_from_db(fields=["state", "version"])
    state = ApplicationState.ENQUIRY if is_enquiry else _BEGINS_AS[_was_interviewed(application)]
    with workflow.refusing(REFUSALS):
        following = Application.objects.create(
            candidate=application.candidate,
            cohort=cohort,
            intake=cohort.intake,
            continues=application,
            state=state,
            created_at=now,
            submitted_at=None if is_enquiry else now,
            state_since=now,
            owner=follower_in(cohort, owner),
            **{name: getattr(application, name) for name in _ANSWERS},
        )
    following.refresh_from_db(fields=["number"])
    # Asked once of a person: what they have sent stays theirs.
    application.papers.update(application=following)
    following.other_zones.set(application.other_zones.exclude(pk=cohort.zone_id))
    record(following, state, by=by, reason=reason)
    return following


def _booked(application: Application) -> Booking | None:
    return application.bookings.booked().filter(kind=SlotKind.INTERVIEW).select_related("slot").first()


def _was_interviewed(application: Application) -> bool:
    held = Booking.objects.filter(state=BookingState.ATTENDED, kind=SlotKind.INTERVIEW)
    return held.filter(application__in=application.line()).exists()


def letter_of_transfer(
    application: Application, *, cohort: Cohort, by: User, cancels_interview: bool = False
) -> OutgoingMessage | None:
    """The very letter a transfer would send; Refused where it would be."""
    said = {"cohort": cohort, "by": by, "cancels_interview": cancels_interview}
    return rehearse(application, transfer, "application_transferred", **said)


def letter_of_postponement(application: Application, *, cohort: Cohort, by: User) -> OutgoingMessage | None:
    """The very letter a postponement would send; Refused where it would be."""
    return rehearse(application, postpone, "application_postponed", cohort=cohort, by=by)


def letter_of_redirection(application: Application, *, cohort: Cohort, by: User) -> OutgoingMessage | None:
    """The very letter a redirection would send; Refused where it would be."""
    return rehearse(application, redirect, "application_redirected", cohort=cohort, by=by)
