"""Before there is anything to show: each list says what will appear, as accessible and silent as when it is full."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.urls import reverse

from partnership.models import Convention, User
from partnership.states import Role
from tests import factories

from .visitor import Visitor, problems

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.django_db, pytest.mark.timeout(900)]

LISTS = {
    "front": None,
    "mailbox": None,
    "partnership:board": Role.COORDINATOR,
    "partnership:report": Role.COORDINATOR,
    "partnership:convention": Role.COORDINATOR,
    "partnership:agenda": Role.COORDINATOR,
    "partnership:zone_map": Role.COORDINATOR,
    "programmes:curriculum_list": Role.AUTHOR,
    "programmes:curriculum_validated_list": Role.AUTHOR,
    "admin:index": Role.REVIEWER,
    "cohorts:worklist": Role.RECRUITER,
    "cohorts:application_list": Role.RECRUITER,
    "cohorts:template_list": Role.RECRUITER,
    "cohorts:view_list": Role.RECRUITER,
    "cohorts:source_list": Role.RECRUITER,
    "cohorts:place_list": Role.RECRUITER,
    "cohorts:import_list": Role.RECRUITER,
    "cohorts:duplicate_list": Role.RECRUITER,
    "cohorts:register": Role.COORDINATOR,
    "cohorts:history": Role.COORDINATOR,
    "placements:home": Role.REGIONAL_LEAD,
    "placements:site_list": Role.REGIONAL_LEAD,
    "placements:student_list": Role.REGIONAL_LEAD,
    "placements:register": Role.COORDINATOR,
    "admin:placements_hostcompany_changelist": Role.ADMINISTRATOR,
}
# Read from the board, and not found as long as there is no convention.
OF_A_CONVENTION = (
    "partnership:convention",
    "partnership:agenda",
    "partnership:zone_map",
    "placements:register",
    "cohorts:history",
)


@pytest.fixture(scope="module", params=["nothing", "a convention to sign"])
def people(request, django_db_setup, django_db_blocker) -> Iterator[dict[Role, User]]:
    """People and a zone; then a convention that nobody has signed."""
    with django_db_blocker.unblock():
        people = {role: factories.user(role, zone=None) for role in Role}
        factories.zone("lyon")
        if request.param != "nothing":
            factories.milestone(factories.convention(signed=False))
        yield people
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def browsers(people, chromium, address) -> Iterator[dict[Role | None, Visitor]]:
    found: dict[Role | None, Visitor] = {role: Visitor(chromium, address) for role in {None, *LISTS.values()}}
    for role, visitor in found.items():
        if role:
            visitor.enter_as(people[role])
    yield found
    for visitor in found.values():
        visitor.close()


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_is_a_page_like_another(name, browsers):
    visitor = browsers[LISTS[name]]
    visitor.faults.clear()
    is_there = name not in OF_A_CONVENTION or Convention.objects.exists()
    assert visitor.open(reverse(name)).status == (200 if is_there else 404)
    assert problems(visitor) == []
