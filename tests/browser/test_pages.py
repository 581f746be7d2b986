"""Every page in a real browser: accessible, within its width, silent, asking nothing of a third party."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.test import override_settings

from . import world as worlds
from .pages import ELSEWHERE, PAGES, Page, names
from .visitor import DESK, NARROWEST, PHONE, Visitor
from .world import World

# The worlds are committed, for the server; a test only reads them.
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(300)]

Crew = Callable[[Page], Visitor]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, address) -> Iterator[World]:
    """The demonstration on its own day of June."""
    with django_db_blocker.unblock():
        made = worlds.demonstration()
        with override_settings(CLOCK_SHIFT=worlds.shift()):
            made.found()
            yield made
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def crew(world, chromium, address) -> Iterator[Crew]:
    """A browser for each role, signed in once; whoever is on the way somewhere has one of their own."""
    known: dict[tuple, Visitor] = {}

    def reader_of(page: Page) -> Visitor:
        return known[page.reader, page.zone, page.before is None]

    for page in PAGES:
        key = page.reader, page.zone, page.before is None
        if key not in known:
            known[key] = Visitor(chromium, address)
            if page.reader:
                known[key].enter_as(world.user(page.reader, page.zone))
    yield reader_of
    for visitor in known.values():
        visitor.close()


FORMS = [pytest.param(page, form, id=f"{page}, {form}") for page in PAGES for form in page.forms]


def test_every_address_is_a_page_of_the_table_or_says_why_not():
    listed = {page.name for page in PAGES}
    assert names() - listed - ELSEWHERE.keys() == set()
    assert {name for name in ELSEWHERE if name in listed} == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_is_accessible_and_silent(page: Page, world, crew):
    visitor = arrive(page, world, crew)
    assert problems(visitor) == []


@pytest.mark.parametrize(("page", "form"), FORMS)
def test_a_form_sent_empty_says_what_is_wrong(page: Page, form: str, world, crew):
    visitor = arrive(page, world, crew)
    answer = visitor.send_empty(form)
    assert answer.status == 422
    assert visitor.page.title().startswith("Erreur")
    links = visitor.page.locator(".errsum a, .errornote a")
    assert links.count() > 0
    for link in links.all():
        assert visitor.page.locator(f'[id="{link.get_attribute("href")[1:]}"]').count() == 1
    assert problems(visitor) == []


def arrive(page: Page, world: World, crew: Crew) -> Visitor:
    """Open a page as whoever reads it."""
    visitor = crew(page)
    visitor.faults.clear()
    visitor.widen(DESK)
    if page.before:
        page.before(visitor, world)
    answer = visitor.open(page.address(world))
    assert answer.status == page.status
    assert visitor.path == page.address(world).partition("?")[0]
    return visitor


def problems(visitor: Visitor, *, language: str = "fr") -> list[str]:
    """What is wrong with the page in front of the visitor, at a desk, on a phone and on the narrowest screen."""
    page = visitor.page
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"lang is not {language}")
    for width in (DESK, PHONE, NARROWEST):
        visitor.widen(width)
        found += [f"at {width} px, too wide: {element}" for element in visitor.too_wide()]
        if width != NARROWEST:
            found += [f"at {width} px, {violation}" for violation in visitor.violations()]
    return found + visitor.faults
