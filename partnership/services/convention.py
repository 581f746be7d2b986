"""Signing a convention, keeping what was promised in it, and ending it."""

from django.db import transaction
from django.utils.translation import gettext as _

from .. import clock, emails
from ..models import Commitment, Convention, Membership, Party, Signature, User
from ..states import Channel, ConventionState, Role
from ..workflow import Refused, Stale, move, record
from .signing import held, must_be_read, put

# A convention is made between parties.
FEWEST_PARTIES = 2


def missing_to_sign(convention: Convention) -> list[str]:
    """What a draft lacks before anybody signs it."""
    lacks = []
    if not convention.purpose:
        lacks.append(_("its purpose"))
    if convention.signatures.count() < FEWEST_PARTIES:
        lacks.append(_("two parties to sign it"))
    if not convention.milestones.exists():
        lacks.append(_("a milestone"))
    return lacks


@transaction.atomic
def sign(signature: Signature, *, by: User, channel: Channel = Channel.WEB, version: int | None = None) -> None:
    """Sign for a party; the last party's signature makes the convention signed, and every coordinator is told."""
    # One row to wait for: two parties who sign at the same moment must not both believe that the other has yet to.
    convention = held(signature.convention)
    if convention.state != ConventionState.DRAFT:
        raise Refused(_("This convention has already been signed by all its parties."))
    must_be_read(convention, version)
    lacks = missing_to_sign(convention)
    if lacks:
        raise Refused(_("Nobody signs it yet, because it lacks: %(what)s.") % {"what": ", ".join(lacks)})
    if not put(signature, under=convention, by=by, channel=channel):
        return
    move(convention, ConventionState.SIGNED, by=by, channel=channel, signed_at=clock.now())
    for coordinator in coordinators(convention):
        emails.convention_signed(convention, to=coordinator)


def coordinators(convention: Convention, *, of: list[Party] | None = None) -> list[User]:
    """The people who coordinate today for a party of the convention, or for some of them."""
    memberships = Membership.objects.current().filter(
        role=Role.COORDINATOR, party__signatures__convention=convention, user__is_active=True
    )
    if of is not None:
        memberships = memberships.filter(party__in=of)
    return list(User.objects.filter(memberships__in=memberships).distinct())


@transaction.atomic
def end_convention(convention: Convention, *, reason: str, by: User, version: int | None = None) -> None:
    """End a signed convention, with the reason; nothing in it is measured, kept or amended any more."""
    running = held(convention)
    must_be_read(running, version)
    move(running, ConventionState.ENDED, by=by, reason=reason)


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
def reopen_commitment(commitment: Commitment, *, reason: str, by: User) -> None:
    """Say that a promise had not been kept after all, and why; what was shown for it stays in the journal."""
    if commitment.convention.state != ConventionState.SIGNED:
        raise Refused(_("A commitment is kept once the convention has been signed, and until it ends."))
    rows = Commitment.objects.filter(pk=commitment.pk, done_at__isnull=False)
    if not rows.update(done_at=None, done_by=None, evidence=""):
        raise Stale(commitment)
    record(commitment, "reopened", by=by, reason=reason)
    commitment.refresh_from_db()
