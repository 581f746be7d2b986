"""A day that does not take place: its slots cancelled, whoever had booked moved or asked to choose again.

Everybody gets one letter, however many of their appointments it is about.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import OutgoingMessage, User
from partnership.workflow import Refused, move, record

from .. import emails
from ..models import Application, Booking, Slot
from ..states import BookingState, SlotState
from .bookings import OF_ITS_FILE, release, reseat
from .moves import WITH_ALL_A_LETTER_SAYS


@dataclass(frozen=True)
class Fate:
    """What becomes of one person's appointments: each with the slot it moves to, or None where they choose again."""

    application: Application
    places: list[tuple[Booking, Slot | None]]

    @property
    def moved(self) -> list[tuple[Booking, Slot]]:
        return [(booking, to) for booking, to in self.places if to is not None]

    @property
    def left(self) -> list[Booking]:
        return [booking for booking, to in self.places if to is None]


@dataclass(frozen=True)
class Rebooking:
    """Where people are moved: the open slots of a day, or the same slots opened there first."""

    day: date
    opens: bool = False


def read_cancellation(slots: Iterable[Slot], *, rebooking: Rebooking | None = None) -> list[Fate]:
    """What cancelling some slots would do to whom, by their hour; nothing is changed."""
    chosen = list(slots)
    expected = Booking.objects.booked().filter(slot__in=chosen).select_related("slot__held_by", *OF_ITS_FILE)
    twins = _twins(chosen, rebooking) if rebooking and rebooking.opens else {}
    open_there = _open_on(rebooking.day, chosen) if rebooking else []
    known = {_sameness(slot): slot for slot in open_there}
    twins = {pk: known.get(_sameness(twin), twin) for pk, twin in twins.items()}
    there = [*open_there, *(twin for twin in twins.values() if twin not in open_there)]
    return _fates(expected, there, twins)


def letter_of_cancellation(fate: Fate, *, reason: str, without: Collection[Slot]) -> OutgoingMessage | None:
    """The very letter somebody would get were these slots cancelled; none to who has no address."""
    before = {booking.pk: booking.slot for booking, _to in fate.places}
    with outbox.proofs() as letters:
        _tell(fate, before=before, reason=reason, others=_others(fate, without=without))
    return letters[0] if letters else None


@transaction.atomic
def cancel_slots(
    slots: Iterable[Slot], *, reason: str, by: User, rebooking: Rebooking | None = None
) -> tuple[list[Slot], list[Fate]]:
    """Cancel slots, move whoever had booked or free them to choose again, and write each of them one letter.

    Returns which slots those were and what became of whom; whoever has moved away meanwhile is left alone. Refused
    without a reason, for a slot that has begun or that somebody has come to, and where all would move into the past.
    """
    if not reason.strip():
        raise Refused(_("Say why: the letter does."))
    chosen = list(Slot.objects.open().filter(pk__in=[slot.pk for slot in slots]).select_related("cohort", "held_by"))
    twins = _opened(_twins(chosen, rebooking), by=by) if rebooking and rebooking.opens else {}
    there = _open_on(rebooking.day, chosen) if rebooking else []
    rows = _held({slot.pk for slot in (*chosen, *twins.values(), *there)})
    gone = [rows[slot.pk] for slot in chosen if rows[slot.pk].state == SlotState.OPEN]
    if not gone:
        raise Refused(_("These slots are cancelled already."))
    if any(slot.starts_at <= clock.now() for slot in gone):
        raise Refused(_("A slot that has begun is not cancelled any more."))
    if Booking.objects.filter(slot__in=gone, state=BookingState.ATTENDED).exists():
        raise Refused(_("Somebody has already come to one of these slots."))
    fates = _fates(
        _expected_at(gone),
        _counted(row for row in rows.values() if row.state == SlotState.OPEN and row not in gone),
        {pk: rows[twin.pk] for pk, twin in twins.items()},
    )
    before = {booking.pk: booking.slot for fate in fates for booking, _to in fate.places}
    for fate in fates:
        for booking, to in fate.places:
            if to is None:
                release(booking, fate.application, by=by)
            else:
                reseat(booking, by=by, slot=to, booked_at=clock.now())
    for slot in gone:
        move(slot, SlotState.CANCELLED, by=by, reason=reason)
    # Last: the letter says whether there is another date to choose.
    others: dict[Any, bool] = {}
    for fate in fates:
        key = (fate.application.cohort_id, *sorted(booking.kind for booking in fate.left))
        if key not in others:
            others[key] = _others(fate)
        _tell(fate, before=before, reason=reason, others=others[key])
    return gone, fates


