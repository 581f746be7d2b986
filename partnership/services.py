"""What people do with the partnership: sign its convention, keep its commitments, have a letter sent again."""

import logging
import time

from django.db import transaction
from django.utils.translation import gettext as _

from . import clock, emails, invariants, jobs, outbox
from .models import Commitment, Convention, InvariantCheck, Job, Membership, OutgoingMessage, Signature, User
from .states import Channel, ConventionState, JobState, MessageState, Role
from .workflow import Actor, Refused, Stale, move, record

log = logging.getLogger(__name__)


@transaction.atomic
def sign(signature: Signature, *, by: User, channel: Channel = Channel.WEB) -> None:
    """Sign for a party; the last party's signature makes the convention signed, and every coordinator is told."""
    # One row to wait for: two parties who sign at the same moment must not both believe that the other has yet to.
    convention = Convention.objects.select_for_update().get(pk=signature.convention_id)
    if convention.state != ConventionState.DRAFT:
        raise Refused(_("This convention has already been signed by all its parties."))
    rows = Signature.objects.filter(pk=signature.pk, signed_at__isnull=True)
    if not rows.update(signed_at=clock.now(), signed_by=by):
        raise Refused(_("%(party)s has already signed.") % {"party": signature.party})
    record(convention, "party_signed", by=by, reason=signature.party.code, channel=channel)
    signature.refresh_from_db()
    if convention.signatures.filter(signed_at__isnull=True).exists():
        return
    move(convention, ConventionState.SIGNED, by=by, channel=channel, signed_at=clock.now())
    for coordinator in coordinators(convention):
        emails.convention_signed(convention, to=coordinator)


def coordinators(convention: Convention) -> list[User]:
    """The people who coordinate for a party of the convention today."""
    memberships = Membership.objects.current().filter(
        role=Role.COORDINATOR, party__signatures__convention=convention, user__is_active=True
    )
    return list(User.objects.filter(memberships__in=memberships).distinct())


@transaction.atomic
def keep_commitment(commitment: Commitment, *, evidence: str, by: User) -> None:
    """Say that a promise has been kept, and by what it can be seen."""
    if commitment.convention.state != ConventionState.SIGNED:
        raise Refused(_("A commitment is kept once the convention has been signed, and until it ends."))
    rows = Commitment.objects.filter(pk=commitment.pk, done_at__isnull=True)
    if not rows.update(done_at=clock.now(), done_by=by, evidence=evidence):
        raise Stale(commitment)
    record(commitment, "kept", by=by, reason=evidence)
    commitment.refresh_from_db()


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
