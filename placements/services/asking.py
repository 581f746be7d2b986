"""All the hosts of a zone asked how many places they have: chosen, reviewed, sent by a long task, reminded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from cohorts.models import Intake
from cohorts.states import BulkOutcome
from partnership import clock, jobs, outbox
from partnership.models import Job, OutgoingMessage, User, Zone
from partnership.reminders import Reminder, untold
from partnership.states import MessageState
from partnership.workflow import Refused, Stale, record

from .. import emails, policies
from ..board import pledges as boards
from ..board.pledges import HostRow
from ..models import PLEDGE_LIFE, AskLine, AskRound, HostPledge, HostSite, Seat
from ..states import AskSkip, PledgeAnswer
from .zone_leads import lead_of, leads_of

ASKING = "ask_hosts"
# A zone has fewer; more is not looked at one by one.
MOST_HOSTS = 200
LINES_AT_ONCE = 10
# Links of one address that are sent again at once.
MOST_LINKS = 5
ONE_DAY = timedelta(days=1)


@transaction.atomic
def choose_hosts(zone: Zone, intake: Intake, sites: Iterable[HostSite], *, by: User) -> AskRound:
    """Keep which hosts are to be asked about an intake, to be looked at; Refused for none, or for too many."""
    sites = list(sites)
    if not sites:
        raise Refused(_("Tick at least one host."))
    if len(sites) > MOST_HOSTS:
        raise Refused(_("That is more than %(most)s hosts at once.") % {"most": MOST_HOSTS})
    made = AskRound.objects.create(zone=zone, intake=intake, created_at=clock.now(), created_by=by)
    AskLine.objects.bulk_create(AskLine(round=made, site=site) for site in sites)
    return made


@dataclass(frozen=True)
class AskReview:
    """The hosts of a question: those who will be written to, those passed over with the reason, those left out."""

    taken: list[AskLine]
    skipped: list[AskLine]
    left_out: list[AskLine]


def review_hosts(asked: AskRound) -> AskReview:
    """What the question would do now, host by host; each line bears its row of what the host said last."""
    lines = list(asked.lines.select_related("site"))
    rows = {
        row.site.pk: row for row in boards.hosts_of(asked.zone, asked.intake, only=[line.site_id for line in lines])
    }
    found = AskReview([], [], [])
    for line in lines:
        line.row, line.round = rows.get(line.site_id), asked
        line.reason = _skip(line.row)
        if line.row is not None:
            line.site = line.row.site
        if line.outcome == BulkOutcome.LEFT_OUT:
            found.left_out.append(line)
        else:
            (found.skipped if line.reason else found.taken).append(line)
    return found


def _skip(row: HostRow | None) -> str:
    return AskSkip.GONE if row is None else row.skip


def letter_to(line: AskLine) -> OutgoingMessage:
    """The very letter that a host of a reviewed question would receive; nothing is kept."""
    with outbox.proofs(dressed=False) as letters:
        emails.places_asked(line, last=line.row.pledge)
    return letters[0]


@transaction.atomic
def say_to_hosts(asked: AskRound, words: str, *, version: int) -> None:
    """Change what the lead adds to the letters; Stale once they are being written, or somebody else changed it."""
    changed = AskRound.objects.filter(pk=asked.pk, version=version, started_at=None)
    if not changed.update(words=words, version=version + 1):
        raise Stale(asked)
    asked.refresh_from_db()


@transaction.atomic
def leave_host_out(line: AskLine, *, out: bool) -> None:
    """Leave a host out of the question, or take it in again; nothing once it has begun."""
    before, after = BulkOutcome.CHOSEN, BulkOutcome.LEFT_OUT
    lines = AskLine.objects.filter(pk=line.pk, round__started_at=None, outcome=before if out else after)
    lines.update(outcome=after if out else before)


@transaction.atomic
def start_asking(asked: AskRound, *, version: int, by: User) -> Job:
    """Hand the letters to the worker, once; Stale if they say something else than what was looked at, or are sent."""
    job = jobs.start(ASKING, by=by, round=str(asked.pk))
    begun = AskRound.objects.filter(pk=asked.pk, version=version, started_at=None)
    if not begun.update(started_at=clock.now(), job=job, version=version + 1):
        raise Stale(asked)
    asked.refresh_from_db()
    return job


# -- what the worker does ---------------------------------------------------------------------------------------------


def ask_step(job: Job) -> bool:
    """Write to the next hosts, each in its own transaction; finished once none is left."""
    asked = AskRound.objects.select_related("created_by", "zone", "intake__programme").get(pk=job.parameters["round"])
    waiting = asked.lines.filter(outcome=BulkOutcome.CHOSEN).order_by("pk")
    for line in list(waiting[:LINES_AT_ONCE]):
        _ask(asked, line)
    lines = asked.lines.exclude(outcome=BulkOutcome.LEFT_OUT)
    job.total = lines.count()
    job.done = lines.exclude(outcome=BulkOutcome.CHOSEN).count()
    return job.done >= job.total


@transaction.atomic
def _ask(asked: AskRound, line: AskLine) -> None:
    # The host's row first, as whoever hears its answer locks it: an answer of this moment is seen, or comes after.
    site = HostSite.objects.select_for_update(no_key=True).filter(pk=line.site_id).first()
    rows = boards.hosts_of(asked.zone, asked.intake, only=[line.site_id]) if site else []
    reason = _skip(rows[0] if rows else None)
    mine = AskLine.objects.filter(pk=line.pk, outcome=BulkOutcome.CHOSEN)
    if reason:
        mine.update(outcome=BulkOutcome.SKIPPED, reason=reason)
        return
    if not mine.update(outcome=BulkOutcome.DONE, asked_at=clock.now()):
        return
    line.refresh_from_db()
    line.round, line.site = asked, rows[0].site
    emails.places_asked(line, last=rows[0].pledge)
    record(line, "asked", by=asked.created_by)


# -- the link, again --------------------------------------------------------------------------------------------------


@transaction.atomic
def send_new_pledge_link(email: str) -> None:
    """Send a host the links by which it says its places, once a day; an unknown address gets nothing."""
    lines = AskLine.objects.asked().filter(
        site__contact_email__iexact=email, round__intake__starts_on__gt=clock.today()
    )
    newest: dict[tuple, AskLine] = {}
    for line in lines.select_related("site__company", "site__zone", "round__intake__programme", "round__created_by"):
        newest.setdefault((line.site_id, line.round.intake_id), line)
    for line in list(newest.values())[:MOST_LINKS]:
        emails.pledge_link(line, last=_last(line), lead=_lead(line))


def _last(line: AskLine) -> HostPledge | None:
    return HostPledge.objects.filter(site=line.site_id, intake=line.round.intake_id).first()


def _lead(line: AskLine) -> User:
    """Whoever asked, while they lead the zone; else whoever does today."""
    lead, zone = line.round.created_by, line.site.zone
    if policies.is_lead(lead) and policies.can_lead(lead, zone):
        return lead
    return lead_of(zone) or lead


# -- what time brings -------------------------------------------------------------------------------------------------


def _silent(days: int) -> QuerySet[AskLine]:
    """The hosts asked so many days ago and silent since, of an intake to come, by the last question to each."""
    now = clock.now()
    later = [more for more in emails.ASKED_AGAIN_AFTER if more > days]
    until = later[0] if later else days + emails.ASKED_AGAIN_AFTER[0]
    rows = AskLine.objects.asked().filter(
        asked_at__lte=now - days * ONE_DAY,
        asked_at__gt=now - until * ONE_DAY,
        round__intake__starts_on__gt=clock.today(),
    )
    here = {"site": OuterRef("site"), "intake": OuterRef("round__intake")}
    answered = HostPledge.objects.filter(**here, answered_at__gte=OuterRef("asked_at"))
    newer = AskLine.objects.asked().filter(
        site=OuterRef("site"), round__intake=OuterRef("round__intake"), asked_at__gt=OuterRef("asked_at")
    )
    rows = rows.filter(~Exists(answered), ~Exists(newer.order_by())).exclude(site__contact_email="")
    key = Concat(
        Value("places_asked_again:"), Cast(OuterRef("pk"), TextField()), Value(f":{days}"), output_field=TextField()
    )
    rows = untold(rows, key=key)
    return rows.select_related("site__company", "site__zone", "round__intake__programme", "round__created_by")


def _remind(line: AskLine, days: int) -> None:
    letters = OutgoingMessage.objects.filter(key__in=emails.asking_keys(line)).exclude(state=MessageState.CANCELLED)
    written = [letter.sent_at or letter.due_at for letter in letters] or [line.asked_at]
    emails.places_asked_again(
        line,
        days=days,
        written_on=max(written).astimezone(clock.PARIS).date(),
        last=_last(line),
        lead=_lead(line),
    )


SILENT_HOSTS = tuple(
    Reminder(
        f"silent_hosts_{days}",
        lambda days=days: _silent(days),
        lambda line, days=days: _remind(line, days),
    )
    for days in emails.ASKED_AGAIN_AFTER
)


def _old() -> QuerySet[HostPledge]:
    """The answers that count no more since a short time, of which no lead was told; a no, and full sites, are none."""
    free = Seat.objects.free().filter(site=OuterRef("site"), intake=OuterRef("intake"))
    none = ~Exists(Seat.objects.open().filter(site=OuterRef("site"), intake=OuterRef("intake")))
    rows = HostPledge.objects.filter(
        answered_at__lt=clock.now() - PLEDGE_LIFE, told_old_at=None, intake__starts_on__gt=clock.today()
    )
    return rows.exclude(answer=PledgeAnswer.NO).filter(Exists(free) | none)


def _zones_with_old_answers() -> QuerySet[Zone]:
    rows = Zone.objects.filter(Exists(_old().filter(site__zone=OuterRef("pk"))))
    # One letter a day: what becomes old after it waits for tomorrow's.
    today = OutgoingMessage.objects.filter(
        key__startswith=Concat(
            Value("places_to_reconfirm:"),
            Cast(OuterRef("pk"), TextField()),
            Value(f":{clock.today()}:"),
            output_field=TextField(),
        )
    )
    return rows.filter(~Exists(today))


@transaction.atomic
def _tell_of_old_answers(zone: Zone) -> None:
    rows = list(_old().filter(site__zone=zone).select_related("site").order_by("answered_at", "pk"))
    old_from = clock.now() - PLEDGE_LIFE
    for lead in leads_of(zone):
        emails.places_to_reconfirm(zone, rows, to=lead)
    HostPledge.objects.filter(pk__in=[pledge.pk for pledge in rows], answered_at__lt=old_from).update(
        told_old_at=clock.now()
    )


OLD_ANSWERS = Reminder("old_answers", _zones_with_old_answers, _tell_of_old_answers)
