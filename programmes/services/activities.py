"""The activities of a chair: planned, opened, held, delivered, published, or cancelled with a reason."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.models import Membership, Party, User
from partnership.workflow import Refused, Stale, edit, move, record

from .. import emails, policies
from ..models import ChairActivity, Programme
from ..states import ActivityState, ProgrammeKind
from .registrations import fill, held, release_all, tell_of_a_move, tell_who_waited_in_vain

# What may still be written once an activity has been delivered.
TEXTS = ("title", "theme", "description", "deliverable", "deliverable_url", "deliverable_text", "is_public")


@transaction.atomic
def plan_activity(programme: Programme, *, by: User, **said: Any) -> ChairActivity:
    """Put an activity on a chair's programme, and tell whoever leads it."""
    if programme.kind != ProgrammeKind.CHAIR:
        raise Refused(_("Only a chair has activities."))
    _must_lead(said["lead"], said["lead_party"], programme)
    activity = ChairActivity.objects.create(programme=programme, **said)
    record(activity, ActivityState.PLANNED, by=by)
    _tell_the_lead(activity, by=by)
    return activity


def _must_lead(lead: User, party: Party, programme: Programme) -> None:
    if not programme.milestone.convention.signatures.filter(party=party).exists():
        raise Refused(_("An activity is led by a party of the convention."))
    if not Membership.objects.current().filter(user=lead, party=party).exists():
        raise Refused(_("%(person)s has no role for %(party)s today.") % {"person": lead, "party": party})
    if not policies.leaders().filter(user=lead, party=party).exists():
        raise Refused(_("Whoever only reviews contents leads no activity: they may read no name of those who come."))


def _tell_the_lead(activity: ChairActivity, *, by: User) -> None:
    if activity.lead_id != by.pk:
        emails.activity_entrusted(activity)


@transaction.atomic
def edit_activity(activity: ChairActivity, *, version: int, by: User, **said: Any) -> int:
    """Change an activity; how many were told of another date or place. Stale if it has changed since `version`."""
    activity = held(activity)
    if activity.version != version:
        raise Stale(activity)
    changes = {name: value for name, value in said.items() if getattr(activity, name) != value}
    _must_change(activity, changes)
    if not changes:
        return 0
    if {"lead", "lead_party"} & changes.keys():
        leads = {name: changes.get(name, getattr(activity, name)) for name in ("lead", "lead_party")}
        _must_lead(leads["lead"], leads["lead_party"], activity.programme)
    before = {"before": activity.begins_at, "before_place": activity.place}
    edit(activity, by=by, version=version, **changes)
    if "lead" in changes:
        _tell_the_lead(activity, by=by)
    told = 0
    if {"begins_at", "ends_at", "place"} & changes.keys() and activity.begins_at > clock.now():
        told = tell_of_a_move(activity, **before)
    fill(activity)
    return told


def _must_change(activity: ChairActivity, changes: dict[str, Any]) -> None:
    """Refused where the state of the activity, or the people it expects, do not allow these changes."""
    if activity.state == ActivityState.CANCELLED:
        raise Refused(_("This activity is cancelled: it changes no more."))
    if not activity.is_ahead and changes.keys() - set(TEXTS):
        raise Refused(_("This activity is delivered: only its texts may still change."))
    capacity, taken = changes.get("capacity"), activity.registrations.registered().count()
    if capacity is not None and capacity < taken:
        words = ngettext(
            "%(n)s person is registered: there cannot be fewer places.",
            "%(n)s people are registered: there cannot be fewer places.",
            taken,
        )
        raise Refused(words % {"n": taken})
    if activity.state == ActivityState.PUBLISHED:
        now = {name: changes.get(name, getattr(activity, name)) for name in TEXTS}
        _must_be_readable(now["deliverable"], now["deliverable_url"], now["deliverable_text"])


def _must_be_readable(deliverable: str, url: str, text: str) -> None:
    if not deliverable or not (url or text):
        raise Refused(_("What is published needs a title, and an address or a text to read."))


@transaction.atomic
def open_activity(activity: ChairActivity, *, by: User) -> None:
    """Announce an activity: from now on one may register, if it takes registrations."""
    activity = held(activity)
    move(activity, ActivityState.OPEN, by=by)


@transaction.atomic
def begin_activity(activity: ChairActivity, *, by: User) -> None:
    """Say that an activity is under way: nobody registers any more, and whoever still waits is told."""
    activity = held(activity)
    move(activity, ActivityState.RUNNING, by=by)
    tell_who_waited_in_vain(activity)


@transaction.atomic
def deliver_activity(activity: ChairActivity, *, version: int, on: date, by: User, **deliverable: str) -> None:
    """Say that what was promised of an activity is there, since when, and what it is."""
    activity = held(activity)
    if activity.version != version:
        raise Stale(activity)
    if not activity.begins_on <= on <= clock.today():
        raise Refused(_("It was delivered between its first day and today."))
    move(activity, ActivityState.DELIVERED, by=by, delivered_on=on, **deliverable)


@transaction.atomic
def publish_activity(activity: ChairActivity, *, by: User) -> None:
    """Let everybody read what an activity has brought: it stands in the public agenda from now on."""
    activity = held(activity)
    if ActivityState.PUBLISHED in activity.FLOW[activity.state]:
        _must_be_readable(activity.deliverable, activity.deliverable_url, activity.deliverable_text)
    move(activity, ActivityState.PUBLISHED, by=by, is_public=True)


@transaction.atomic
def cancel_activity(activity: ChairActivity, *, because: str, by: User) -> int:
    """Say that an activity does not take place, and why, to whoever was to come; how many were told."""
    activity = held(activity)
    released = release_all(activity, by=by) if activity.is_ahead else []
    move(activity, ActivityState.CANCELLED, by=by, reason=because, cancelled_because=because)
    for registration, had_place in released:
        emails.activity_cancelled(registration, had_place=had_place)
    return len(released)
