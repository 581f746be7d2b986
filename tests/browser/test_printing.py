"""The pages of the convention on paper."""

import io
from collections.abc import Iterator

import pikepdf
import pytest
from django.urls import reverse

from partnership.states import Role

from .visitor import Visitor

# The world is committed, for the server; a test only reads it.
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def coordinator(world, chromium, address) -> Iterator[Visitor]:
    """Signed in to the demonstration before any test, whose rows the server does not see."""
    visitor = Visitor(chromium, address)
    visitor.enter_as(world.user(Role.COORDINATOR))
    yield visitor
    visitor.close()


@pytest.mark.parametrize(
    ("name", "sheets", "words"),
    [
        ("partnership:board", 1, "En retard"),
        ("partnership:report", 2, "En retard"),
        ("partnership:convention", 2, "Engagements"),
        ("cohorts:forecast", 2, "présents"),
        ("cohorts:history", 3, "semaine"),
        ("partnership:zone_map", 1, "Lyon"),
    ],
)
def test_a_page_of_the_convention_is_printed_without_its_menus(coordinator, name, sheets, words):
    coordinator.page.emulate_media(media="print")
    coordinator.open(reverse(name))
    with pikepdf.open(io.BytesIO(coordinator.page.pdf(prefer_css_page_size=True, format="A4"))) as printed:
        assert len(printed.pages) <= sheets
    text = coordinator.page.locator("body").inner_text()
    assert words in text
    for menu in coordinator.page.locator("nav, form button, .no-print").all():
        assert not menu.is_visible(), menu.inner_text()
