"""What is done with applications: each service reads like the minutes of a meeting."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Func, Max, Q, TextField, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, links, outbox, workflow
from partnership.models import OutgoingMessage, User, ref
from partnership.states import Channel
from partnership.workflow import Actor, Refused, Stale, move, record
from programmes import services as teaching
from programmes.models import Curriculum
from programmes.states import ProgrammeKind

from . import emails
from .handover import owner_for
from .models import Application, Booking, Candidate, Cohort, Consent, Enrolment, Slot, plain
from .signals import enrolment_ended
from .states import (
    EXIT_REASONS,
    EXITS,
    HOLDING,
    LIVE,
    REOPENS_AS,
    RESUME,
    ApplicationState,
    BookingState,
    EnrolmentState,
    SlotKind,
)

DAYS_TO_REPLY = 7
# A resume link is sent again for drafts no older than this; an address shared by many people gets a few links.
DAYS_OF_A_DRAFT = 60
MOST_LINKS = 5
_REFUSALS = {
    "offers_never_exceed_the_places": gettext_lazy("Every place of this cohort is already offered."),
    "no_offer_before_validation": gettext_lazy(
        "No place can be offered before the content of the course is validated."
    ),
    "one_live_application_per_person_and_intake": gettext_lazy(
        "This person already has another application under way for the same intake."
    ),
}


# -- applying ---------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(cohort: Cohort, *, submit_key: UUID, identity: Mapping[str, Any], language: str) -> Application:
    """Keep the first step as a draft and send its resume link; the same form sent twice finds the same draft."""
    known = Application.objects.filter(submit_key=submit_key).select_related("candidate").first()
    if known is not None:
        if known.candidate.email.casefold() == identity["email"].casefold():
            return known
        # Somebody else's key: it opens nothing of theirs.
        submit_key = uuid4()
    now = clock.now()
    try:
        with transaction.atomic():
            candidate = Candidate.objects.create(**identity, language=language)
            draft = Application.objects.create(
                cohort=cohort,
                intake=cohort.intake,
                candidate=candidate,
                submit_key=submit_key,
                created_at=now,
                state_since=now,
            )
    except IntegrityError:
        # Another click of the same form came first; its draft is ours.
        return Application.objects.get(submit_key=submit_key)
    draft.refresh_from_db(fields=["number"])
    record(draft, ApplicationState.DRAFT, by=candidate)
    emails.application_begun(draft)
    return draft


@transaction.atomic
def correct_identity(draft: Application, *, identity: Mapping[str, Any]) -> None:
    """Change the first step of a draft; Refused once it is submitted."""
    _must_be_draft(draft)
    person = draft.candidate
    address = person.email
    if all(getattr(person, name) == value for name, value in identity.items()):
        return
    for name, value in identity.items():
        setattr(person, name, value)
    person.save()
    draft.version += 1
    draft.save(update_fields=["version"])
    record(draft, "edited", by=person)
    if person.email != address:
        # Whoever has the mistyped address must not read on.
        outbox.cancel(about=draft)
        links.revoke(RESUME, draft)
        emails.application_begun(draft)


@transaction.atomic
def describe_project(
    draft: Application, *, cohort: Cohort, other_zones: Iterable[Any], project: Mapping[str, Any]
) -> None:
    """Keep the second step of a draft; Refused once it is submitted."""
    _must_be_draft(draft)
    draft.cohort, draft.intake = cohort, cohort.intake
    for name, value in project.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.save(update_fields=["cohort", "intake", "version", *project])
    draft.other_zones.set([zone for zone in other_zones if zone != cohort.zone])
    record(draft, "edited", by=draft.candidate)


def _must_be_draft(application: Application) -> None:
    # Locked: a second tab must not write over what another has just submitted.
    application.refresh_from_db(from_queryset=Application.objects.select_for_update(no_key=True))
    if application.state != ApplicationState.DRAFT or application.repeats_id:
        raise Refused(_("This application is already submitted."))


_WITH_ALL_A_LETTER_SAYS = Application.objects.select_related(
    "candidate", "cohort__zone", "intake__programme__provider", "owner"
)
_LOCKED_WITH_ALL_A_LETTER_SAYS = _WITH_ALL_A_LETTER_SAYS.select_for_update(no_key=True, of=("self",))


class _Turn(Func):
    """Waits, until the end of the transaction, for whoever hands in the same name for the same intake."""

    template = "pg_advisory_xact_lock(hashtextextended(%(expressions)s))"
    output_field = TextField()


@transaction.atomic
def submit(draft: Application, *, consents: Iterable[str], notice_version: str, version: int | None = None) -> None:
    """Hand the application in, once: whoever already has a live one gets a letter with its link instead.

    A person is a name, and a phone or an e-mail; two forms of the same person wait for each other here.
    Refused if the cohort takes no application any more; Stale if the answers are no longer those that were read.
    """
    # Locked: another tab must not change the zone or the name between what is read here and what is handed in.
    draft.refresh_from_db(from_queryset=_LOCKED_WITH_ALL_A_LETTER_SAYS)
    draft.cohort.intake = draft.intake
    if draft.state != ApplicationState.DRAFT or draft.repeats_id:
        return
    if version is not None and draft.version != version:
        raise Stale(draft)
    taking = Cohort.objects.open_on(clock.today()).filter(pk=draft.cohort_id)
    if not taking.annotate(turn=_Turn(Value(_name_key(draft.candidate)), "intake")).values_list("turn"):
        raise Refused(_("Applications are closed in this zone."))
    person = _same_person(draft)
    live = Application.objects.live().filter(candidate=person, intake=draft.intake).first() if person else None
    if live is not None and live.state != ApplicationState.ENQUIRY:
        Application.objects.filter(pk=draft.pk).update(repeats=live)
        record(live, "applied_again", by=person)
        emails.application_already_open(live, repetition=draft)
        return
    application = draft
    if person is not None and _writes_from_the_known_address(draft.candidate, person):
        application = _take_over(draft, person=person, enquiry=live)
    now = clock.now()
    move(
        application,
        ApplicationState.SUBMITTED,
        by=application.candidate,
        submitted_at=now,
        state_since=now,
        notice_version=notice_version,
        owner=application.owner or owner_for(application.cohort),
    )
    given = {"candidate": application.candidate, "text_version": notice_version, "given_at": now}
    # One in force for each purpose: what was agreed to before stays as it was.
    Consent.objects.bulk_create([Consent(purpose=purpose, **given) for purpose in consents], ignore_conflicts=True)
    emails.application_received(application)


@transaction.atomic
def send_links(email: str) -> None:
    """Write to an address the links of its applications, once an hour; whether there are any is told nowhere else."""
    begun_lately = Q(state=ApplicationState.DRAFT, created_at__gte=clock.now() - timedelta(days=DAYS_OF_A_DRAFT))
    theirs = (
        Application.objects.filter(begun_lately | Q(state__in=LIVE), candidate__email__iexact=email, repeats=None)
        .select_related("candidate", "owner", "intake", "cohort__zone", "cohort__intake__programme__provider")
        .order_by("-created_at")[:MOST_LINKS]
    )
    for application in theirs:
        emails.application_link(application)


def _name_key(candidate: Candidate) -> str:
    return plain(f"{candidate.first_name} {candidate.last_name}")


def _same_person(draft: Application) -> Candidate | None:
    """Whoever is already known by the name and a way to reach them; of several, the one with a live application."""
    candidate, reached = draft.candidate, Q()
    if candidate.phone:
        reached |= Q(phone=candidate.phone)
    if candidate.email:
        reached |= Q(email__iexact=candidate.email)
    key = _name_key(candidate)
    alike = Candidate.objects.filter(reached).exclude(pk=candidate.pk).only("first_name", "last_name")
    named = [other.pk for other in alike if _name_key(other) == key]
    if not named:
        return None
    same = list(
        Candidate.objects.filter(pk__in=named, applications__isnull=False)
        .exclude(applications__state=ApplicationState.DRAFT)
        .distinct()
    )
    live = Application.objects.live().filter(candidate__in=same, intake=draft.intake).first()
    return live.candidate if live is not None else next(iter(same), None)


def _writes_from_the_known_address(typed: Candidate, person: Candidate) -> bool:
    """Whether the letters of the person's other files may go where this form says.

    A name and a telephone are known to many: they must not draw somebody's letters, and the links in them, elsewhere.
    """
    return not person.email or person.email.casefold() == typed.email.casefold()


def _take_over(draft: Application, *, person: Candidate, enquiry: Application | None) -> Application:
    """Give a known person what they have just typed; their enquiry, if any, becomes the application."""
    typed = draft.candidate
    for name in ("phone", "email", "birth_year", "birth_month", "postcode", "commune_id", "language"):
        setattr(person, name, getattr(typed, name) or getattr(person, name))
    person.save()
    if enquiry is None:
        draft.candidate = person
        draft.save(update_fields=["candidate"])
        typed.delete()
        return draft
    for name in (
        "cohort",
        "level",
        "diploma_on",
        "availability",
        "languages",
        "has_employer",
        "source",
        "supported_by",
    ):
        setattr(enquiry, name, getattr(draft, name))
    enquiry.save()
    enquiry.other_zones.set(draft.other_zones.all())
    Application.objects.filter(pk=draft.pk).update(repeats=enquiry)
    return enquiry


# -- interviews -------------------------------------------------------------------------------------------------


@transaction.atomic
def schedule_interview(
    application: Application,
    *,
    starts_at: datetime,
    place: str,
    by: User,
    minutes: int = 30,
    version: int | None = None,
) -> Booking:
    """Fix an interview and tell the applicant; Refused in the past."""
    if starts_at <= clock.now():
        raise Refused(_("An interview cannot be fixed in the past."))
    _go(application, ApplicationState.INTERVIEW_SCHEDULED, by=by, version=version)
    # « Fixons une autre date » leaves the next morning: there is one now.
    outbox.cancel(about=application, template="cohorts/interview_missed")
    slot = Slot.objects.create(
        cohort=application.cohort,
        kind=SlotKind.INTERVIEW,
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        held_by=by,
    )
    booking = Booking.objects.create(slot=slot, application=application)
    record(booking, BookingState.BOOKED, by=by)
    emails.interview_booked(booking)
    return booking


@transaction.atomic
def cancel_interview(application: Application, *, by: Actor, version: int | None = None) -> None:
    """Give the interview up; the file waits for another date, and the applicant is told."""
    _go(application, ApplicationState.SUBMITTED, by=by, version=version)
    booking = _close_booking(application, BookingState.CANCELLED, by=by)
    if booking is not None:
        emails.interview_cancelled(booking)


@transaction.atomic
def record_interview(application: Application, *, note: str, by: User, version: int | None = None) -> None:
    """Say that the interview took place, booked or walked in, and keep its note."""
    _go(application, ApplicationState.INTERVIEWED, by=by, version=version)
    booking = _close_booking(application, BookingState.ATTENDED, by=by, note=note)
    if booking is None:
        slot = Slot.objects.create(cohort=application.cohort, starts_at=clock.now(), place=_("walk-in"), held_by=by)
        walk_in = Booking.objects.create(slot=slot, application=application, state=BookingState.ATTENDED, note=note)
        record(walk_in, BookingState.ATTENDED, by=by)


@transaction.atomic
def record_absence(application: Application, *, by: User, version: int | None = None) -> None:
    """Say that the applicant did not come; they are written to the next morning."""
    _go(application, ApplicationState.NO_SHOW, by=by, version=version)
    booking = _close_booking(application, BookingState.MISSED, by=by)
    if booking is not None:
        emails.interview_missed(booking)


def _close_booking(application: Application, state: BookingState, *, by: Actor, note: str = "") -> Booking | None:
    booking = application.bookings.filter(state=BookingState.BOOKED).select_related("slot").first()
    if booking is not None:
        booking.application = application
        move(booking, state, by=by, **({"note": note} if note else {}))
    return booking


# -- decisions --------------------------------------------------------------------------------------------------


@transaction.atomic
def admit(application: Application, *, by: User, version: int | None = None) -> None:
    """Offer a place: decide, and tell the applicant; Refused without a place or a validated content."""
    programme = application.cohort.intake.programme
    if application.state == ApplicationState.SUBMITTED and programme.kind != ProgrammeKind.SCHOOL_CERTIFICATE:
        raise Refused(_("This course admits after an interview."))
    with workflow.refusing(_REFUSALS):
        _go(
            application,
            ApplicationState.ADMITTED,
            by=by,
            version=version,
            decided_by=by,
            decided_at=clock.now(),
            offered_curriculum=_validated_content(application),
            reply_by=clock.today() + timedelta(days=DAYS_TO_REPLY),
            waiting_rank=None,
        )
    emails.application_admitted(application)


@transaction.atomic
def waitlist(application: Application, *, by: User, version: int | None = None) -> None:
    """Put on the waiting list, behind whoever is there, and tell the applicant the rank."""
    _go(
        application,
        ApplicationState.WAITLISTED,
        by=by,
        version=version,
        decided_by=by,
        decided_at=clock.now(),
        waiting_rank=_next_rank(application),
    )
    emails.application_waitlisted(application)


def _next_rank(application: Application) -> int:
    # The cohort's row is the queue: two people put on the list at once get two ranks.
    Cohort.objects.select_for_update(no_key=True).get(pk=application.cohort_id)
    last = Application.objects.filter(cohort=application.cohort_id).aggregate(last=Max("waiting_rank"))["last"]
    return (last or 0) + 1


@transaction.atomic
def reject(application: Application, *, reason: str, by: User, version: int | None = None) -> None:
    """Refuse, for a coded reason, and tell the applicant; a confirmed student's enrolment ends with it."""
    _leave(
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
    with transaction.atomic():
        refused = _WITH_ALL_A_LETTER_SAYS.get(pk=application.pk)
        refused.cohort.intake = refused.intake
        reject(refused, reason=reason, by=by)
        letters = OutgoingMessage.objects.filter(about=ref(application), template="cohorts/application_rejected")
        letter = letters.order_by("pk").last() if application.candidate.email else None
        transaction.set_rollback(True)
    return letter


@transaction.atomic
def mark_unreachable(application: Application, *, reason: str, by: User, version: int | None = None) -> None:
    """Close the file of somebody who cannot be reached, with a letter that says how to come back."""
    _leave(application, ApplicationState.UNREACHABLE, reason=reason, by=by, version=version)
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
    _leave(application, ApplicationState.WITHDRAWN, reason=reason, by=by, channel=channel, version=version)
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
    to = ApplicationState(application.left_from)
    to = REOPENS_AS.get(to, to)
    changes: dict[str, Any] = {"exit_reason": "", "left_from": ""}
    if to in HOLDING:
        changes |= {
            "decided_by": by,
            "decided_at": clock.now(),
            "offered_curriculum": _validated_content(application),
            "reply_by": clock.today() + timedelta(days=DAYS_TO_REPLY),
        }
    elif to == ApplicationState.WAITLISTED:
        changes |= {"decided_by": by, "decided_at": clock.now(), "waiting_rank": _next_rank(application)}
    else:
        # The decision that closed it is in the journal; the next one is still to be taken.
        changes |= {"decided_by": None, "decided_at": None}
    with workflow.refusing(_REFUSALS):
        _go(application, to, by=by, reason=reason, version=version, **changes)
    if to == ApplicationState.CONFIRMED:
        _enrol(application, by=by)
    emails.application_reopened(application)


def _validated_content(application: Application) -> Curriculum:
    content = teaching.validated_curriculum(application.cohort.intake.programme)
    if content is None:
        raise Refused(_REFUSALS["no_offer_before_validation"])
    return content


# -- answers of the applicant, by link or told to us by telephone -------------------------------------------------


@transaction.atomic
def confirm(application: Application, *, by: Actor, channel: Channel = Channel.WEB, version: int | None = None) -> None:
    """Take the offered place: the applicant becomes a student."""
    _go(application, ApplicationState.CONFIRMED, by=by, channel=channel, version=version)
    _enrol(application, by=by)
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
    _leave(application, ApplicationState.DECLINED, reason=reason, by=by, channel=channel, version=version)
    emails.application_closed(application)


def _enrol(application: Application, *, by: Actor) -> None:
    enrolment = Enrolment.objects.create(application=application, enrolled_at=clock.now())
    record(enrolment, EnrolmentState.EXPECTED, by=by)


# -- the moves themselves -----------------------------------------------------------------------------------------


def _go(application: Application, to: ApplicationState, *, by: Actor, **changes: Any) -> None:
    # The flow lets a closed file back to where it left; only reopening, which says why, forgets where that was.
    if application.state in EXITS and changes.get("left_from") != "":
        raise Refused(_("This file is closed: open it again first."))
    move(application, to, by=by, state_since=clock.now(), **changes)


def _leave(application: Application, to: ApplicationState, *, reason: str, by: Actor, **changes: Any) -> None:
    """An exit: a coded reason that fits it, no letter of ours still on its way, no booking or enrolment left open."""
    if reason not in EXIT_REASONS[to]:
        raise Refused(_("Choose a reason."))
    left_from = application.state
    # To the applicant: what hosts and leads are told of this file is still true.
    outbox.cancel(about=application, to=application.candidate)
    _go(application, to, by=by, reason=reason, exit_reason=reason, left_from=left_from, waiting_rank=None, **changes)
    _close_booking(application, BookingState.CANCELLED, by=by)
    for enrolment in application.enrolments.live():
        move(enrolment, EnrolmentState.ENDED, by=by, reason=reason, ended_at=clock.now(), end_reason=reason)
        enrolment_ended.send(sender=Enrolment, enrolment=enrolment, by=by, reason=reason)
