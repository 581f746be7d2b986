"""Places in slots: taken, moved, given up, by the applicant's link or by the team.

Whoever changes an appointment holds the slot's row, then the file's, then the booking's: always in this order.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, outbox, workflow
from partnership.models import User
from partnership.states import ActorKind, Channel
from partnership.workflow import Actor, Refused, Stale, move, must_be_shown, record

from .. import emails
from ..models import Application, Booking, Slot
from ..states import LIVE, ApplicationState, BookingState, SlotKind, SlotState
from .moves import WITH_ALL_A_LETTER_SAYS, go

S = ApplicationState
# All that a letter says of the file of a booking.
OF_ITS_FILE = (
    "application__candidate",
    "application__owner",
    "application__intake__programme",
    "application__cohort__zone",
    "application__cohort__intake__programme__provider",
)
REFUSALS = {
    "a_slot_holds_its_capacity": gettext_lazy("The last place of this slot has just been taken: choose another slot."),
    "a_cancelled_slot_takes_nobody": gettext_lazy("This slot has been cancelled: choose another slot."),
    "one_open_booking_per_application_and_kind": gettext_lazy("There already is an appointment of this kind."),
}
# An applicant chooses an interview while one is awaited; a second one is the team's to offer.
AWAITS_AN_INTERVIEW = (S.SUBMITTED, S.NO_SHOW, S.INTERVIEW_SCHEDULED)


# The nearest slots of a kind that a page offers; further ones come when these are taken or past.
MOST_OFFERED = 60


@dataclass(frozen=True)
class Day:
    """Open slots of one day, in one place and of one length."""

    day: date
    place: str
    minutes: int
    slots: list[Slot]


@dataclass(frozen=True)
class Choice:
    """What there is to choose of a kind: the appointment there is already, and the open slots by day."""

    kind: SlotKind
    booking: Booking | None
    days: list[Day]


def may_choose(application: Application, kind: str, *, by_link: bool = True) -> bool:
    """Whether an appointment of a kind may be made, moved or given up: by the applicant's link, or by the team."""
    if kind != SlotKind.INTERVIEW:
        return application.state in LIVE
    if by_link:
        return application.state in AWAITS_AN_INTERVIEW
    return application.state == S.INTERVIEW_SCHEDULED or S.INTERVIEW_SCHEDULED in Application.FLOW[application.state]


def kinds_to_choose(application: Application, *, by_link: bool = True) -> list[Choice]:
    """What may be chosen for an application, kind by kind, the nearest slots first; two statements."""
    now = clock.now()
    booked = {one.kind: one for one in application.bookings.booked().select_related("slot")}
    found: dict[str, list[Slot]] = {}
    for slot in Slot.objects.to_choose(application.cohort, after=now).order_by("starts_at", "place", "pk"):
        if slot.kind not in booked or slot.pk != booked[slot.kind].slot_id:
            found.setdefault(slot.kind, []).append(slot)
    return [
        Choice(kind, booked.get(kind), _by_day(found[kind][:MOST_OFFERED]))
        for kind in SlotKind
        if kind in found and may_choose(application, kind, by_link=by_link)
    ]


def _by_day(slots: list[Slot]) -> list[Day]:
    def alike(slot: Slot) -> tuple[date, str, int]:
        return slot.day, slot.place, slot.minutes

    return [Day(*key, list(found)) for key, found in groupby(sorted(slots, key=alike), key=alike)]


@transaction.atomic
def invite(application: Application, *, kind: str, by: User) -> None:
    """Ask the applicant to choose a slot of a kind; Refused where there is none to choose."""
    application = locked(application)
    open_now = Slot.objects.to_choose(application.cohort, after=clock.now()).filter(kind=kind)
    if kind not in SlotKind or not may_choose(application, kind):
        raise Refused(_("This file is not at the stage of such an appointment."))
    if not open_now.exists():
        raise Refused(_("No slot of this kind has a place left: open some first."))
    if not application.candidate.email:
        raise Refused(_("This person has no e-mail address: call, and choose for them."))
    record(application, "invited", by=by)
    event = f"booking_invited:{application.pk}:{kind}:{clock.today():%Y%m%d}"
    emails.booking_invited(application, event=event, kind=kind)


@transaction.atomic
def choose(application: Application, slot: Slot, *, shown: str) -> Booking:
    """The applicant takes a slot by their link, or moves there; Refused unless it is theirs to choose."""
    slot = held(slot)
    if not (slot.is_offered and slot.cohort_id == application.cohort_id):
        raise Refused(_("This slot cannot be chosen."))
    if not may_choose(application, slot.kind):
        raise Refused(_("Your application is not at this stage: call us."))
    return book(application, slot, by=application.candidate, channel=Channel.LINK, shown=shown)


