"""Amending a signed convention: what changes is listed, signed by every party, and applied with the last signature."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from .. import clock, emails, wording
from ..models import (
    Amendment,
    AmendmentChange,
    AmendmentSignature,
    Commitment,
    Convention,
    Milestone,
    Objective,
    Party,
    User,
    ref,
)
from ..states import AmendmentState, ChangeKind, Channel, ConventionState
from ..workflow import Refused, move, record
from .convention import coordinators
from .drafting import Part, change_words, convention_of
from .signing import held, must_be_read, put, reopened

# What an amendment may change of each part; a date goes with how precisely it is known.
CHANGEABLE: dict[str, tuple[type[Part], tuple[tuple[str, ...], ...]]] = {
    ChangeKind.OBJECTIVE: (Objective, (("target",), ("due_on",))),
    ChangeKind.MILESTONE: (Milestone, (("opens_on", "opens_precision"), ("finalise_by", "finalise_precision"))),
    ChangeKind.COMMITMENT: (Commitment, (("text",), ("due_on",))),
}


# -- drafting ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_amendment(convention: Convention, *, reason: str, effective_on: date, by: User) -> Amendment:
    """Begin an amendment of a signed convention, which the same parties sign in the same order."""
    whole = held(convention)
    if whole.state != ConventionState.SIGNED:
        raise Refused(_("A convention is amended once it has been signed, and until it ends."))
    last = whole.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment.objects.create(convention=whole, number=last + 1, reason=reason, effective_on=effective_on)
    AmendmentSignature.objects.bulk_create(
        AmendmentSignature(amendment=amendment, party_id=one.party_id, order=one.order)
        for one in whole.signatures.all()
    )
    record(amendment, "begun", by=by, reason=str(amendment.number))
    return amendment


@transaction.atomic
def edit_amendment(
    amendment: Amendment, *, reason: str, effective_on: date, by: User, version: int | None = None
) -> None:
    """Change the reason of an amendment, or the day it takes effect."""
    draft = reopened(amendment, by=by, version=version)
    changes = {"reason": reason, "effective_on": effective_on}
    changed = [name for name, value in changes.items() if getattr(draft, name) != value]
    Amendment.objects.filter(pk=draft.pk).update(**changes)
    record(draft, "edited", by=by, reason=", ".join(changed))


@transaction.atomic
def discard_amendment(amendment: Amendment, *, by: User, version: int | None = None) -> None:
    """Throw the draft of an amendment away; that there was one stays in the journal."""
    draft = reopened(amendment, by=by, version=version, is_discarded=True)
    record(draft, "discarded", by=by, reason=str(draft.number))
    draft.delete()


@transaction.atomic
def propose_change(
    amendment: Amendment, part: Part, *, by: User, version: int | None = None, **wanted: Any
) -> AmendmentChange:
    """List how a part of the convention changes; a change of the same part listed before gives way."""
    draft = reopened(amendment, by=by, version=version)
    if convention_of(part).pk != draft.convention_id:
        raise Refused(_("This is no part of the convention that is amended."))
    if isinstance(part, Commitment) and part.done_at is not None:
        raise Refused(_("This commitment has been kept: there is nothing left to change."))
    kind = next(kind for kind, (model, _groups) in CHANGEABLE.items() if isinstance(part, model))
    part.refresh_from_db()
    differing = [
        name
        for group in CHANGEABLE[kind][1]
        if any(name in wanted and wanted[name] != getattr(part, name) for name in group)
        for name in group
    ]
    if not differing:
        raise Refused(_("Nothing would change: the convention says this already."))
    draft.changes.filter(subject=ref(part)).delete()
    old = {name: _plain(getattr(part, name)) for name in differing}
    new = {name: _plain(wanted[name]) for name in differing}
    change = AmendmentChange.objects.create(amendment=draft, kind=kind, subject=ref(part), old=old, new=new)
    record(draft, "change_listed", by=by, reason=ref(part))
    return change


@transaction.atomic
def propose_promise(
    amendment: Amendment,
    *,
    party: Party,
    text: str,
    due_on: date | None = None,
    milestone: Milestone | None = None,
    by: User,
    version: int | None = None,
) -> AmendmentChange:
    """List a commitment that the amendment adds."""
    draft = reopened(amendment, by=by, version=version)
    if milestone is not None and milestone.convention_id != draft.convention_id:
        raise Refused(_("This is no part of the convention that is amended."))
    new = {
        "party_id": party.pk,
        "milestone_id": milestone.pk if milestone else None,
        "text": text,
        "due_on": _plain(due_on),
    }
    change = AmendmentChange.objects.create(amendment=draft, kind=ChangeKind.PROMISE, new=new)
    record(draft, "change_listed", by=by, reason=text)
    return change


@transaction.atomic
def withdraw_change(change: AmendmentChange, *, by: User, version: int | None = None) -> None:
    """Take a change out of an amendment."""
    draft = reopened(change.amendment, by=by, version=version)
    if draft.changes.filter(pk=change.pk).delete()[0]:
        record(draft, "change_withdrawn", by=by, reason=change.subject or change.new["text"])


def _plain(value: Any) -> Any:
    """As the database writes a column in JSON."""
    return value.isoformat() if isinstance(value, date) else value


# -- signing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_amendment(
    signature: AmendmentSignature, *, by: User, channel: Channel = Channel.WEB, version: int | None = None
) -> None:
    """Sign an amendment for a party; with the last signature the convention says what the amendment says."""
    # The convention first, as whoever ends it does; then the amendment, for which every signature waits.
    convention = held(signature.amendment.convention)
    amendment = held(signature.amendment)
    if amendment.state != AmendmentState.DRAFT:
        raise Refused(_("This amendment has already been signed by all its parties."))
    if convention.state != ConventionState.SIGNED:
        raise Refused(_("A convention is amended once it has been signed, and until it ends."))
    must_be_read(amendment, version)
    changes = list(amendment.changes.all())
    if not changes:
        raise Refused(_("This amendment changes nothing yet: list what changes first."))
    parts = [_part(change) for change in changes]
    is_last = put(signature, under=amendment, by=by, channel=channel)
    if not is_last:
        awaited = [one.party for one in amendment.signatures.filter(signed_at__isnull=True).select_related("party")]
        for coordinator in coordinators(convention, of=awaited):
            emails.amendment_awaits(amendment, by_party=signature.party.short_name, to=coordinator)
        return
    for change, part in zip(changes, parts, strict=True):
        _apply(change, part, convention, by=by)
    move(amendment, AmendmentState.SIGNED, by=by, channel=channel, signed_at=clock.now())
    for coordinator in coordinators(convention):
        emails.amendment_signed(amendment, to=coordinator)


def _part(change: AmendmentChange) -> Part | None:
    """The part that a change is about, held; refused if it is no longer as the amendment found it."""
    if change.kind == ChangeKind.PROMISE:
        return None
    model, _groups = CHANGEABLE[change.kind]
    part = model.objects.select_for_update().order_by().get(pk=change.subject.partition(":")[2])
    is_kept = isinstance(part, Commitment) and part.done_at is not None
    if is_kept or any(_plain(getattr(part, name)) != value for name, value in change.old.items()):
        raise Refused(
            _("“%(part)s” has changed since this amendment was written: take the change out and list it again.")
            % {"part": wording.part_words(part)}
        )
    return part


def _apply(change: AmendmentChange, part: Part | None, convention: Convention, *, by: User) -> None:
    # The database lets these rows be written because every party has signed, and only as the amendment says.
    if part is None:
        promise = Commitment.objects.create(convention=convention, **change.new)
        record(promise, "promised", by=by, reason=promise.text)
        return
    type(part).objects.filter(pk=part.pk).update(**change.new)
    for name, new in change.new.items():
        if new != change.old[name]:
            record(part, "amended", by=by, reason=change_words(name, change.old[name], new))