# -- where they go ----------------------------------------------------------------------------------------------------


def _twins(slots: Iterable[Slot], rebooking: Rebooking) -> dict[UUID, Slot]:
    """The same slots on another day, by the key of each; not yet opened."""
    now, twins = clock.now(), {}
    for slot in slots:
        hour = slot.starts_at.astimezone(clock.PARIS).time()
        starts_at = datetime.combine(rebooking.day, hour, clock.PARIS)
        if starts_at <= now:
            raise Refused(_("A slot cannot be opened in the past."))
        said = {name: getattr(slot, name) for name in ("cohort", "kind", "minutes", "place", "capacity", "held_by")}
        twins[slot.pk] = Slot(starts_at=starts_at, is_offered=slot.is_offered, **said)
        twins[slot.pk].taken = 0
    return twins


def _sameness(slot: Slot) -> tuple[Any, ...]:
    """What the database holds to be the same offer (`the_same_slot_is_offered_once`)."""
    return slot.cohort_id, slot.kind, slot.starts_at, slot.held_by_id, slot.place


def _opened(twins: Mapping[UUID, Slot], *, by: User) -> dict[UUID, Slot]:
    """The twins as rows of the table; what is offered there already stays one."""
    # In one order, so that two who move to the same day do not wait for each other for ever.
    wanted = sorted(twins.values(), key=lambda slot: (slot.starts_at, str(slot.cohort_id), slot.place))
    Slot.objects.bulk_create(wanted, ignore_conflicts=True)
    made = set(Slot.objects.filter(pk__in=[slot.pk for slot in wanted]).values_list("pk", flat=True))
    for slot in wanted:
        if slot.pk in made:
            record(slot, SlotState.OPEN, by=by)
    moments = {slot.starts_at for slot in wanted}
    known = {_sameness(slot): slot for slot in Slot.objects.open().filter(starts_at__in=moments, is_offered=True)}
    found = {pk: twin if twin.pk in made else known.get(_sameness(twin)) for pk, twin in twins.items()}
    # What was offered there may have been cancelled that very moment.
    return {pk: twin for pk, twin in found.items() if twin is not None}


def _open_on(day: date, instead_of: Collection[Slot]) -> list[Slot]:
    """The offered slots of a day that are of the same cohorts and kinds as some others, with how many they expect."""
    rows = Slot.objects.open().between(day, day).filter(is_offered=True, starts_at__gt=clock.now())
    wanted = Q(pk=None)
    for cohort, kind in {(slot.cohort_id, slot.kind) for slot in instead_of}:
        wanted |= Q(cohort=cohort, kind=kind)
    rows = rows.filter(wanted).exclude(pk__in=[slot.pk for slot in instead_of])
    return list(rows.counted().select_related("cohort", "held_by").order_by("starts_at", "place", "pk"))


