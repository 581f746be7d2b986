"""Pages of higher apps about a programme: they make them known, the pages of what is taught link to them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from partnership.models import User

from .models import Programme


@dataclass(frozen=True)
class Page:
    """A page whose address takes the slug of a programme, and who may open it."""

    url_name: str
    label: str | Promise
    may_open: Callable[[User], bool]


PAGES: dict[str, Page] = {}


def register(page: Page) -> None:
    """Make a page known; called where an app gets ready."""
    PAGES[page.url_name] = page


def links(user: User, programme: Programme) -> list[dict[str, str]]:
    """Where somebody may read more of a programme."""
    return [
        {"label": str(page.label), "url": reverse(page.url_name, args=[programme.slug])}
        for page in PAGES.values()
        if page.may_open(user)
    ]
