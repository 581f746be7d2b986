"""Students under way are followed: visits and calls planned, held and noted."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, workflow
from partnership.models import User
from partnership.workflow import Refused, Stale, record

from ..board import follow_up
from ..models import Placement, Visit
from ..states import CHECK_INS, PlacementState, Signal, VisitKind
from .placements import responsible_for
from .tutor_dates import tell_tutors

_REFUSALS = {"a_check_in_is_held_once": gettext_lazy("This check-in is recorded already.")}
MOST_AHEAD_DAYS = 366


@transaction.atomic
def record_visit(
    placement: Placement,
    *,
    kind: str,
    done_on: date,
    signal: str,
    by: User,
    notes: str = "",
    next_on: date | None = None,
    shown: int | None = None,
) -> Visit:
    """Note a visit, a check-in or a call that has taken place, and plan the next visit if there is a day for it.

    Stale if something has been noted since a page that showed `shown` of them, by somebody else or by the same click.
    """
    if kind not in VisitKind.values or signal not in Signal.values:
        raise Refused(_("Say what it was, and how it goes."))
    if done_on > clock.today():
        raise Refused(_("This day is still to come: record it once it has passed."))
    held = _held(placement, shown)
    if held.started_on is None or done_on < held.started_on:
        raise Refused(_("This student had not begun at the host that day."))
    done = {"done_on": done_on, "done_at": clock.now(), "done_by": by, "signal": signal, "notes": notes}
    visit = held.visits.planned().filter(kind=kind).first()
    with workflow.refusing(_REFUSALS):
        if visit is None:
            due_on = follow_up.due_day(held, kind) or done_on
            visit = Visit.objects.create(placement=held, kind=kind, due_on=due_on, **done)
        else:
            Visit.objects.filter(pk=visit.pk).update(**done, version=visit.version + 1)
    record(visit, "visited", by=by)
    if next_on is not None:
        plan_visit(held, kind=VisitKind.VISIT, on=next_on, by=by)
    return visit


@transaction.atomic
def plan_visit(placement: Placement, *, kind: str, on: date, by: User) -> Visit:
    """Fix the day of the next visit or call, or move it; a check-in is planned only while it was not held.

    The tutor hears of a day that was not agreed before.
    """
    if not clock.today() <= on or (on - clock.today()).days > MOST_AHEAD_DAYS:
        raise Refused(_("Choose a day from today on, within a year."))
    held = _held(placement, None)
    if kind in CHECK_INS and held.visits.done().filter(kind=kind).exists():
        raise Refused(_REFUSALS["a_check_in_is_held_once"])
    visit = held.visits.planned().filter(kind=kind).first()
    is_news = visit is None or visit.due_on != on
    if visit is None:
        visit = Visit.objects.create(placement=held, kind=kind, due_on=on)
    else:
        visit.due_on, visit.version = on, visit.version + 1
        visit.save(update_fields=["due_on", "version"])
    record(visit, "visit_planned", by=by)
    if is_news:
        tell_tutors(held, lead=responsible_for(held) or by, event=f"visit:{visit.pk}:{visit.version}")
    return visit


def _held(placement: Placement, shown: int | None) -> Placement:
    """The placement's row, so that whoever notes the same meeting at the same moment waits, and sees."""
    rows = Placement.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("enrolment__application__cohort").get(pk=placement.pk)
    if held.state != PlacementState.ACTIVE:
        raise Refused(_("Only a student who is at their host is followed."))
    if shown is not None and held.visits.done().count() != shown:
        raise Stale(held)
    return held
