"""One deed for many files: chosen, reviewed letter by letter, then done by a long task, once a file.

A deed is known here by its key (ACTIONS); what it asks is in forms/bulk.py. An app that adds one registers both.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, jobs, outbox
from partnership import services as house
from partnership.models import Job, Membership, OutgoingMessage, User, ref
from partnership.states import MessageState
from partnership.workflow import Refused, Stale

from . import emails, policies, services
from .models import (
    CAREER,
    RECRUITMENT,
    Application,
    ApplicationQuerySet,
    Bulk,
    BulkLine,
    Candidate,
    PaperKind,
    names_of,
)
from .services.moves import WITH_ALL_A_LETTER_SAYS
from .states import LIVE, ApplicationState, BulkOutcome, Skip, SlotKind

S = ApplicationState
# At once: more than a recruiter reviews.
MOST = 500
KIND = "bulk"
# The same letter is not written twice to somebody within this time.
APART = timedelta(days=1)
LINES_AT_ONCE = 10

# What can be asked for again: the name of the answer, where it is kept, and how a letter calls it.
ANSWERS: dict[str, Promise] = {
    "phone": gettext_lazy("your telephone number"),
    "birth_year": gettext_lazy("the month and year of your birth"),
    "commune": gettext_lazy("your postcode and commune"),
    "level": gettext_lazy("your highest diploma"),
    "diploma_on": gettext_lazy("the date of your diploma"),
    "languages": gettext_lazy("the languages you speak"),
    "availability": gettext_lazy("when you could work besides office hours"),
    "has_employer": gettext_lazy("whether you have already found an employer"),
    "employer_name": gettext_lazy("the name of your employer"),
    "job": gettext_lazy("the position you hold"),
    "management_years": gettext_lazy("your years of management"),
    "funding": gettext_lazy("who pays for the course"),
}
# Each course asks its own: the school's questions, or a professional's.
_OF_A_SCHOOL = {"level", "diploma_on", "languages", "availability", "has_employer"}
_OF_THE_PERSON = {field.name for field in Candidate._meta.get_fields()}


@dataclass(frozen=True)
class Action:
    """A deed: for files in which stages, the letter it writes, and what else it does.

    `write` posts the letter, and is called to show it as well: it must do nothing else. `do` does the whole deed,
    letter included, where there is more than the letter; such a letter is no draft. `asks` names what must be said
    first, and `apart` passes over whoever was written such a letter a short time ago. Where applicants are written
    nothing, `tell` posts the one letter to a colleague about all the files that were done. `may` says to whom the deed
    is offered.
    """

    key: str
    label: str | Promise
    states: tuple[ApplicationState, ...]
    write: Callable[[Application, Bulk], None] | None
    template: str
    do: Callable[[Application, Bulk], None] | None = None
    asks: tuple[str, ...] = ()
    apart: bool = True
    skip: Callable[[Application, Bulk], str] = lambda application, bulk: ""
    tell: Callable[[Bulk, list[Application]], None] | None = None
    may: Callable[[User], bool] = lambda user: True


ACTIONS: dict[str, Action] = {}


def register(*actions: Action) -> None:
    """Make deeds known, in the order of the menu; called where an app gets ready."""
    ACTIONS.update({action.key: action for action in actions})


def offered_to(user: User) -> list[Action]:
    """The deeds somebody may choose, in the order of the menu."""
    return [action for action in ACTIONS.values() if action.may(user)]


# -- what somebody has chosen -----------------------------------------------------------------------------------------


@transaction.atomic
def choose(action: str, applications: Iterable[Application], *, said: dict[str, Any], by: User) -> Bulk:
    """Keep what was chosen, to be looked at; Refused if it is nothing, or too much to be looked at."""
    keys = [application.pk for application in applications]
    if not keys:
        raise Refused(_("Tick at least one file of the list."))
    if len(keys) > MOST:
        raise Refused(_("That is more than %(most)s files at once: narrow the list with its filters.") % {"most": MOST})
    bulk = Bulk.objects.create(action=action, said=said, created_at=clock.now(), created_by=by)
    BulkLine.objects.bulk_create(BulkLine(bulk=bulk, application_id=key) for key in keys)
    return bulk


@dataclass(frozen=True)
class Review:
    """The files of a bulk action: those it will be done to, and those passed over with the reason."""

    taken: list[BulkLine]
    skipped: list[BulkLine]
    left_out: list[BulkLine]


def review(bulk: Bulk) -> Review:
    """What the action would do now, file by file; the same number of statements whatever their number."""
    lines = list(bulk.lines.all())
    files = {file.pk: file for file in _files(bulk.created_by).filter(pk__in=[line.application_id for line in lines])}
    already = _already(bulk, files)
    taken, skipped, left_out = [], [], []
    for line in lines:
        file = files.get(line.application_id)
        if file is not None:
            line.application = file
        line.reason = _skip(bulk, file, already=already)
        where = left_out if line.outcome == BulkOutcome.LEFT_OUT else skipped if line.reason else taken
        where.append(line)
    # A file that is no longer to be read has no name to show.
    return Review(taken, skipped, [line for line in left_out if line.application_id in files])


def _files(user: User) -> ApplicationQuerySet:
    """The files somebody may read, with all that a letter says; who follows them is asked once for all."""
    roles = Prefetch("owner__memberships", Membership.objects.current().select_related("zone", "party"), "_memberships")
    files = WITH_ALL_A_LETTER_SAYS.visible_to(user) if user.is_active else Application.objects.none()
    return files.select_related("candidate__commune").prefetch_related(roles, "intake__paragraphs", "papers")


def _already(bulk: Bulk, keys: Iterable[Any]) -> set[str]:
    """The files about which the same letter was written a short time ago, by another choice than this."""
    if not ACTIONS[bulk.action].apart:
        return set()
    letters = OutgoingMessage.objects.filter(
        about__in=[f"cohorts.application:{key}" for key in keys],
        template=ACTIONS[bulk.action].template,
        written_at__gt=clock.now() - APART,
    ).exclude(state=MessageState.CANCELLED)
    return set(letters.exclude(key__startswith=f"bulk:{bulk.pk}:").values_list("about", flat=True))


def _skip(bulk: Bulk, file: Application | None, *, already: set[str]) -> str:
    """Why a file is passed over, if it is."""
    action = ACTIONS[bulk.action]
    if file is None:
        return Skip.GONE
    if file.state not in action.states or file.candidate.erased_at:
        return Skip.STAGE
    if action.write is not None and not file.candidate.email:
        return Skip.NO_ADDRESS
    if ref(file) in already:
        return Skip.ALREADY
    return action.skip(file, bulk)


def event_of(bulk: Bulk, application: Application) -> str:
    """The key of the letter that a bulk action writes about a file."""
    return f"bulk:{bulk.pk}:{application.pk}"


def proof_of(bulk: Bulk, application: Application, *, dressed: bool = False) -> OutgoingMessage | None:
    """The very letter that the action would write about a file; nothing is kept."""
    application.cohort.intake = application.intake
    write = ACTIONS[bulk.action].write
    with outbox.proofs(dressed=dressed) as proofs:
        if write is not None:
            write(application, bulk)
    return proofs[0] if proofs else None


def proof_of_all(bulk: Bulk, files: list[Application]) -> OutgoingMessage | None:
    """The very letter to a colleague that the action would write about all of the files; nothing is kept."""
    tell = ACTIONS[bulk.action].tell
    with outbox.proofs() as proofs:
        if tell is not None:
            tell(bulk, sorted(files, key=lambda file: file.number))
    return proofs[0] if proofs else None


def rewrite(letter: OutgoingMessage, *, by: User, version: int | None = None) -> None:
    """Write a draft of a bulk action anew, as the action would write it today."""
    origin, _colon, rest = letter.key.partition(":")
    bulk = Bulk.objects.filter(pk=rest.partition(":")[0]).first() if origin == "bulk" else None
    file = WITH_ALL_A_LETTER_SAYS.filter(pk=letter.about.rpartition(":")[2]).first()
    proof = proof_of(bulk, file, dressed=True) if bulk and file else None
    if proof is None:
        raise Refused(_("What wrote this letter is no longer kept: change it by hand."))
    house.rewrite_letter(letter, proof, by=by, version=version)


def is_said(bulk: Bulk) -> bool:
    """Whether everything is said that the letters need."""
    return all(bulk.said.get(name) for name in ACTIONS[bulk.action].asks)


@transaction.atomic
def say(bulk: Bulk, said: dict[str, Any], *, version: int) -> None:
    """Change what the letters say, before they are written; Stale if they have been meanwhile."""
    changed = Bulk.objects.filter(pk=bulk.pk, version=version, started_at=None)
    if not changed.update(said=said, version=version + 1):
        raise Stale(bulk)
    bulk.refresh_from_db()


@transaction.atomic
def leave_out(line: BulkLine, *, out: bool) -> None:
    """Leave a file out of what will be done, or take it in again; nothing once it has begun."""
    before, after = BulkOutcome.CHOSEN, BulkOutcome.LEFT_OUT
    lines = BulkLine.objects.filter(pk=line.pk, bulk__started_at=None, outcome=before if out else after)
    lines.update(outcome=after if out else before)


@transaction.atomic
def start(bulk: Bulk, *, version: int, as_drafts: bool = False) -> Job:
    """Hand the action to the worker, once; Stale if it says something else than what was looked at, or has begun."""
    if not is_said(bulk):
        raise Refused(_("Say first what the letters are to say."))
    as_drafts = as_drafts and ACTIONS[bulk.action].do is None
    now = clock.now()
    job = jobs.start(KIND, by=bulk.created_by, bulk=str(bulk.pk), language=translation.get_language() or "fr")
    begun = Bulk.objects.filter(pk=bulk.pk, version=version, started_at=None)
    if not begun.update(started_at=now, job=job, as_drafts=as_drafts, version=version + 1):
        raise Stale(bulk)
    bulk.refresh_from_db()
    return job


# -- what the worker does ---------------------------------------------------------------------------------------------


def step(job: Job) -> bool:
    """Do the deed to the next files, each in its own transaction; finished once none is left."""
    bulk = Bulk.objects.select_related("created_by").get(pk=job.parameters["bulk"])
    with translation.override(job.parameters["language"]):
        waiting = bulk.lines.filter(outcome=BulkOutcome.CHOSEN).order_by("pk").values_list("pk", flat=True)
        for line in list(waiting[:LINES_AT_ONCE]):
            _do(bulk, line)
    lines = bulk.lines.exclude(outcome=BulkOutcome.LEFT_OUT)
    job.total = lines.count()
    job.done = lines.exclude(outcome=BulkOutcome.CHOSEN).count()
    if job.done < job.total:
        return False
    tell = ACTIONS[bulk.action].tell
    if tell is not None:
        done = [line.application_id for line in lines if line.outcome == BulkOutcome.DONE]
        # Once, by its key: whoever is killed before the task is told to be over writes it again in vain.
        with transaction.atomic():
            tell(bulk, list(WITH_ALL_A_LETTER_SAYS.filter(pk__in=done).order_by("number")))
    return True


@transaction.atomic
def _do(bulk: Bulk, key: int) -> None:
    # The row is the turn: another worker waits here, then finds that the line is done.
    mine = BulkLine.objects.filter(pk=key, outcome=BulkOutcome.CHOSEN)
    if not mine.update(outcome=BulkOutcome.DONE):
        return
    line = BulkLine.objects.get(pk=key)
    file = _files(bulk.created_by).filter(pk=line.application_id).first()
    already = _already(bulk, [line.application_id])
    reason = _skip(bulk, file, already=already)
    if not reason and file is not None:
        file.cohort.intake = file.intake
        try:
            with transaction.atomic():
                (ACTIONS[bulk.action].do or ACTIONS[bulk.action].write)(file, bulk)
        except Refused as refusal:
            reason = refusal.reason[:300]
        except Stale:
            reason = Skip.CHANGED
    if reason:
        BulkLine.objects.filter(pk=key).update(outcome=BulkOutcome.SKIPPED, reason=reason)


def drafts_of(bulk: Bulk) -> list[OutgoingMessage]:
    """The drafts of a bulk action that nobody has sent or thrown away yet."""
    return list(OutgoingMessage.objects.filter(key__startswith=f"bulk:{bulk.pk}:", state=MessageState.DRAFT))


@transaction.atomic
def send_drafts(bulk: Bulk, *, by: User) -> int:
    """Let every draft of a bulk action leave that still is one; how many."""
    number = 0
    for letter in drafts_of(bulk):
        try:
            house.send_letter(letter, by=by, version=letter.version)
        except Stale:
            continue  # somebody else has just decided about it
        number += 1
    return number


# -- the deeds --------------------------------------------------------------------------------------------------------


def _invite(kind: SlotKind) -> Callable[[Application, Bulk], None]:
    def write(application: Application, bulk: Bulk) -> None:
        emails.booking_invited(
            application,
            event=event_of(bulk, application),
            kind=kind,
            words=bulk.said.get("words", ""),
            is_draft=bulk.as_drafts,
        )

    return write


def _missing(application: Application, bulk: Bulk) -> list[str]:
    """The answers asked for that the file does not hold, as its letter calls them."""
    not_ours = _OF_A_SCHOOL if application.intake.programme.is_for_professionals else {*CAREER}
    asked = [name for name in bulk.said.get("answers", []) if name in ANSWERS and name not in not_ours]
    holders = {name: application.candidate if name in _OF_THE_PERSON else application for name in asked}
    with translation.override(application.candidate.language):
        return [str(ANSWERS[name]) for name in asked if getattr(holders[name], name) in (None, "", [])]


def _ask(application: Application, bulk: Bulk) -> None:
    emails.answers_missing(
        application,
        event=event_of(bulk, application),
        missing=_missing(application, bulk),
        words=bulk.said.get("words", ""),
        is_draft=bulk.as_drafts,
    )


def _message(application: Application, bulk: Bulk) -> None:
    emails.recruiter_wrote(
        application,
        event=event_of(bulk, application),
        subject=bulk.said.get("subject", ""),
        words=bulk.said.get("words", ""),
        is_draft=bulk.as_drafts,
    )


def _write_rejection(application: Application, bulk: Bulk) -> None:
    application.exit_reason = bulk.said.get("reason", "")
    emails.application_rejected(application)


def _reject(application: Application, bulk: Bulk) -> None:
    services.reject(application, reason=bulk.said.get("reason", ""), by=bulk.created_by, version=application.version)


def _kinds(bulk: Bulk) -> list[PaperKind]:
    """The papers asked for, looked up once for all the files."""
    if not hasattr(bulk, "kinds"):
        bulk.kinds = list(PaperKind.objects.filter(pk__in=bulk.said.get("papers", [])))
    return bulk.kinds


def _ask_for_papers(application: Application, bulk: Bulk) -> None:
    words, event = bulk.said.get("words", ""), event_of(bulk, application)
    services.ask_papers(application, _kinds(bulk), by=bulk.created_by, event=event, words=words)


def _write_for_papers(application: Application, bulk: Bulk) -> None:
    papers = names_of(services.to_ask(application, _kinds(bulk)), application.candidate.language)
    event, words = event_of(bulk, application), bulk.said.get("words", "")
    emails.papers_asked(application, event=event, papers=papers, words=words)


def _entrust(application: Application, bulk: Bulk) -> None:
    heir = heir_of(bulk)
    if heir is None:
        raise Refused(_("Say first who is to follow these files."))
    services.entrust(application, to=heir, by=bulk.created_by, version=application.version)


def heir_of(bulk: Bulk) -> User | None:
    """Whoever is to follow the files, once it is said; asked once."""
    if not hasattr(bulk, "heir"):
        key = bulk.said.get("owner")
        bulk.heir = User.objects.filter(pk=key, is_active=True).first() if key else None
    return bulk.heir


def _not_entrusted(application: Application, bulk: Bulk) -> str:
    """Why a file does not change hands, if it does not."""
    if not policies.can_entrust(bulk.created_by, application):
        return Skip.NOT_YOURS
    heir = heir_of(bulk)
    if heir is None:
        return ""
    if application.owner_id == heir.pk:
        return Skip.FOLLOWED
    zones = heir.zones_as(*RECRUITMENT)
    return "" if zones is None or application.cohort.zone_id in zones else Skip.ELSEWHERE


def _tell_heir(bulk: Bulk, files: list[Application]) -> None:
    heir = heir_of(bulk)
    if heir is not None:
        services.tell_entrusted(files, to=heir, by=bulk.created_by, event=f"bulk:{bulk.pk}")


_REJECTABLE = tuple(state for state in LIVE if S.REJECTED in Application.FLOW[state])


def register_ours() -> None:
    """Make the deeds of recruitment known."""
    before_a_date = (S.ENQUIRY, S.SUBMITTED, S.NO_SHOW)
    register(
        Action(
            "invite",
            gettext_lazy("Invite to an interview"),
            (*before_a_date, S.INTERVIEWED),
            _invite(SlotKind.INTERVIEW),
            "cohorts/booking_invited",
        ),
        Action(
            "invite_meeting",
            gettext_lazy("Invite to an information meeting"),
            before_a_date,
            _invite(SlotKind.INFORMATION),
            "cohorts/booking_invited",
        ),
        Action(
            "ask",
            gettext_lazy("Ask for a missing answer"),
            LIVE,
            _ask,
            "cohorts/answers_missing",
            asks=("answers",),
            skip=lambda application, bulk: "" if _missing(application, bulk) else Skip.NOTHING_MISSING,
        ),
        Action(
            "papers",
            gettext_lazy("Ask for papers"),
            LIVE,
            _write_for_papers,
            "cohorts/papers_asked",
            do=_ask_for_papers,
            asks=("papers",),
            apart=False,
            # Before any is chosen, nobody is left out.
            skip=lambda application, bulk: (
                "" if not _kinds(bulk) or services.to_ask(application, _kinds(bulk)) else Skip.ASKED_ALREADY
            ),
        ),
        Action(
            "write",
            gettext_lazy("Write a letter"),
            tuple(S),
            _message,
            "cohorts/recruiter_wrote",
            asks=("subject", "words"),
            apart=False,
        ),
        Action(
            "reject",
            gettext_lazy("Reject, with a reason"),
            _REJECTABLE,
            _write_rejection,
            "cohorts/application_rejected",
            do=_reject,
            asks=("reason",),
            apart=False,
        ),
        Action(
            "entrust",
            gettext_lazy("Entrust to a colleague"),
            LIVE,
            None,
            "",
            do=_entrust,
            asks=("owner",),
            apart=False,
            skip=_not_entrusted,
            tell=_tell_heir,
            may=policies.is_head,
        ),
    )
