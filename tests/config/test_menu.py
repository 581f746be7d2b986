"""The menu lights the entry to which the page belongs."""

import pytest
from django.urls import reverse
from django.utils import translation

from config import context
from partnership.states import Role

from .. import factories

pytestmark = pytest.mark.django_db
LISTS = ("import_list", "template_list", "source_list", "duplicate_list", "condition_list", "view_list", "bulk_choose")


def lit(role: Role, path: str) -> list[str]:
    with translation.override("en"):
        return [str(entry.label) for entry in context.menu(factories.user(role), path) if entry.current]


@pytest.mark.parametrize("name", ["application_list", *LISTS])
def test_pages_about_applications_belong_to_them(name):
    with translation.override("en"):
        path = reverse(f"cohorts:{name}")
    assert lit(Role.RECRUITER, path) == ["Applications"]
    assert lit(Role.RECRUITER, f"{path}27/") == ["Applications"]
    # Whoever has no such entry has none lit.
    assert lit(Role.COORDINATOR, path) == []


@pytest.mark.parametrize(
    ("name", "args", "entry"),
    [
        ("cohorts:worklist", [], "To do"),
        ("cohorts:place_list", [], "Places"),
        ("cohorts:first_day", [1], "Places"),
        ("cohorts:slot_list", [], "Slots"),
    ],
)
def test_a_page_belongs_to_what_its_address_begins_with(name, args, entry):
    with translation.override("en"):
        assert lit(Role.RECRUITER, reverse(name, args=args)) == [entry]
