"""Calendars by a personal address, which their owners open and close themselves; the convention's is one of them."""

from django.db import transaction
from django.utils import translation

from .. import agenda, clock, links, policies
from ..models import AccessLink, Convention, User, ref
from ..states import DATES
from ..workflow import record


def open_feeds(user: User, purpose: str) -> list[AccessLink]:
    """The addresses of somebody's calendar that still open."""
    links_of = AccessLink.objects.filter(purpose=purpose, subject=ref(user), revoked_at=None)
    return list(links_of.filter(expires_at__gt=clock.now()).order_by("-created_at"))


@transaction.atomic
def open_feed(user: User, purpose: str) -> str:
    """A new address of somebody's calendar, the only time it is shown; the former one opens nothing any more."""
    links.revoke(purpose, user)
    record(user, "agenda_opened", by=user)
    return links.new_url(purpose, user, language=user.language)


@transaction.atomic
def close_feed(user: User, purpose: str) -> None:
    """Close the address of somebody's calendar."""
    links.revoke(purpose, user)
    record(user, "agenda_closed", by=user)


def dates_of(token: str) -> tuple[AccessLink, str]:
    """The dates of the convention behind a personal address; links.Unusable once it is closed, or its owner left."""
    link = links.find(token, DATES)
    user = User.objects.filter(pk=links.key_of(link), is_active=True).first()
    convention = Convention.objects.visible_to(user).running() if user else None
    if convention is None or not policies.can_read_board(user, convention):
        raise links.Unusable("unknown", link)
    with translation.override(user.language):
        return link, agenda.calendar(agenda.dates(user, convention), convention)
