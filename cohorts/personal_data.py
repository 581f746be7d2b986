"""What recruitment holds of an applicant: who they are, what they answered, what was noted; the figures stay."""

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet

from partnership import papers, personal_data
from partnership.models import Job, OutgoingMessage, ref
from partnership.personal_data import Erased, Held, Holder
from partnership.states import JobState, Scan
from partnership.workflow import Actor, record

from . import services
from .models import (
    CRITERIA,
    AcquiredBlock,
    Application,
    Booking,
    Bulk,
    BulkLine,
    Call,
    Candidate,
    Condition,
    Consent,
    Dossier,
    Enrolment,
    Evaluation,
    Import,
    ImportRow,
    PaperRequest,
    TwoPeople,
    plain,
)
from .states import (
    ENROLMENT_LIVE,
    LIVE,
    CallResult,
    ConditionKind,
    ConsentPurpose,
    EnrolmentState,
    ExitReason,
    ImportState,
)

EXPORT = "applications_export"
# Letters about many files at once.
_LISTING = ("cohorts/due_today", "cohorts/files_entrusted", "cohorts/files_silent")
# Reasons that are nobody's words.
_CODES = [*ExitReason.values, *CallResult.values, *ConditionKind.values, *ConsentPurpose.values]
_NOBODY: dict[str, Any] = {
    "first_name": "",
    "last_name": "",
    "phone": "",
    "email": "",
    "birth_year": None,
    "birth_month": None,
    "postcode": "",
    "commune": None,
    "language": "fr",
    "search_text": "",
}
# State, cohort, dates, source, employer and the coded reason are what figures are made of.
_NO_ANSWERS: dict[str, Any] = {
    "level": "",
    "diploma_on": None,
    "availability": [],
    "languages": "",
    "supported_by": "",
    "notice_version": "",
    "employer_name": "",
    "employer_siret": "",
    "job": "",
    "management_years": None,
    "funding": "",
    "class_days": "",
}


_NOT_ASKED: dict[str, Any] = {
    "asked_at": None,
    "unanswered": 0,
    "answer": "",
    "answered_at": None,
    "answered_by": None,
}
_DOSSIER = [field.name for field in Dossier._meta.concrete_fields if field.name not in ("candidate", "version")]


def person(subject: str) -> Candidate | None:
    """The applicant a reference names; whoever they were merged into, if they were."""
    key = personal_data.key_of(subject, Candidate)
    found = Candidate.objects.filter(pk=key).select_related("merged_into").first() if key else None
    return found.merged_into or found if found else None


def aliases(subject: str) -> list[str]:
    """The other references by which a person has been known: an older backup knows them as somebody of their own."""
    candidate = person(subject)
    if candidate is None:
        return []
    known = [candidate, *candidate.merged.all()]
    return [name for name in map(ref, known) if name != subject]


def hold(subject: str) -> None:
    """Nobody merges the person until the commit; files first, then the person, as a merge takes them."""
    candidate = person(subject)
    while candidate is not None:
        files = Application.objects.filter(candidate=candidate).order_by("pk")
        list(files.select_for_update(no_key=True).values_list("pk"))
        held = services.held(candidate)
        if held == candidate:
            return
        candidate = held


def _selves(candidate: Candidate) -> list[Candidate]:
    """The person, and the same person as they typed themselves once more: repeated forms, drafts never handed in."""
    again = Q(applications__repeats__candidate=candidate) | Q(merged_into=candidate)
    if candidate.email:
        # A family shares an address: the name must be the same too.
        same = Candidate.objects.filter(email__iexact=candidate.email)
        drafts = same.exclude(applications__in=Application.objects.submitted())
        again |= Q(pk__in=[draft.pk for draft in drafts if plain(str(draft)) == plain(str(candidate))])
    return [candidate, *Candidate.objects.filter(again).exclude(pk=candidate.pk).distinct()]


def files_of(subject: str) -> list[Application]:
    """Every application of a person, repeated and unfinished ones too."""
    candidate = person(subject)
    return list(Application.objects.filter(candidate__in=_selves(candidate))) if candidate else []


