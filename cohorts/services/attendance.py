"""On the day: who has come, who has not, who came without an appointment, and what was seen of them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, outbox, workflow
from partnership.models import User
from partnership.workflow import Refused, edit, move, record

from .. import emails, policies
from ..handover import follower_in
from ..models import Application, Booking, Candidate, Evaluation, Slot
from ..states import LIVE, RATED, ApplicationState, BookingState, SlotKind, SlotState, Source
from .bookings import REFUSALS, held, locked
from .contacts import add_contact
from .moves import go
from .sameness import same_person

S = ApplicationState
# Where somebody who walks in heard of us.
_SOURCES = {SlotKind.OPEN_DAY: Source.OPEN_DAY, SlotKind.JOB_DATING: Source.FAIR}


def is_attended(slot: Slot) -> bool:
    """Whether its day has come: nobody is there before."""
    return slot.state == SlotState.OPEN and slot.day <= clock.today()


@transaction.atomic
def attend(booking: Booking, *, by: User) -> None:
    """Say that somebody has come, however often the button is tapped; an interview is then to be decided on."""
    booking = _ours(booking)
    if booking.state == BookingState.ATTENDED:
        return
    if booking.kind == SlotKind.INTERVIEW:
        go(booking.application, S.INTERVIEWED, by=by)
    move(booking, BookingState.ATTENDED, by=by)


@transaction.atomic
def miss(booking: Booking, *, by: User) -> None:
    """Say that somebody has not come; they are written to the next morning."""
    booking = _ours(booking)
    if booking.state == BookingState.MISSED:
        return
    if booking.slot.starts_at > clock.now():
        raise Refused(_("This appointment has not begun: nobody is absent yet."))
    if booking.kind == SlotKind.INTERVIEW:
        go(booking.application, S.NO_SHOW, by=by)
    move(booking, BookingState.MISSED, by=by)
    if booking.kind == SlotKind.INTERVIEW:
        emails.interview_missed(booking)
    else:
        emails.meeting_missed(booking)


def miss_the_others(slot: Slot, *, by: User) -> int:
    """Say of everybody who is still expected that they have not come; how many that is."""
    number = 0
    for booking in Booking.objects.visible_to(by).booked().filter(slot=slot).select_related("slot"):
        miss(booking, by=by)
        number += 1
    return number


@transaction.atomic
def expect_again(booking: Booking, *, by: User) -> None:
    """Expect somebody again who was said to have come, or not to have; Refused once more has been decided."""
    booking = _ours(booking)
    if booking.state == BookingState.BOOKED:
        return
    if booking.kind == SlotKind.INTERVIEW:
        if booking.application.state not in (S.INTERVIEWED, S.NO_SHOW):
            raise Refused(_("A decision has been taken since: change it on the file."))
        go(booking.application, S.INTERVIEW_SCHEDULED, by=by)
    with workflow.refusing(REFUSALS):
        move(booking, BookingState.BOOKED, by=by)
    for template in ("cohorts/interview_missed", "cohorts/meeting_missed"):
        outbox.cancel(about=booking.application, template=template)


def _ours(booking: Booking) -> Booking:
    """The booking as it is now, with its file held; Refused before its day, or once it is cancelled."""
    application = locked(booking.application)
    found = Booking.objects.select_related("slot__held_by").select_for_update(of=("self",)).get(pk=booking.pk)
    found.application = application
    if found.state == BookingState.CANCELLED:
        raise Refused(_("This appointment is cancelled."))
    if not is_attended(found.slot):
        raise Refused(_("This appointment is on another day."))
    return found


# -- whoever comes without an appointment -----------------------------------------------------------------------------


@transaction.atomic
def walk_in(slot: Slot, *, first_name: str, phone: str, by: User, last_name: str = "") -> Booking:
    """Somebody is there who had not booked: they are present, with their file if they have one, else as a new contact.

    Nobody is sent away from a full room: the slot gets one place more.
    """
    slot = held(slot)
    if not is_attended(slot):
        raise Refused(_("This appointment is on another day."))
    if slot.kind == SlotKind.INTERVIEW:
        raise Refused(_("An interview without an appointment is recorded on the file."))
    identity = {"first_name": first_name, "last_name": last_name, "phone": phone}
    intake = slot.cohort.intake
    person = same_person(Candidate(**identity), intake)
    application = Application.objects.live().filter(candidate=person, intake=intake).first() if person else None
    if application is not None and not policies.can_decide(by, application):
        raise Refused(_("There is a file for this intake already, in a zone of your colleagues."))
    if application is None:
        owner = follower_in(slot.cohort, by)
        if owner is None:
            raise Refused(_("Nobody recruits in this zone."))
        who: dict[str, Any] = {"of": person} if person else {"identity": identity}
        source = _SOURCES.get(SlotKind(slot.kind), "")
        application = add_contact(slot.cohort, by=by, owner=owner, source=source, **who)
    return _present(slot, locked(application), by=by)


def _present(slot: Slot, application: Application, *, by: User) -> Booking:
    theirs = application.bookings.exclude(state=BookingState.CANCELLED).filter(kind=slot.kind).select_related("slot")
    here = next((one for one in theirs if one.slot_id == slot.pk), None)
    if here is None and slot.bookings.exclude(state=BookingState.CANCELLED).count() >= slot.capacity:
        edit(slot, by=by, capacity=slot.capacity + 1)
    elsewhere = next((one for one in theirs if one.state == BookingState.BOOKED), None)
    if here is None and elsewhere is not None:
        move(elsewhere, BookingState.BOOKED, by=by, slot=slot)
        here = elsewhere
    if here is None:
        here = Booking.objects.create(slot=slot, application=application, kind=slot.kind, state=BookingState.ATTENDED)
        record(here, BookingState.ATTENDED, by=by)
    elif here.state != BookingState.ATTENDED:
        if here.state == BookingState.MISSED:
            move(here, BookingState.BOOKED, by=by)
        move(here, BookingState.ATTENDED, by=by)
    return here


# -- what was seen ----------------------------------------------------------------------------------------------------


@transaction.atomic
def rate(booking: Booking, *, by: User, marks: dict[str, int | None], note: str = "") -> Evaluation:
    """Keep what somebody saw of an applicant, one grid a rater; they may correct their own."""
    if booking.kind not in RATED:
        raise Refused(_("Nobody is marked at such an appointment."))
    if booking.state in (BookingState.CANCELLED, BookingState.MISSED) or not is_attended(booking.slot):
        raise Refused(_("Marks are given once somebody has come."))
    if booking.application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))
    said: dict[str, Any] = {"rated_at": clock.now(), "note": note, **marks}
    evaluation, is_new = Evaluation.objects.update_or_create(booking=booking, rated_by=by, defaults=said)
    record(evaluation, "rated" if is_new else "edited", by=by)
    return evaluation
