"""The pages about the convention, the same on each of them: every app registers those that it shows."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Page:
    """A page that whoever reads the board may read; `rank` is its place in the row."""

    url_name: str
    label: str | Promise
    rank: int


_PAGES: list[Page] = []


def register(*pages: Page) -> None:
    """Make pages known."""
    _PAGES.extend(page for page in pages if page not in _PAGES)


def pages() -> list[Page]:
    """All of them, in their order."""
    return sorted(_PAGES, key=lambda page: page.rank)
