"""The administrators' tables in a browser: lines are added and taken out again, and a day comes back as it was."""

from datetime import date

import pytest
from django.urls import reverse

from partnership.models import SchoolZone, ZoneDepartment
from tests import factories

from .visitor import Visitor, problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(visit, administrator) -> Visitor:
    """A zone's page, as an administrator opens it."""
    zone = factories.zone("lyon")
    SchoolZone.objects.create(zone=zone, letter="A", since=date(2016, 1, 1))
    desk = visit()
    desk.enter_as(administrator)
    desk.open(reverse("admin:partnership_zone_change", args=[zone.pk]))
    return desk


def test_lines_are_added_taken_out_and_saved(page):
    before = set(ZoneDepartment.objects.values_list("pk", flat=True))
    there = page.page.locator("#departments-group tbody tr:not(.empty-form)").count()
    for _ in range(3):
        page.page.locator("#departments-group .row-more").click()
    first, second = page.page.locator(f"#departments-{there}"), page.page.locator(f"#departments-{there + 1}")
    first.locator("[name$=-department]").fill("42")
    second.locator("[name$=-department]").fill("01")
    first.locator(".row-out").click()
    page.page.locator(f"#departments-{there + 1} .row-out").click()
    kept = page.page.locator(f"#departments-{there}")
    assert kept.locator("[name$=-department]").input_value() == "01"
    assert kept.locator("[name$=-department]").get_attribute("name") == f"departments-{there}-department"
    assert problems(page) == []
    with page.page.expect_navigation():
        page.page.locator("[name=_continue]").click()
    (added,) = ZoneDepartment.objects.exclude(pk__in=before)
    assert (added.department, added.zone.code) == ("01", "lyon")


def test_a_day_comes_back_as_it_was(page):
    day = page.page.locator("#id_school_zones-0-since")
    assert day.get_attribute("type") == "date"
    assert day.input_value() == SchoolZone.objects.get().since.isoformat()
