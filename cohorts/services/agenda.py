"""The slots somebody holds, in their own calendar: a personal address that they open and close themselves."""

from datetime import timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from partnership import clock, links
from partnership import services as house
from partnership.fields import address_of_any
from partnership.models import AccessLink, User

from .. import calendars, policies
from ..models import Slot
from ..states import AGENDA

# A calendar asks again and again: what is long past or far away is left out.
BEFORE, AHEAD = timedelta(days=30), timedelta(days=366)


def agenda_of(token: str) -> tuple[AccessLink, str]:
    """The calendar behind a personal address; links.Unusable once it is closed, or its owner recruits no more."""
    link = links.find(token, AGENDA)
    user = User.objects.filter(pk=links.key_of(link), is_active=True).first()
    if user is None or not policies.is_recruiter(user):
        raise links.Unusable("unknown", link)
    now = clock.now()
    mine = Slot.objects.visible_to(user).filter(held_by=user, starts_at__range=(now - BEFORE, now + AHEAD))
    # Whoever gave a slot of their own up is not awaited; a cancelled one is taken out of the calendar that knows it.
    slots = mine.counted().exclude(is_offered=False, taken=0).select_related("cohort__zone", "held_by")
    with translation.override(user.language):
        address = settings.PUBLIC_URL + address_of_any("cohorts:slot_detail")
        return link, calendars.feed(slots.order_by("starts_at"), name=_("Tandem slots"), address=address)


def open_agendas(user: User) -> list[AccessLink]:
    """The addresses of somebody's calendar that still open."""
    return house.open_feeds(user, AGENDA)


def open_agenda(user: User) -> str:
    """A new address of somebody's calendar, the only time it is shown; the former one opens nothing any more."""
    return house.open_feed(user, AGENDA)


def close_agenda(user: User) -> None:
    """Close the address of somebody's calendar."""
    house.close_feed(user, AGENDA)
