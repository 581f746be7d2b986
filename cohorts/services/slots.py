"""Slots: opened alone or in a series, changed, cancelled; whoever has booked one is told."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, workflow, working_time
from partnership.models import User
from partnership.workflow import Refused, edit, must_be_shown, record

from ..models import Cohort, Slot
from ..states import SlotState
from .bookings import OF_ITS_FILE, held, shift

REFUSALS = {
    "a_slot_holds_its_capacity": gettext_lazy("More people than that have booked: move some of them first."),
    "the_same_slot_is_offered_once": gettext_lazy("The same slot is already offered at that moment."),
}
# What a letter says: whoever has booked is told when one of these changes.
TOLD = ("starts_at", "minutes", "place")


def moments(
    *, first: date, last: date, weekdays: Collection[int], start: time, end: time, minutes: int, pause: int = 0
) -> tuple[list[datetime], list[date]]:
    """When the slots of a series begin, one after the other between two hours; and the public holidays left out."""
    found, left_out = [], []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() not in weekdays:
            continue
        if day in working_time.public_holidays(day.year):
            left_out.append(day)
            continue
        moment, until = datetime.combine(day, start, clock.PARIS), datetime.combine(day, end, clock.PARIS)
        while moment + timedelta(minutes=minutes) <= until:
            found.append(moment)
            moment += timedelta(minutes=minutes + pause)
    return found, left_out


@transaction.atomic
def open_slots(cohort: Cohort, starts: Sequence[datetime], *, by: User, **said: Any) -> list[Slot]:
    """Offer slots of a cohort at these moments; those that are already offered stay one. Refused in the past."""
    if any(moment <= clock.now() for moment in starts):
        raise Refused(_("A slot cannot be opened in the past."))
    wanted = [Slot(cohort=cohort, starts_at=moment, is_offered=True, **said) for moment in starts]
    Slot.objects.bulk_create(wanted, ignore_conflicts=True)
    made = list(Slot.objects.filter(pk__in=[slot.pk for slot in wanted]))
    for slot in made:
        record(slot, SlotState.OPEN, by=by)
    return made


@transaction.atomic
def change_slot(slot: Slot, *, by: User, shown: str | None = None, **changes: Any) -> int:
    """Change a slot, and tell whoever has booked it when the hour or the place is another; how many that is.

    Refused once it is past or cancelled, with fewer places than are taken, or where the same is already offered.
    """
    slot = held(slot)
    if shown is not None:
        must_be_shown(slot, shown)
    if slot.state == SlotState.CANCELLED or slot.starts_at <= clock.now():
        raise Refused(_("This slot is past or cancelled: it changes no more."))
    if changes.get("starts_at", slot.starts_at) <= clock.now():
        raise Refused(_("A slot cannot be moved into the past."))
    changes = {name: value for name, value in changes.items() if getattr(slot, name) != value}
    if not changes:
        return 0
    before = slot.starts_at
    with workflow.refusing(REFUSALS):
        edit(slot, by=by, **changes)
    if not set(changes) & set(TOLD):
        return 0
    return _tell(slot, before=before, by=by)


def _tell(slot: Slot, *, before: datetime, by: User) -> int:
    expected = list(slot.bookings.booked().select_related(*OF_ITS_FILE))
    for booking in expected:
        booking.slot = slot
        shift(booking, before=before, by=by)
    return len(expected)