def is_live(subject: str) -> bool:
    """Whether somebody still counts on this person."""
    files = [file.pk for file in files_of(subject)]
    enrolled = Enrolment.objects.filter(application__in=files, state__in=ENROLMENT_LIVE)
    return _open(files).exists() or enrolled.exists()


def _open(files: list[Any]) -> QuerySet[Application]:
    """Those of these files (their keys) that somebody works on; a course that was completed is over."""
    live = Application.objects.filter(pk__in=files, state__in=LIVE)
    return live.exclude(enrolments__state=EnrolmentState.COMPLETED)


def close(subject: str, by: Actor) -> None:
    """The applicant leaves: their enrolment ends, their place is free, their host is told."""
    for file in _open([file.pk for file in files_of(subject)]):
        services.withdraw(file, reason=ExitReason.PERSONAL, by=by)


def note(subject: str, by: Actor) -> None:
    """A line of the journal in each of the files."""
    for file in files_of(subject):
        record(file, "erased", by=by)


def collect(subject: str) -> Held:
    """Who they are, what they answered, what was noted, written and done."""
    candidate = person(subject)
    if candidate is None:
        return {}
    selves = _selves(candidate)
    files = Application.objects.filter(candidate__in=selves).order_by("created_at")
    refs = [ref(file) for file in files]
    return {
        "identity": list(
            Candidate.objects.filter(pk__in=[one.pk for one in selves], merged_into=None).values(
                *(name for name in _NOBODY if name not in ("search_text", "commune")), "commune__name"
            )
        ),
        "applications": [
            {"reference": file.reference, "state": file.state, "created_at": file.created_at}
            | {"submitted_at": file.submitted_at, "cohort": str(file.cohort), "source": file.source}
            | {"recruitment_source": str(file.recruitment_source or "")}
            | {"other_zones": [zone.name for zone in file.other_zones.all()]}
            | {name: getattr(file, name) for name in _NO_ANSWERS}
            for file in files.select_related(
                "intake", "cohort__intake__programme", "cohort__zone", "recruitment_source"
            )
        ],
        "interviews": list(
            Booking.objects.filter(application__in=files).values("slot__starts_at", "slot__place", "state", "note")
        ),
        "calls": list(Call.objects.filter(application__in=files).values("at", "result", "note", "next_at")),
        "conditions": list(
            Condition.objects.filter(application__in=files).values("application__number", "kind", "text", "met_at")
        ),
        "marks": list(
            Evaluation.objects.filter(booking__application__in=files).values(
                "booking__slot__starts_at", "rated_at", *CRITERIA, "note"
            )
        ),
        "enrolments": list(
            Enrolment.objects.filter(application__in=files).values(
                "application__number",
                "state",
                "enrolled_at",
                "ended_at",
                "asked_at",
                "answer",
                "answered_at",
                "present_at",
            )
        ),
        "blocks": list(
            AcquiredBlock.objects.filter(enrolment__application__in=files).values(
                "enrolment__application__number", "block", "acquired_on"
            )
        ),
        "papers": list(
            PaperRequest.objects.filter(application__in=files).values(
                "application__number", "kind__name", "state", "asked_at", "sent_at", "pages", "is_on_paper", "refusal"
            )
        ),
        "dossier": list(Dossier.objects.filter(candidate__in=selves).values(*_DOSSIER)),
        "consents": list(
            Consent.objects.filter(candidate__in=selves).values(
                "purpose", "text_version", "given_at", "channel", "withdrawn_at"
            )
        ),
        "lists": list(ImportRow.objects.filter(application__in=files).values("of__made_at", "answers")),
        "opt_outs": personal_data.opt_outs_of([ref(one) for one in selves]),
        "letters": personal_data.letters_of(people=[ref(one) for one in selves], files=refs),
        "journal": personal_data.journal_of(refs),
    }


def papers_of(subject: str) -> list[PaperRequest]:
    """The papers of which a person may have the file back: known as clean, and where they were kept."""
    asked = PaperRequest.objects.filter(application__in=files_of(subject), scan=Scan.CLEAN).exclude(file="")
    known = asked.select_related("application__intake", "kind").order_by("asked_at", "pk")
    return [paper for paper in known if paper.file.storage.exists(paper.file.name)]


