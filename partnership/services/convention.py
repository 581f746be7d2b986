"""Signing a convention, and keeping what was promised in it."""

from django.db import transaction
from django.utils.translation import gettext as _

from .. import clock, emails
from ..models import Commitment, Convention, Membership, Signature, User
from ..states import Channel, ConventionState, Role
from ..workflow import Refused, Stale, move, record


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