def _fates(bookings: Iterable[Booking], there: Iterable[Slot], twins: Mapping[UUID, Slot]) -> list[Fate]:
    """Who goes where: to the twin of their slot, else to the same hour, else to the first place left.

    Whoever comes earlier in the day chooses first, and at the same hour whoever had booked first.
    """
    waiting = sorted(bookings, key=lambda one: (one.slot.starts_at, one.booked_at, str(one.pk)))
    ahead = sorted({slot.pk: slot for slot in there}.values(), key=lambda slot: (slot.starts_at, slot.place))
    left = {slot.pk: slot.capacity - slot.taken for slot in ahead}
    goes: dict[UUID, Slot] = {}

    def seat(booking: Booking, slots: Iterable[Slot]) -> None:
        for slot in slots:
            if left.get(slot.pk, 0) > 0:
                goes[booking.pk] = slot
                left[slot.pk] -= 1
                return

    def fitting(booking: Booking) -> list[Slot]:
        mine = booking.slot
        return [
            slot for slot in ahead if (slot.cohort_id, slot.kind, slot.is_offered) == (mine.cohort_id, mine.kind, True)
        ]

    for booking in waiting:
        seat(booking, [twins[booking.slot_id]] if booking.slot_id in twins else [])
    for is_same in (True, False):
        for booking in waiting:
            if booking.pk not in goes:
                hour = _hour(booking.slot)
                seat(booking, [slot for slot in fitting(booking) if not is_same or _hour(slot) == hour])
    theirs: dict[UUID, list[tuple[Booking, Slot | None]]] = {}
    for booking in waiting:
        theirs.setdefault(booking.application_id, []).append((booking, goes.get(booking.pk)))
    return [Fate(places[0][0].application, places) for places in theirs.values()]


def _hour(slot: Slot) -> Any:
    return slot.starts_at.astimezone(clock.PARIS).time()


# -- held while it is done --------------------------------------------------------------------------------------------


def _held(keys: Collection[UUID]) -> dict[UUID, Slot]:
    """Slots as they are now, in one order: whoever wants a place in them waits, and nobody waits in a circle."""
    rows = Slot.objects.select_related("cohort", "held_by").select_for_update(of=("self",), no_key=True)
    return {slot.pk: slot for slot in rows.filter(pk__in=keys).order_by("pk")}


def _counted(slots: Iterable[Slot]) -> list[Slot]:
    """Slots that are held, with how many each expects or has seen."""
    found = list(slots)
    taken = Booking.objects.filter(slot__in=found).exclude(state=BookingState.CANCELLED).values_list("slot")
    numbers = dict(taken.annotate(Count("pk")).order_by())
    for slot in found:
        slot.taken = numbers.get(slot.pk, 0)
    return found


def _expected_at(slots: Collection[Slot]) -> list[Booking]:
    """The bookings of slots that are held, with their files held too.

    Read again once they are: whoever was moving away at that moment has gone by then.
    """
    booked = Booking.objects.booked().filter(slot__in=slots)
    waiting = WITH_ALL_A_LETTER_SAYS.select_for_update(of=("self",), no_key=True)
    keys = list(booked.order_by().values_list("application", flat=True))
    files = {file.pk: file for file in waiting.filter(pk__in=keys).order_by("pk")}
    for file in files.values():
        file.cohort.intake = file.intake
    found = list(booked.select_related("slot__held_by"))
    for booking in found:
        booking.application = files[booking.application_id]
    return found


# -- the letter -------------------------------------------------------------------------------------------------------


def _others(fate: Fate, *, without: Collection[Slot] = ()) -> bool:
    """Whether somebody may choose another moment at once for what was cancelled."""
    kinds = [booking.kind for booking in fate.left]
    ahead = Slot.objects.to_choose(fate.application.cohort, after=clock.now()).filter(kind__in=kinds)
    return bool(kinds) and ahead.exclude(pk__in=[slot.pk for slot in without]).exists()


def _tell(fate: Fate, *, before: Mapping[UUID, Slot], reason: str, others: bool) -> None:
    told: Sequence[tuple[Booking, Slot, Slot | None]] = [(one, before[one.pk], to) for one, to in fate.places]
    emails.day_cancelled(fate.application, told, reason=reason, others=others)
