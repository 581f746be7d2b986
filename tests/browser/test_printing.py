"""The pages of the convention on paper, and those that are printed to be handed out; in both languages."""

import io
from collections.abc import Callable, Iterator

import pikepdf
import pytest
from django.utils import translation

from .pages import PAGES, Page
from .visitor import Visitor
from .world import World

# The world is committed, for the server; a test only reads it.
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(900)]

# Each page in its first state, the sheets it takes at most, and what it says in French and in English.
PRINTED = {
    "partnership:board": (1, "En retard", "Late?"),
    "partnership:report": (2, "En retard", "Late?"),
    "partnership:convention": (2, "Engagements", "Commitments"),
    "partnership:milestone_detail": (2, "Ce que chaque partie a promis", "What each party promised"),
    "partnership:commitment_list": (1, "engagement", "commitment"),
    "partnership:agenda": (3, "À venir", "To come"),
    "cohorts:forecast": (2, "présents", "present"),
    "cohorts:history": (3, "semaine", "week"),
    "partnership:zone_map": (1, "Lyon", "Lyon"),
    "cohorts:cohort_calendar": (3, "Semaine par semaine", "Week by week"),
    "placements:site_sheet": (1, "étudiant", "student"),
}


def _page(name: str) -> Page:
    return next(page for page in PAGES if page.name == name)


@pytest.fixture(scope="module")
def reader_of(world, chromium, address) -> Iterator[Callable[[Page], Visitor]]:
    """Signed in to the demonstration before any test, whose rows the server does not see."""
    known: dict[tuple, Visitor] = {}
    for page in map(_page, PRINTED):
        if (page.reader, page.zone) not in known:
            visitor = known[page.reader, page.zone] = Visitor(chromium, address)
            visitor.enter_as(world.user(page.reader, page.zone))
            visitor.page.emulate_media(media="print")
    yield lambda page: known[page.reader, page.zone]
    for visitor in known.values():
        visitor.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PRINTED)
def test_a_page_is_printed_without_its_menus(world: World, reader_of, name: str, language: str):
    sheets, french, english = PRINTED[name]
    printed = _page(name)
    page = reader_of(printed).page
    with translation.override(language):
        page.goto(printed.address(world))
    assert page.locator("html").get_attribute("lang") == language
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True, format="A4"))) as paper:
        assert len(paper.pages) <= sheets
    assert (french if language == "fr" else english) in page.locator("body").inner_text()
    for menu in page.locator("nav, form button, .no-print").all():
        assert not menu.is_visible(), menu.inner_text()
