"""Papers: asked for, sent by link or handed over, looked at, accepted or refused.

That a file is incomplete is no state: it is that some of them are asked for and were not received.
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import translation
from django.utils.translation import gettext as _

from partnership import clock, outbox, papers, working_time
from partnership.models import User
from partnership.papers.sentences import SENTENCES
from partnership.reminders import Reminder, untold
from partnership.states import Channel, Scan
from partnership.workflow import THE_CLOCK, Actor, Refused, move, record, record_all

from .. import emails
from ..models import Application, PaperKind, PaperRequest, is_minor, names_of
from ..states import LIVE, AskedOf, AskedWhen, PaperRequestState
from .moves import WITH_ALL_A_LETTER_SAYS

_S = PaperRequestState
_REFERENCE = Path(__file__).parents[1] / "reference" / "papers.toml"
# Whoever was asked hears of what is missing after so many days.
DAYS_BEFORE_A_WORD = (2, 5)
# At once; the next sweep goes on.
MOST_SCANS = 20


def load_kinds() -> Iterator[str]:
    """Create the usual kinds that are missing, and say so; those already there belong to the administrators."""
    known = set(PaperKind.objects.values_list("code", flat=True))
    described = tomllib.loads(_REFERENCE.read_text())["paper"]
    for order, entry in enumerate(described, start=1):
        if entry["code"] not in known:
            PaperKind.objects.create(order=order * 10, **entry)
            yield f"Paper {entry['code']}: created."


# -- asked for --------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_usual(application: Application, *, by: Actor) -> list[PaperRequest]:
    """Ask for what the course asks of everybody of that age; what was asked for before stays as it is. No letter."""
    of_age = AskedOf.MINORS if is_minor(application.candidate, clock.today()) else AskedOf.ADULTS
    kinds = PaperKind.objects.for_file(application).filter(
        asked_when=AskedWhen.CONFIRMED, asked_of__in=[AskedOf.EVERYBODY, of_age]
    )
    return _ask(application, kinds.exclude(requests__application=application), by=by, hand=None)


@transaction.atomic
def ask_papers(
    application: Application, kinds: Iterable[PaperKind], *, by: User, event: str = "", words: str = ""
) -> list[PaperRequest]:
    """Ask for papers, and write to whoever has an address; Refused if each is asked for already."""
    application = _with_a_letter(application)
    if application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))
    asked = _ask(application, to_ask(application, kinds), by=by, hand=by)
    if not asked:
        raise Refused(_("Each of these papers is asked for already, or is not of this course."))
    event = event or f"papers_asked:{asked[0].pk}:{asked[0].version}"
    named = names_of((one.kind for one in asked), application.candidate.language)
    emails.papers_asked(application, event=event, papers=named, words=words)
    return asked


def to_ask(application: Application, kinds: Iterable[PaperKind]) -> list[PaperKind]:
    """Of these kinds, those that are of the course and were not asked for yet, or no longer are."""
    asked = {one.kind_id for one in application.papers.all() if one.state != _S.DROPPED}
    return [kind for kind in kinds if kind.pk not in asked and kind.fits(application)]


def _ask(application: Application, kinds: Iterable[PaperKind], *, by: Actor, hand: User | None) -> list[PaperRequest]:
    kinds, now = list(kinds), clock.now()
    if not kinds:
        return []
    dropped = {one.kind_id: one for one in application.papers.filter(kind__in=kinds, state=_S.DROPPED)}
    fresh = PaperRequest.objects.bulk_create(
        PaperRequest(application=application, kind=kind, asked_at=now, asked_by=hand)
        for kind in kinds
        if kind.pk not in dropped
    )
    record_all([(one, "") for one in fresh], _S.ASKED, by=by)
    for one in dropped.values():
        move(one, _S.ASKED, by=by, asked_at=now, asked_by=hand)
    return [*fresh, *dropped.values()]


@transaction.atomic
def drop_paper(request: PaperRequest, *, by: User, version: int | None = None) -> None:
    """Ask for a paper no longer; a file that was sent for it goes."""
    held = _open(request)
    name = held.file.name
    move(held, _S.DROPPED, by=by, version=version, file="", scan="", pages=0, sent_at=None, refusal="")
    if name:
        papers.discard(name)
    _forget_the_word(held)


# -- sent, or handed over ---------------------------------------------------------------------------------------------


def send_paper(
    request: PaperRequest, paper: papers.Paper, *, by: Actor, channel: Channel = Channel.WEB
) -> PaperRequest:
    """Keep what was sent for a paper, in place of what was sent before; called outside of any transaction."""
    with papers.kept(paper) as name:
        held = _held(request)
        if held.application.state not in LIVE:
            raise Refused(_("This application is closed: nothing more is to be sent."))
        if held.state == _S.ACCEPTED:
            raise Refused(_("This paper is accepted already: you have nothing more to send for it."))
        if held.state == _S.DROPPED:
            raise Refused(_("This paper is no longer asked for: you have nothing to send for it."))
        former = held.file.name
        move(
            held,
            _S.RECEIVED,
            by=by,
            channel=channel,
            file=name,
            scan=paper.scan,
            pages=paper.pages,
            sent_at=clock.now(),
            is_on_paper=False,
            checked_at=None,
            checked_by=None,
            refusal="",
        )
        if former:
            papers.discard(former)
        _forget_the_word(held)
    return held


@transaction.atomic
def receive_on_paper(request: PaperRequest, *, by: User, version: int | None = None) -> None:
    """Somebody of ours has the paper in their hands: received and accepted, without a file."""
    held = _open(request)
    if held.state == _S.RECEIVED:
        raise Refused(_("A file was sent for this paper: look at it first."))
    seen = {"checked_at": clock.now(), "checked_by": by, "refusal": "", "is_on_paper": True}
    move(held, _S.ACCEPTED, by=by, channel=Channel.PAPER, version=version, **seen)
    _forget_the_word(held)


# -- looked at --------------------------------------------------------------------------------------------------------


@transaction.atomic
def accept_paper(request: PaperRequest, *, by: User, version: int | None = None) -> None:
    """What was sent is the paper; Refused as long as it may hold a virus."""
    held = _open(request)
    if not held.file:
        raise Refused(_("Nothing was sent for this paper."))
    if held.scan != Scan.CLEAN:
        raise Refused(_("This paper is still being looked through for viruses: come back in a few minutes."))
    move(held, _S.ACCEPTED, by=by, version=version, checked_at=clock.now(), checked_by=by, refusal="")


@transaction.atomic
def take_paper_back(request: PaperRequest, *, by: User, version: int | None = None) -> None:
    """A paper was accepted by mistake: it is to be looked at again, or awaited again if there is no file of it."""
    held = _open(request)
    if held.state != _S.ACCEPTED:
        raise Refused(_("This paper is not accepted."))
    to = _S.RECEIVED if held.file else _S.ASKED
    move(held, to, by=by, version=version, checked_at=None, checked_by=None, is_on_paper=False)


@transaction.atomic
def refuse_paper(request: PaperRequest, *, reason: str, by: User, version: int | None = None) -> None:
    """What was sent is not the paper: a letter says why, and asks for it again."""
    _refuse(_open(request), reason=reason, by=by, hand=by, version=version)


def _refuse(held: PaperRequest, *, reason: str, by: Actor, hand: User | None, **changes: object) -> None:
    now = clock.now()
    said = {"refusal": reason, "checked_at": now, "checked_by": hand, "asked_at": now, "asked_by": hand}
    move(held, _S.REFUSED, by=by, reason=reason, is_on_paper=False, **(said | changes))
    (paper,) = names_of([held.kind], held.application.candidate.language)
    event = f"paper_refused:{held.pk}:{held.version}"
    emails.paper_refused(held.application, event=event, paper=paper, reason=reason)


def look_again_at_papers() -> int:
    """Ask the virus scanner again about papers it did not answer for; how many it has now answered for."""
    answered = 0
    # At random: one that the scanner cannot read keeps no other waiting.
    for request in PaperRequest.objects.filter(scan=Scan.PENDING).exclude(file="").order_by("?")[:MOST_SCANS]:
        scan = papers.look_again(request.file.name)
        if scan == Scan.PENDING:
            break  # it is still away: the next sweep asks
        _note_scan(request, scan)
        answered += 1
    return answered


@transaction.atomic
def _note_scan(request: PaperRequest, scan: Scan) -> None:
    held = _held(request)
    if held.file.name != request.file.name:
        return  # another was sent meanwhile
    if scan != Scan.INFECTED:
        # No deed of anybody's: whoever has the page open may go on.
        PaperRequest.objects.filter(pk=held.pk).update(scan=scan)
        return
    papers.discard(held.file.name)
    gone = {"file": "", "scan": "", "pages": 0}
    if held.state != _S.RECEIVED:
        # Refused already, or seen on paper since: the file goes, and nobody is told twice.
        PaperRequest.objects.filter(pk=held.pk).update(**gone)
        record(held, "edited", by=THE_CLOCK, reason="file")
        return
    with translation.override(held.application.candidate.language):
        reason = str(SENTENCES["virus"])
    _refuse(held, reason=reason, by=THE_CLOCK, hand=None, **gone)


def _held(request: PaperRequest) -> PaperRequest:
    """The paper as it is now, with all that a letter says of its file; whoever else decides about it waits."""
    held = PaperRequest.objects.select_for_update(of=("self",), no_key=True).select_related("kind").get(pk=request.pk)
    held.application = WITH_ALL_A_LETTER_SAYS.get(pk=held.application_id)
    held.application.cohort.intake = held.application.intake
    return held


def _open(request: PaperRequest) -> PaperRequest:
    held = _held(request)
    if held.application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))
    return held


def _with_a_letter(application: Application) -> Application:
    found = WITH_ALL_A_LETTER_SAYS.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
    found.cohort.intake = found.intake
    return found


# -- reminders --------------------------------------------------------------------------------------------------------


def _forget_the_word(held: PaperRequest) -> None:
    """What was to be said in the morning of papers that came in the night."""
    outbox.cancel(key=f"paper_refused:{held.pk}:{held.version - 1}")
    if not held.application.papers.missing().exists():
        outbox.cancel(about=held.application, template="cohorts/papers_missing")


def _incomplete(days: int) -> QuerySet[Application]:
    """Files from which papers are still missing so many days after the last was asked for, as nobody has said yet."""
    now: datetime = clock.now()
    if working_time.next_polite_moment(now) > now:
        return Application.objects.none()
    wait = timedelta(days=days)
    missing = PaperRequest.objects.missing()
    files = WITH_ALL_A_LETTER_SAYS.filter(state__in=LIVE, pk__in=missing.values("application"))
    last = missing.filter(application=OuterRef("pk")).order_by("-asked_at").values("asked_at")[:1]
    asked = files.exclude(candidate__email="").annotate(last_asked=Subquery(last)).filter(last_asked__lte=now - wait)
    # What was said of an earlier asking counts no more; of two words due at once, the later one says it all.
    return untold(asked.annotate(told_from=F("last_asked") + wait), "cohorts/papers_missing", since="told_from")


def _tell_missing(application: Application, days: int) -> None:
    application.cohort.intake = application.intake
    missing = application.papers.missing().in_order()
    named = names_of((one.kind for one in missing), application.candidate.language)
    emails.papers_missing(application, papers=named, since=application.last_asked, days=days)


# The later word first: where both are due it is the one that is said.
PAPERS = tuple(
    Reminder(
        f"papers_{days}",
        lambda days=days: _incomplete(days),
        lambda application, days=days: _tell_missing(application, days),
    )
    for days in sorted(DAYS_BEFORE_A_WORD, reverse=True)
)
