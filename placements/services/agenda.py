"""The follow-up of a lead's zones in their own calendar: a personal address that they open and close themselves."""

from django.utils import translation

from partnership import links
from partnership import services as house
from partnership.models import AccessLink, User
from partnership.states import Role

from .. import policies
from ..board import calendars, follow_up
from ..models import Placement
from ..states import ROUND


def round_of(token: str) -> tuple[AccessLink, str]:
    """The calendar behind a personal address; links.Unusable once it is closed, or its owner leads no more."""
    link = links.find(token, ROUND)
    user = User.objects.filter(pk=links.key_of(link), is_active=True).first()
    if user is None or not policies.is_lead(user):
        raise links.Unusable("unknown", link)
    zones = user.zones_as(Role.REGIONAL_LEAD)
    rows = Placement.objects.all() if zones is None else Placement.objects.filter(seat__site__zone__in=zones)
    with translation.override(user.language):
        return link, calendars.of_lead(follow_up.followed(rows), user)


def open_rounds(user: User) -> list[AccessLink]:
    """The addresses of somebody's calendar that still open."""
    return house.open_feeds(user, ROUND)


def open_round(user: User) -> str:
    """A new address of somebody's calendar, the only time it is shown; the former one opens nothing any more."""
    return house.open_feed(user, ROUND)


def close_round(user: User) -> None:
    """Close the address of somebody's calendar."""
    house.close_feed(user, ROUND)
