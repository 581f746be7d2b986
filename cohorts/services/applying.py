"""Applying: a draft, its steps, and the moment it is handed in, once."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from partnership import clock, links, outbox
from partnership.workflow import Refused, Stale, move, record

from .. import emails
from ..handover import owner_for
from ..models import CAREER, Application, Candidate, Cohort, Consent, RecruitmentSource
from ..states import (
    LIVE,
    RESUME,
    TRANSFERRED,
    ApplicationState,
)
from .ages import must_be_of_age
from .moves import WITH_ALL_A_LETTER_SAYS
from .sameness import Turn, close_fresh_links, held, same_person

# A resume link is sent again for drafts no older than this; an address shared by many people gets a few links.
DAYS_OF_A_DRAFT = 60


MOST_LINKS = 5


@transaction.atomic
def begin(
    cohort: Cohort,
    *,
    submit_key: UUID,
    identity: Mapping[str, Any],
    language: str,
    came_by: RecruitmentSource | None = None,
) -> Application:
    """Keep the first step as a draft and send its resume link; the same form sent twice finds the same draft.

    `came_by` is the source whose link led there: the draft knows it from then on, on whatever device it is resumed.
    """
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
                recruitment_source=came_by,
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
    # Under another name it would open another's.
    close_fresh_links([draft])
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
    if Candidate.objects.filter(pk=application.candidate_id, erased_at__isnull=False).exists():
        raise Refused(_("This person has been erased."))


_LOCKED_WITH_ALL_A_LETTER_SAYS = WITH_ALL_A_LETTER_SAYS.select_for_update(no_key=True, of=("self",))


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
    if draft.candidate.erased_at:
        raise Refused(_("This person has been erased."))
    if version is not None and draft.version != version:
        raise Stale(draft)
    must_be_of_age(draft.candidate, draft.cohort)
    taking = Cohort.objects.open_on(clock.today()).filter(pk=draft.cohort_id)
    if not taking.annotate(turn=Turn(draft.candidate)).values_list("turn"):
        raise Refused(_("Applications are closed in this zone."))
    person, live = _whose(draft)
    if live is not None and live.state != ApplicationState.ENQUIRY:
        Application.objects.filter(pk=draft.pk).update(repeats=live)
        record(live, "applied_again", by=person)
        emails.application_already_open(live, repetition=draft)
        return
    application = draft
    if person is not None and _may_be_joined(draft.candidate, person, enquiry=live):
        application = _take_over(draft, person=person, enquiry=live)
    now = clock.now()
    move(
        application,
        ApplicationState.SUBMITTED,
        by=application.candidate,
        submitted_at=now,
        state_since=now,
        next_at=None,
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


def _whose(draft: Application) -> tuple[Candidate | None, Application | None]:
    """Whoever is known to hand the draft in, and their live application for its intake; both theirs until the commit.

    A merge that is under way is waited for, and followed.
    """
    person = same_person(draft.candidate, draft.intake)
    while person is not None:
        files = Application.objects.live().filter(candidate=person, intake=draft.intake)
        live = files.select_for_update(no_key=True).first()
        now = held(person)
        if now == person:
            return now, live
        person = now
    return None, None


def _may_be_joined(typed: Candidate, person: Candidate, *, enquiry: Application | None) -> bool:
    """Whether the letters of the person's other files, and what is held of them, may go where this form says.

    A name and a telephone are known to many: they must not draw somebody's letters, and the links in them, elsewhere.
    Whoever has no address yet is joined where all that is known of them is an enquiry for this intake.
    """
    if person.email:
        return person.email.casefold() == typed.email.casefold()
    if enquiry is None:
        return False
    return not person.applications.exclude(state=ApplicationState.DRAFT).exclude(pk=enquiry.pk).exists()


def _take_over(draft: Application, *, person: Candidate, enquiry: Application | None) -> Application:
    """Give a known person what they have just typed; their enquiry, if any, becomes the application."""
    typed = draft.candidate
    close_fresh_links([draft, *([enquiry] if enquiry else [])])
    person.last_name = person.last_name or typed.last_name
    for name in ("phone", "email", "birth_year", "birth_month", "postcode", "commune_id", "language"):
        setattr(person, name, getattr(typed, name) or getattr(person, name))
    person.save()
    if enquiry is None:
        draft.candidate = person
        draft.save(update_fields=["candidate"])
        typed.delete()
        return draft
    former = enquiry.cohort if enquiry.cohort_id != draft.cohort_id else None
    for name in (
        "cohort",
        "level",
        "diploma_on",
        "availability",
        "languages",
        "has_employer",
        "source",
        "supported_by",
        *CAREER,
    ):
        setattr(enquiry, name, getattr(draft, name))
    # Where recruitment met them came first.
    enquiry.recruitment_source_id = enquiry.recruitment_source_id or draft.recruitment_source_id
    enquiry.save()
    if former is not None:
        zones = f"{former.zone.name} → {enquiry.cohort.zone.name}"
        record(enquiry, TRANSFERRED, by=person, before=former.zone.code, reason=zones)
    enquiry.other_zones.set(draft.other_zones.all())
    Application.objects.filter(pk=draft.pk).update(repeats=enquiry)
    return enquiry