def erase(subject: str, at: datetime) -> Erased:
    """Take away who the person is and what was typed about them; exports that may hold them go too."""
    candidate = person(subject)
    if candidate is None:
        return {}
    selves = [one.pk for one in _selves(candidate)]
    files = Application.objects.filter(candidate__in=selves)
    keys = list(files.values_list("pk", flat=True))
    refs, people = [f"cohorts.application:{key}" for key in keys], [f"cohorts.candidate:{key}" for key in selves]
    files.model.other_zones.through.objects.filter(application__in=keys).delete()
    # The version goes up: a form opened before must not write the answers back.
    answered = files.exclude(**_NO_ANSWERS).update(version=F("version") + 1, **_NO_ANSWERS)
    erased = {
        "people": Candidate.objects.filter(pk__in=selves, erased_at=None).update(erased_at=at, **_NOBODY),
        "answers": answered,
        "marks": Evaluation.objects.filter(booking__application__in=keys).delete()[0],
        "notes": Booking.objects.filter(application__in=keys).exclude(note="").update(note=""),
        "calls": Call.objects.filter(application__in=keys).exclude(note="").update(note=""),
        "conditions": Condition.objects.filter(application__in=keys).exclude(text="").update(text=""),
        "papers": _erase_papers(keys),
        "answers if coming": Enrolment.objects.filter(application__in=keys).exclude(**_NOT_ASKED).update(**_NOT_ASKED),
        "outcomes": Enrolment.objects.filter(application__in=keys).exclude(outcome="").update(outcome=""),
        "dossiers": Dossier.objects.filter(candidate__in=selves).delete()[0],
        "consents": Consent.objects.filter(candidate__in=selves).delete()[0],
        "opt-outs": personal_data.erase_opt_outs(people),
        "told apart": TwoPeople.objects.filter(Q(one__in=selves) | Q(other__in=selves)).delete()[0],
        "letters": personal_data.erase_letters(people=people, files=refs, last="cohorts/file_erased")
        + _erase_letters_that_list(keys),
        "links": personal_data.revoke_links([*refs, *people]),
        "reasons": personal_data.erase_reasons([*refs, *people], keep=_CODES),
        "exports": _erase_exports(before=at),
        "bulk actions": _erase_bulks(keys),
        "lists": _erase_lists(before=at),
    }
    return erased


def _erase_papers(files: list[Any]) -> int:
    """What was asked of the person goes, and the files they sent for it."""
    asked = PaperRequest.objects.filter(application__in=files)
    for name in asked.exclude(file="").values_list("file", flat=True):
        papers.discard(name)
    return asked.delete()[0]


def _erase_letters_that_list(files: list[Any]) -> int:
    """Letters to colleagues that list files name the person beside the reference: the whole list goes."""
    named = Q(pk=None)
    for file in Application.objects.filter(pk__in=files).select_related("intake"):
        named |= Q(text__contains=file.reference)
    return personal_data.blank_letters(OutgoingMessage.objects.filter(named, template__in=_LISTING))


def _erase_bulks(files: list[Any]) -> int:
    """The person is in no list of files any more; what was written to them alone goes too."""
    BulkLine.objects.filter(application__in=files).delete()
    return Bulk.objects.filter(lines=None).delete()[0]


def _erase_exports(*, before: datetime) -> int:
    """Lists taken out before the erasure, with their filters: a search is a name."""
    exports = Job.objects.filter(kind=EXPORT, started_at__lte=before).exclude(state=JobState.RUNNING)
    names = [name for name in exports.values_list("result", flat=True) if name]
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names])
    return exports.delete()[0]


def _erase_lists(*, before: datetime) -> int:
    """Lists brought in before the erasure: nobody knows which of their rows speak of whom."""
    lists_at_rest = Import.objects.exclude(state__in=[ImportState.CHECKING, ImportState.WRITING])
    return services.forget_lists(lists_at_rest.filter(made_at__lte=before))


HOLDER = Holder(
    "recruitment",
    collect=collect,
    erase=erase,
    is_live=is_live,
    close=close,
    note=note,
    hold=hold,
    aliases=aliases,
)