@transaction.atomic
def book(
    application: Application, slot: Slot, *, by: Actor, channel: Channel = Channel.WEB, shown: str | None = None
) -> Booking:
    """Take a place in a slot, or move there from another of its kind, and tell the applicant.

    Refused in a slot that is full, past, cancelled or of another intake; Stale if the appointment is no longer the one
    that the form carried, by its version (0 for none).
    """
    slot = held(slot)
    application = locked(application)
    booking = _open(application, slot.kind)
    if booking is not None and booking.slot_id == slot.pk:
        return booking  # a second tap says the same
    if shown is not None and shown != str(booking.version if booking else 0):
        raise Stale(booking or application)
    _must_take(slot, application)
    with workflow.refusing(REFUSALS):
        if booking is None:
            return _take(application, slot, by=by, channel=channel)
        shift(booking, before=booking.slot.starts_at, by=by, channel=channel, slot=slot, booked_at=clock.now())
    return booking


def held(slot: Slot) -> Slot:
    """The slot as it is now; whoever else wants a place in it waits here."""
    rows = Slot.objects.select_related("cohort", "held_by").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=slot.pk)


def locked(application: Application) -> Application:
    """The file as it is now, with all that a letter says of it; two appointments of one person wait for each other."""
    found = WITH_ALL_A_LETTER_SAYS.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
    found.cohort.intake = found.intake
    return found


def _open(application: Application, kind: str) -> Booking | None:
    return application.bookings.booked().filter(kind=kind).select_related("slot__held_by").first()


def _must_take(slot: Slot, application: Application) -> None:
    if slot.state == SlotState.CANCELLED:
        raise Refused(REFUSALS["a_cancelled_slot_takes_nobody"])
    if slot.starts_at <= clock.now():
        raise Refused(_("This slot is past: choose another slot."))
    if slot.cohort.intake_id != application.intake_id:
        raise Refused(_("This slot is for another intake."))
    if application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))


def _take(application: Application, slot: Slot, *, by: Actor, channel: Channel) -> Booking:
    if slot.kind == SlotKind.INTERVIEW:
        go(application, S.INTERVIEW_SCHEDULED, by=by, channel=channel)
        # « Fixons une autre date » leaves the next morning: there is one now.
        outbox.cancel(about=application, template="cohorts/interview_missed")
    booking = Booking.objects.create(slot=slot, application=application, kind=slot.kind)
    record(booking, BookingState.BOOKED, by=by, channel=channel)
    if slot.kind == SlotKind.INTERVIEW:
        emails.interview_booked(booking)
    else:
        emails.meeting_booked(booking)
    return booking


def shift(booking: Booking, *, before: datetime, by: Actor, channel: Channel = Channel.WEB, **changes: object) -> None:
    """Another hour or place for the same appointment: a new version of it, of which the applicant is told."""
    reseat(booking, by=by, channel=channel, **changes)
    if booking.kind == SlotKind.INTERVIEW:
        emails.interview_moved(booking, before=before)
    else:
        emails.meeting_moved(booking, before=before)


@transaction.atomic
def give_up(booking: Booking, *, by: Actor, channel: Channel = Channel.WEB, shown: str | None = None) -> None:
    """Cancel an appointment and tell the applicant; a file whose interview it was waits for another date."""
    application = locked(booking.application)
    booking.application = application
    if shown is not None:
        must_be_shown(booking, shown)
    if by.actor_kind == ActorKind.CANDIDATE and booking.slot.starts_at <= clock.now():
        raise Refused(_("This appointment is past."))
    release(booking, application, by=by, channel=channel)
    if booking.kind == SlotKind.INTERVIEW:
        emails.interview_cancelled(booking)
    else:
        emails.meeting_cancelled(booking)


def reseat(booking: Booking, *, by: Actor, channel: Channel = Channel.WEB, **changes: object) -> None:
    """Another hour or place for an appointment, of which somebody is still to be told."""
    _forget_reminders(booking)
    move(booking, BookingState.BOOKED, by=by, channel=channel, **changes)


def release(booking: Booking, application: Application, *, by: Actor, channel: Channel = Channel.WEB) -> None:
    """Free a place, of a file that is held; if it was for an interview, the file waits for another date."""
    booking.application = application
    if booking.kind == SlotKind.INTERVIEW:
        go(application, S.SUBMITTED, by=by, channel=channel)
    _forget_reminders(booking)
    move(booking, BookingState.CANCELLED, by=by, channel=channel)


def _forget_reminders(booking: Booking) -> None:
    """What was to be told of an hour that is no longer theirs, and has not left yet."""
    for before in (1, 2):
        outbox.cancel(key=booking.reminder_key(before))
