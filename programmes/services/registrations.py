"""Places in an activity of the chair: taken, waited for, given back, and who has come.

Whoever changes one holds the activity's row first: places are counted by one person at a time.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import User
from partnership.states import Channel
from partnership.workflow import THE_CLOCK, Actor, Refused, edit, move, record

from .. import emails
from ..models import ChairActivity, Registration
from ..states import ActivityState, Attendance, RegistrationState

# All that a letter says of an activity.
WITH_ALL_A_LETTER_SAYS = ChairActivity.objects.select_related("programme", "lead", "lead_party")


def held(activity: ChairActivity) -> ChairActivity:
    """The activity as it is now; whoever else wants a place in it waits here."""
    return WITH_ALL_A_LETTER_SAYS.select_for_update(of=("self",), no_key=True).get(pk=activity.pk)


def places_left(activity: ChairActivity) -> int | None:
    """How many places are free, never below none; None where there is no limit."""
    if activity.capacity is None:
        return None
    return max(activity.capacity - activity.registrations.registered().count(), 0)


@transaction.atomic
def register(activity: ChairActivity, *, submit_key: UUID, email: str, language: str, **who: str) -> str:
    """Take a place, or a rank on the waiting list once every place is taken; what the page may say of it.

    An address has one registration: whoever sends another form for it reads what anybody would, and the letter that
    leaves tells its owner where they stand. The same form sent twice is one, and says the same.
    """
    activity = held(activity)
    sent_before = Registration.objects.filter(submit_key=submit_key).first()
    if sent_before is not None:
        return sent_before.state
    if not activity.takes_registrations:
        raise Refused(_("Registrations for this activity are closed."))
    email, left = email.lower(), places_left(activity)
    state = RegistrationState.WAITING if left == 0 else RegistrationState.REGISTERED
    known = activity.registrations.live().filter(email=email).first()
    if known is not None:
        known.activity = activity
        emails.registration_known(known)
        return state
    last = activity.registrations.aggregate(last=Max("number"))["last"] or 0
    registration = Registration.objects.create(
        activity=activity,
        number=last + 1,
        state=state,
        submit_key=submit_key,
        email=email,
        language=language,
        written_at=clock.now(),
        **who,
    )
    record(registration, state, by=registration)
    if state == RegistrationState.WAITING:
        emails.registration_waiting(registration)
    else:
        emails.registration_confirmed(registration)
    return state


@transaction.atomic
def give_up(registration: Registration, *, by: Actor, channel: Channel = Channel.LINK) -> None:
    """Give a place or a rank back: it goes to the first who waits, and both are told."""
    activity = held(registration.activity)
    registration.refresh_from_db()
    registration.activity = activity
    if registration.state == RegistrationState.CANCELLED:
        return  # a second tap says the same
    if activity.begins_at <= clock.now():
        raise Refused(_("This activity has begun: its registrations change no more."))
    had_place = _release(registration, by=by, channel=channel)
    emails.registration_given_up(registration, had_place=had_place)
    fill(activity)


def _release(registration: Registration, *, by: Actor, channel: Channel = Channel.WEB) -> bool:
    """End a registration of an activity that is held; whether it had a place."""
    had_place = registration.state == RegistrationState.REGISTERED
    outbox.cancel(about=registration)
    move(registration, RegistrationState.CANCELLED, by=by, channel=channel, attendance="")
    return had_place


def fill(activity: ChairActivity) -> int:
    """Give the free places of an activity that is held to those who wait, in their order; how many."""
    if activity.state not in (ActivityState.PLANNED, ActivityState.OPEN) or activity.begins_at <= clock.now():
        return 0
    left = places_left(activity)
    chosen = list(activity.registrations.waiting()[:left])
    for registration in chosen:
        registration.activity = activity
        # What told of the waiting list and has not left yet is no longer true.
        outbox.cancel(about=registration)
        move(registration, RegistrationState.REGISTERED, by=THE_CLOCK)
        emails.registration_promoted(registration)
    return len(chosen)


def tell_who_waited_in_vain(activity: ChairActivity) -> None:
    """Write to whoever still waits as an activity that is held begins: nobody is left without a word."""
    for registration in activity.registrations.waiting():
        registration.activity = activity
        emails.registration_unserved(registration)


def tell_of_a_move(activity: ChairActivity, **before: Any) -> int:
    """Write to whoever has a place in an activity that is held, or waits, that it is elsewhere; how many."""
    told = list(activity.registrations.live())
    for registration in told:
        registration.activity = activity
        emails.activity_moved(registration, **before)
    return len(told)


def release_all(activity: ChairActivity, *, by: User) -> list[tuple[Registration, bool]]:
    """End every registration of an activity that is held and does not take place, each with whether it had a place."""
    ended = []
    for registration in activity.registrations.live():
        registration.activity = activity
        ended.append((registration, _release(registration, by=by)))
    return ended


@transaction.atomic
def mark_attendance(registration: Registration, attendance: str, *, version: int, by: User) -> None:
    """Say that somebody who has a place was there, or was not, or take it back (nothing)."""
    if not registration.activity.has_come:
        raise Refused(_("Who has come is said from the first day on."))
    if registration.state != RegistrationState.REGISTERED or (attendance and attendance not in Attendance):
        raise Refused(_("Only whoever has a place is marked."))
    if registration.attendance == attendance:
        return  # a second tap says the same
    edit(registration, by=by, version=version, deed=attendance or "expected", attendance=attendance)
