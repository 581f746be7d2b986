"""Conditions of an offer: chosen with it, ticked one by one or many at once."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.workflow import Actor, Refused, edit, record_all

from ..models import Application, Condition
from ..states import HOLDING, ConditionKind

# What the journal says of a condition.
ASKED, MET, UNMET = "asked", "met", "unmet"


def lay_down(application: Application, conditions: Mapping[str, str], *, by: Actor) -> None:
    """Put these conditions (kind → text) on an offer, in place of those of an earlier one; what was met stays so."""
    former = list(application.conditions.all())
    if any(condition.met_at is None for condition in former):
        application.conditions.unmet().delete()
    met = {condition.kind for condition in former if condition.met_at}
    laid = Condition.objects.bulk_create(
        Condition(application=application, kind=kind, text=conditions[kind])
        for kind in ConditionKind.values
        if kind in conditions and kind not in met
    )
    record_all([(condition, condition.kind) for condition in laid], ASKED, by=by)


@transaction.atomic
def meet(condition: Condition, *, by: User) -> None:
    """Tick a condition; Refused if somebody just has, or if no place is offered any more."""
    condition = _held(condition)
    if reason := hinders(condition):
        raise Refused(reason)
    edit(condition, by=by, deed=MET, reason=condition.kind, met_at=clock.now(), met_by=by)


@transaction.atomic
def take_back(condition: Condition, *, by: User) -> None:
    """A condition was ticked by mistake: it is still to be met."""
    condition = _held(condition)
    if condition.met_at is None:
        raise Refused(_("This condition is not ticked."))
    edit(condition, by=by, deed=UNMET, reason=condition.kind, met_at=None, met_by=None)


@transaction.atomic
def meet_all(conditions: Iterable[Condition], *, by: User) -> tuple[int, list[tuple[Condition, str]]]:
    """Tick many conditions at once; how many were, and those that could not be with the reason why."""
    done, skipped = 0, []
    # Always in the same order: two who tick at once wait for each other and never both for ever.
    for condition in sorted(conditions, key=lambda one: one.pk):
        try:
            meet(condition, by=by)
        except Refused as refusal:
            skipped.append((condition, refusal.reason))
        else:
            done += 1
    return done, skipped


def hinders(condition: Condition) -> str:
    """Why a condition cannot be ticked; nothing if it can."""
    if condition.application.state not in HOLDING:
        return _("No place is offered any more.")
    return _("Already ticked.") if condition.met_at else ""


def _held(condition: Condition) -> Condition:
    """The condition as it is now, held until the commit; of two who tick at once the second finds it ticked."""
    held = Condition.objects.select_for_update(no_key=True, of=("self",)).select_related("application")
    return held.get(pk=condition.pk)
