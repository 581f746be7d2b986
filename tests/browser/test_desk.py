"""The administrators' tables in a browser: lines are added and taken out again; and what the staff's pages ask for."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnership.models import Milestone, Objective
from partnership.states import Role

from .pages import PAGES
from .visitor import Visitor, problems

# The worlds are committed, for the server.
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(300)]


_LOADED = re.compile(r'(?:<link rel="(?:stylesheet|icon)[^>]+?href|<script[^>]+?src|<img[^>]+?src)="(/[^"]+)"')


@pytest.fixture(scope="module")
def desk(world, chromium, address) -> Iterator[Visitor]:
    """An administrator at a desk."""
    administrator = Visitor(chromium, address)
    administrator.enter_as(world.user(Role.ADMINISTRATOR))
    yield administrator
    administrator.close()


@pytest.fixture
def page(desk) -> Visitor:
    """A milestone's page, as an administrator opens it."""
    milestone = Milestone.objects.order_by("pk").first()
    desk.open(reverse("admin:partnership_milestone_change", args=[milestone.pk]))
    return desk


def test_lines_are_added_taken_out_and_saved(page):
    before = set(Objective.objects.values_list("pk", flat=True))
    there = page.page.locator("#objectives-group tbody tr:not(.empty-form)").count()
    for _ in range(3):
        page.page.locator("#objectives-group .row-more").click()
    first, second = page.page.locator(f"#objectives-{there}"), page.page.locator(f"#objectives-{there + 1}")
    first.locator("[name$=-target]").fill("7")
    second.locator("[name$=-target]").fill("9")
    first.locator(".row-out").click()
    page.page.locator(f"#objectives-{there + 1} .row-out").click()
    kept = page.page.locator(f"#objectives-{there}")
    assert kept.locator("[name$=-target]").input_value() == "9"
    assert kept.locator("[name$=-target]").get_attribute("name") == f"objectives-{there}-target"
    kept.locator("[name$=-measure]").select_option("placed")
    kept.locator("[name$=-zone]").select_option(index=1)
    kept.locator("[name$=-due_on]").fill("2027-09-01")
    assert problems(page) == []
    with page.page.expect_navigation():
        page.page.locator("[name=_continue]").click()
    (added,) = Objective.objects.exclude(pk__in=before)
    assert (added.measure, added.target, added.due_on.isoformat()) == ("placed", 9, "2027-09-01")


def test_a_day_comes_back_as_it_was(page):
    day = page.page.locator("#id_finalise_by")
    assert day.get_attribute("type") == "date"
    milestone = Milestone.objects.order_by("pk").first()
    assert day.input_value() == (milestone.finalise_by.isoformat() if milestone.finalise_by else "")


def test_no_page_of_the_staff_sends_more_than_twenty_statements_nor_asks_for_more_than_ten_files(world):
    clients, dear = {}, {}
    for page in [page for page in PAGES if page.reader and page.before is None and page.status == 200]:
        user = world.user(page.reader, page.zone)
        if user.pk not in clients:
            clients[user.pk] = Client()
            clients[user.pk].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        address = page.address(world)
        clients[user.pk].get(address)
        with CaptureQueriesContext(connection) as sent:
            words = clients[user.pk].get(address).content.decode()
        files = len(set(_LOADED.findall(words)))
        # With the page itself, ten.
        if len(sent) > 20 or files > 9:
            dear[str(page)] = (len(sent), files)
    assert len(clients) > 5
    assert dear == {}
