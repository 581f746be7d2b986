"""Drafting a convention: its parties, milestones, objectives and commitments, until it is signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Commitment, Convention, Milestone, Objective, Party, Signature, User
from ..workflow import Refused, Stale, record, refusing
from .signing import reopened

Part = Milestone | Objective | Commitment
_REASONS = {
    "one_target_per_measure_and_zone": gettext_lazy("This milestone already has a target for that measure and zone."),
}
LONGEST = 500


def convention_of(part: Part) -> Convention:
    """The convention of which something is a part."""
    return part.milestone.convention if isinstance(part, Objective) else part.convention


# -- the whole --------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_convention(
    *, title: str, purpose: str, parties: list[Party], by: User, copy_of: Convention | None = None
) -> Convention:
    """Begin a draft, empty or as a copy of another convention, every date a year later."""
    draft = Convention.objects.create(title=title, purpose=purpose)
    _name_parties(draft, parties)
    if copy_of is not None:
        _copy(copy_of, draft)
    record(draft, "begun", by=by, reason=copy_of.title if copy_of else "")
    return draft


@transaction.atomic
def edit_convention(
    convention: Convention, *, title: str, purpose: str, parties: list[Party], by: User, version: int | None = None
) -> None:
    """Change the title, the purpose or the parties of a draft."""
    draft = reopened(convention, by=by, version=version)
    before = [signature.party for signature in draft.signatures.select_related("party")]
    gone = [party for party in before if party not in parties]
    if draft.milestones.filter(owner__in=gone).exists() or draft.commitments.filter(party__in=gone).exists():
        raise Refused(_("A party that owns a milestone or promises something signs too."))
    if set(before) != set(parties):
        _name_parties(draft, parties)
        record(draft, "edited", by=by, reason=change_words("parties", _codes(before), _codes(parties)))
    _rewrite(draft, {"title": title, "purpose": purpose}, by=by)


@transaction.atomic
def discard_convention(convention: Convention, *, by: User, version: int | None = None) -> None:
    """Throw a draft away; that there was one stays in the journal."""
    draft = reopened(convention, by=by, version=version, is_discarded=True)
    record(draft, "discarded", by=by, reason=draft.title)
    with _keeping_courses():
        draft.delete()


def _name_parties(draft: Convention, parties: list[Party]) -> None:
    draft.signatures.exclude(party__in=parties).delete()
    for order, party in enumerate(parties):
        Signature.objects.update_or_create(convention=draft, party=party, defaults={"order": order})


def _codes(parties: list[Party]) -> str:
    return ", ".join(sorted(party.code for party in parties))


def _copy(of: Convention, draft: Convention) -> None:
    parties = set(draft.signatures.values_list("party", flat=True))
    milestones = {None: None}
    for one in of.milestones.prefetch_related("objectives"):
        if one.owner_id not in parties:
            continue
        objectives = list(one.objectives.all())
        before, one.pk, one.convention = one.pk, None, draft
        one.opens_on, one.finalise_by = _a_year_later(one.opens_on), _a_year_later(one.finalise_by)
        one.save(force_insert=True)
        milestones[before] = one
        for objective in objectives:
            objective.pk, objective.milestone = None, one
            objective.due_on = _a_year_later(objective.due_on)
            objective.save(force_insert=True)
    for promise in of.commitments.filter(party__in=parties):
        Commitment.objects.create(
            convention=draft,
            milestone=milestones.get(promise.milestone_id),
            party_id=promise.party_id,
            text=promise.text,
            due_on=_a_year_later(promise.due_on),
        )


def _a_year_later(day: date | None) -> date | None:
    if day is None:
        return None
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)


# -- its parts --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_milestone(convention: Convention, *, by: User, **fields: Any) -> Milestone:
    """Add a milestone after the last."""
    draft = reopened(convention, by=by)
    last = draft.milestones.aggregate(last=Max("order"))["last"] or 0
    return _added(Milestone(convention=draft, order=last + 1, **fields), by=by)


@transaction.atomic
def add_objective(milestone: Milestone, *, by: User, **fields: Any) -> Objective:
    """Set a target for a milestone."""
    reopened(milestone.convention, by=by)
    return _added(Objective(milestone=milestone, **fields), by=by)


@transaction.atomic
def add_commitment(convention: Convention, *, by: User, **fields: Any) -> Commitment:
    """Write down what a party promises."""
    return _added(Commitment(convention=reopened(convention, by=by), **fields), by=by)


@transaction.atomic
def edit_part(part: Part, *, by: User, version: int | None = None, **changes: Any) -> None:
    """Change a part of a draft; a milestone that takes another's number gives it its own."""
    draft = reopened(convention_of(part), by=by, version=version)
    current = _locked(part, draft)
    if isinstance(current, Milestone) and changes.get("order", current.order) != current.order:
        _exchange(current, changes.pop("order"), by=by)
    with refusing(_REASONS):
        _rewrite(current, changes, by=by)


@transaction.atomic
def remove_part(part: Part, *, by: User, version: int | None = None) -> None:
    """Take a part out of a draft, a milestone with its objectives."""
    draft = reopened(convention_of(part), by=by, version=version)
    current = _locked(part, draft)
    record(current, "removed", by=by, reason=told(current))
    with _keeping_courses():
        current.delete()


def told(part: Part) -> str:
    """A part in a few words that need no translation, for the journal."""
    if isinstance(part, Milestone):
        return f"{part.order}. {part.title}"
    if isinstance(part, Objective):
        return f"{part.measure}: {part.zone or '*'} = {part.target}"
    return part.text


def _added(part: Part, *, by: User) -> Part:
    with refusing(_REASONS):
        part.save(force_insert=True)
    record(part, "added", by=by, reason=told(part)[:LONGEST])
    return part


def _locked(part: Part, draft: Convention) -> Part:
    found = type(part).objects.select_for_update().order_by().filter(pk=part.pk).first()
    if found is None:
        raise Stale(draft)
    return found


def _exchange(milestone: Milestone, order: int, *, by: User) -> None:
    others = Milestone.objects.filter(convention=milestone.convention_id)
    other = others.filter(order=order).first()
    before, spare = milestone.order, others.aggregate(last=Max("order"))["last"] + 1
    if other is not None:
        others.filter(pk=other.pk).update(order=max(spare, order + 1))
    _rewrite(milestone, {"order": order}, by=by)
    if other is not None:
        others.filter(pk=other.pk).update(order=before)


@contextmanager
def _keeping_courses() -> Iterator[None]:
    """Courses stand on milestones: what a course stands on is not thrown away."""
    try:
        yield
    except ProtectedError as problem:
        raise Refused(_("A course stands on a milestone of this draft: move the course first.")) from problem


# -- what is written --------------------------------------------------------------------------------------------------


def _rewrite(thing: models.Model, changes: dict[str, Any], *, by: User) -> None:
    """Change fields of a row, each with a line of the journal that says what it was and what it is."""
    changed = {name: value for name, value in changes.items() if getattr(thing, name) != value}
    for name, value in changed.items():
        record(thing, "edited", by=by, reason=change_words(name, getattr(thing, name), value))
        setattr(thing, name, value)
    if changed:
        thing.save(update_fields=list(changed))


def change_words(name: str, old: object, new: object) -> str:
    """« target: 100 → 120 », as the journal keeps it: each side is cut short, never the arrow between them."""
    sides = ["–" if side in (None, "") else str(side)[: LONGEST // 2 - 20] for side in (old, new)]
    return f"{name}: {' → '.join(sides)}"
