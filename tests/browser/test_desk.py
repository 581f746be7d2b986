"""The administrators' tables in a browser: lines are added and taken out again, and a day comes back as it was."""

import pytest
from django.urls import reverse

from partnership.models import Milestone, Objective
from tests import factories

from .visitor import Visitor, problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(visit, administrator) -> Visitor:
    """A milestone's page, as an administrator opens it."""
    factories.zone("lyon")
    milestone = factories.milestone()
    desk = visit()
    desk.enter_as(administrator)
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
    assert day.input_value() == Milestone.objects.get().finalise_by.isoformat()
