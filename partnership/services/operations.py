"""The machine in the hands of its administrators: letters that stopped, tasks, alerts, what must always hold."""

import logging
import time
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from .. import clock, emails, heartbeats, invariants, jobs, operations, outbox
from ..models import InvariantCheck, Job, JournalEntry, Membership, OutgoingMessage, User
from ..states import JobState, MessageState, Role
from ..workflow import THE_CLOCK, Actor, Refused, move, record

log = logging.getLogger(__name__)

# While something lasts, administrators are reminded of it no more often.
ALERTS_APART = timedelta(days=1)


@transaction.atomic
def send_letter_again(letter: OutgoingMessage, *, by: Actor) -> None:
    """Put a letter that was held, refused or returned back among those to send."""
    before = letter.state
    if not outbox.send_again(letter):
        raise Refused(
            _("“%(letter)s” is neither held, unsent nor returned: it is not sent again.") % {"letter": letter}
        )
    record(letter, MessageState.PENDING, by=by, before=before)


@transaction.atomic
def settle_letter(letter: OutgoingMessage, *, by: Actor) -> None:
    """Say that a letter in doubt had left; it is not sent again."""
    if letter.state != MessageState.HELD:
        raise Refused(_("“%(letter)s” is not in doubt.") % {"letter": letter})
    move(letter, MessageState.SENT, by=by, sent_at=clock.now(), secret="")  # noqa: S106 (forgotten)


@transaction.atomic
def cancel_letter(letter: OutgoingMessage, *, by: Actor) -> None:
    """Give up a letter that was held or could not leave."""
    if letter.state not in (MessageState.HELD, MessageState.DEAD):
        raise Refused(_("“%(letter)s” is neither held nor unsent: it is not cancelled here.") % {"letter": letter})
    move(letter, MessageState.CANCELLED, by=by, secret="")  # noqa: S106 (forgotten)


@transaction.atomic
def restart_job(job: Job, *, by: User) -> None:
    """Let a task that failed be worked on again, from where it was."""
    if job.state != JobState.FAILED:
        raise Refused(_("Only a task that has failed is started again."))
    move(job, JobState.WAITING, by=by, ended_at=None)
    transaction.on_commit(lambda: jobs.ring(job))


def administrators() -> list[User]:
    """The people who look after the machine today."""
    memberships = Membership.objects.current().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return list(User.objects.filter(memberships__in=memberships).distinct())


@transaction.atomic
def tell_administrators() -> list[operations.Problem]:
    """Write to administrators about what has gone wrong, once a day while it lasts, and about what is over.

    What has been told is read in the letters themselves: their key names the rule and the hour at which it was told, so
    that two who look at the same moment write once, and a rule that comes and goes writes once an hour at most.
    """
    heartbeats.forget()
    problems = operations.look().problems
    for problem in problems:
        # Letters may be what is broken: whoever reads the log learns it as well.
        log.error("alert %s: %s", problem.key, problem.number or problem.age)
    told, over = _alerts_told()
    now, readers = clock.now(), administrators()
    for problem in problems:
        last = told.get(problem.key)
        lasts = last is not None and (problem.key, last.hour) not in over
        if lasts and now - last.at < ALERTS_APART:
            continue
        for administrator in readers:
            with translation.override(administrator.language):
                what = problem.words
            emails.alert_raised(what, key=f"{problem.key}:{now:%Y-%m-%dT%H}", to=administrator)
    current = {problem.key for problem in problems}
    for key, last in told.items():
        if key in current or (key, last.hour) in over:
            continue
        for administrator in readers:
            with translation.override(administrator.language):
                what = operations.called(key)
            emails.alert_over(what, key=f"{key}:{last.hour}", to=administrator)
    return problems


class _Told(NamedTuple):
    hour: str
    at: datetime


def _alerts_told() -> tuple[dict[str, _Told], set[tuple[str, str]]]:
    """When each rule was told last, and which of those times were followed by their end."""
    lately = OutgoingMessage.objects.filter(written_at__gte=clock.now() - 3 * ALERTS_APART)
    alerts = lately.filter(key__startswith="alert_").order_by("written_at").values_list("key", "written_at")
    told: dict[str, _Told] = {}
    over = set()
    for letter, at in alerts:
        what, key, hour, _reader = letter.split(":")
        if what == "alert_raised":
            told[key] = _Told(hour, at)
        else:
            over.add((key, hour))
    return told, over


def note_backup() -> None:
    """Write down that a backup has been made, so that its age is known; by whatever machine runs the backups."""
    JournalEntry.objects.create(
        at=clock.now(),
        actor_kind=THE_CLOCK.actor_kind,
        subject=operations.BACKUP,
        about=operations.BACKUP,
        after="made",
    )


def check_invariants() -> InvariantCheck:
    """Check everything that must hold, and keep what was found in the place of the last check."""
    started = time.monotonic()
    findings: dict[str, list[str]] = {}
    for finding in invariants.check():
        findings.setdefault(finding.key, []).append(finding.reference)
    broken = sum(map(len, findings.values()))
    if broken:
        log.error("invariants broken: %s", findings)
    found = {"findings": findings, "broken": broken, "seconds": round(time.monotonic() - started, 3)}
    return InvariantCheck.objects.update_or_create(pk=1, defaults=found | {"at": clock.now()})[0]


def check_invariants_step(job: Job) -> bool:
    """The check as a task that somebody asks for, in one step."""
    check_invariants()
    job.done = job.total = len(invariants.INVARIANTS)
    return True
