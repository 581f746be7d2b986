"""The chair in calendars: the public agenda as a feed, a place in an activity as an appointment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from partnership import calendars
from partnership.calendars import Event, Organiser

from .states import ActivityState, RegistrationState

if TYPE_CHECKING:
    from .models import ChairActivity, Registration

# How long before an activity a telephone rings.
ALARM = timedelta(hours=3)


def agenda(activities: Iterable[ChairActivity], *, name: str, address: str) -> str:
    """The public activities of a chair; `address` is that of an activity's page, with its key as `{}`.

    No address of a person leaves: the house is its organiser.
    """
    return calendars.calendar([_announced(activity, address.format(activity.pk)) for activity in activities], name)


def _announced(activity: ChairActivity, url: str) -> Event:
    return calendars.event(
        f"programmes.chairactivity:{activity.pk}",
        sequence=activity.version,
        starts_at=activity.begins_at,
        minutes=activity.minutes,
        summary=f"{capfirst(activity.get_kind_display())}: {activity.title}",
        organiser=Organiser(activity.lead_party.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        location=activity.place,
        url=url,
        cancelled=activity.state == ActivityState.CANCELLED,
    )


def appointment(registration: Registration) -> str:
    """A place in an activity, in its holder's language; a newer version replaces the older, or takes it out."""
    activity = registration.activity
    with translation.override(registration.language):
        made = calendars.event(
            f"programmes.registration:{registration.pk}",
            # Either may change: what both together say only grows.
            sequence=activity.version + registration.version,
            starts_at=activity.begins_at,
            minutes=activity.minutes,
            summary=f"{capfirst(activity.get_kind_display())}: {activity.title}",
            location=activity.place,
            # The personal link stays in the letter: calendars are shared and kept elsewhere.
            description=_("You cannot come? Give your place back by the link of our letter."),
            organiser=Organiser(activity.lead.full_name, activity.lead.email),
            alarms=[ALARM],
            cancelled=registration.state != RegistrationState.REGISTERED,
        )
        name = activity.programme.short_title
        return calendars.cancellation(made, name) if made.is_cancelled else calendars.calendar([made], name)
