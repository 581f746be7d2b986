"""Every page in a real browser: accessible, within its width, silent, asking nothing of a third party, and cheap."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests import runs

from .pages import ELSEWHERE, PAGES, Page, names
from .visitor import DESK, HEIGHTS, Visitor, problems
from .world import World

# The worlds are committed, for the server; a test only reads them.
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(900)]

Crew = Callable[[Page], Visitor]


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


_LOADED = re.compile(r'(?:<link rel="(?:stylesheet|icon)[^>]+?href|<script[^>]+?src|<img[^>]+?src)="(/[^"]+)"')
# A page's other states (`note`) differ little from the first, and the administration's pages from each other: the long
# run looks at them, in English.
IN_FRENCH = [page for page in PAGES if not page.note and not page.name.startswith("admin:")]
# Axe costs more than all the rest: the quick run asks it of every third page, the long run of all.
WITH_AXE = {str(page) for number, page in enumerate(IN_FRENCH) if runs.IS_LONG or number % 3 == 0}
FORMS = [pytest.param(page, form, id=f"{page}, {form}") for page in PAGES for form in page.forms]


def test_every_address_is_a_page_of_the_table_or_says_why_not():
    listed = {page.name for page in PAGES}
    assert names() - listed - ELSEWHERE.keys() == set()
    assert {name for name in ELSEWHERE if name in listed} == set()


@pytest.mark.both
@pytest.mark.parametrize("page", IN_FRENCH, ids=str)
def test_a_page_is_accessible_and_silent(page: Page, world, crew):
    assert problems(arrive(page, world, crew), with_axe=str(page) in WITH_AXE) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_board_answers_on_one_screen(world, crew, language):
    board = next(page for page in PAGES if page.name == "partnership:board")
    with translation.override(language):
        page = arrive(board, world, crew).page
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator(".milestones > li").count() == 3
    # Late or not, where, on which side, and whose move it is; the legend and the chair may stand below.
    table = page.locator(".scroll:has(.board-table)").first
    for part in (page.locator(".milestones"), page.locator(".moves"), table.locator("tfoot").first):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= HEIGHTS[DESK]
    assert table.evaluate("box => box.scrollWidth") == table.evaluate("box => box.clientWidth")


def test_no_page_of_the_staff_sends_more_than_twenty_statements_nor_asks_for_more_than_ten_files(world):
    clients, dear = {}, {}
    for page in [page for page in PAGES if page.reader and page.before is None and page.status == 200]:
        user = world.user(page.reader, page.zone)
        if user.pk not in clients:
            clients[user.pk] = Client()
            clients[user.pk].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        address = page.address(world)
        with CaptureQueriesContext(connection) as sent:
            words = clients[user.pk].get(address).content.decode()
        files = len(set(_LOADED.findall(words)))
        # With the page itself, ten.
        if len(sent) > 20 or files > 9:
            dear[str(page)] = (len(sent), files)
    assert len(clients) > 5
    assert dear == {}


@pytest.mark.full
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_is_so_in_english(page: Page, world, crew):
    with translation.override("en"):
        assert problems(arrive(page, world, crew), language="en") == []


@pytest.mark.full
@pytest.mark.parametrize(("page", "form"), FORMS)
def test_a_form_sent_empty_says_what_is_wrong(page: Page, form: str, world, crew):
    with translation.override("en"):
        assert problems(sent_empty(page, form, world, crew), language="en") == []


def arrive(page: Page, world: World, crew: Crew) -> Visitor:
    """Open a page as whoever reads it."""
    visitor = crew(page)
    visitor.faults.clear()
    visitor.widen(DESK)
    if page.before:
        page.before(visitor, world)
    answer = page.sent(visitor, world) if page.sent else visitor.open(page.address(world))
    visitor.stay()
    assert answer.status == page.status
    assert visitor.path == page.address(world).partition("?")[0]
    return visitor


def sent_empty(page: Page, form: str, world: World, crew: Crew) -> Visitor:
    """Send a form of a page empty; each error it comes back with leads to its field."""
    visitor = arrive(page, world, crew)
    answer = visitor.send_empty(form)
    assert answer.status == 422
    assert visitor.page.title().startswith("Error")
    links = visitor.page.locator(".errsum a")
    assert links.count() > 0
    for link in links.all():
        assert visitor.page.locator(f'[id="{link.get_attribute("href")[1:]}"]').count() == 1
    return visitor
