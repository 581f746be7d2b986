"""Many students for a tutor's last place: the law counts one after the other."""

import pytest

from partnership.states import Role
from placements import services
from placements.models import Placement, Tutor
from placements.states import ContractKind
from tests import factories
from tests.placements import hosting_factory as hosting

from .crowd import at_once, naive, without_trigger

THREADS = 50


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"))


@pytest.fixture
def cohort():
    return factories.cohort(capacity=THREADS + 1)


@pytest.fixture
def placed(cohort, lead):
    return lambda site: factories.placement(factories.enrolment(cohort), factories.seat(site, by=lead), by=lead)


@pytest.fixture
def tutor(lead, placed):
    """Somebody of two sites, who has one apprentice: there is one place more."""
    services.load_host_reference()
    site = factories.site()
    other = factories.site(company=site.company)
    made = hosting.tutor(site, other)
    services.assign_tutor(placed(site), tutor=made, contract_kind=ContractKind.APPRENTICESHIP, by=lead)
    return made


@pytest.fixture
def placements(tutor, placed):
    """So many students on both sites."""

    def of(number=THREADS):
        sites = list(tutor.sites.all())
        return [placed(sites[place % 2]) for place in range(number)]

    return of


def test_of_fifty_students_one_gets_the_last_place_of_a_tutor_of_two_sites(tutor, placements, lead):
    students = placements()

    def deed(place):
        mine = Placement.objects.select_related("seat__intake__programme").get(pk=students[place].pk)
        services.assign_tutor(
            mine, tutor=Tutor.objects.get(pk=tutor.pk), contract_kind=ContractKind.APPRENTICESHIP, by=lead
        )

    assert at_once(THREADS, deed) == {"done": 1, "Refused": THREADS - 1}
    assert tutor.placements.live().count() == 2


def test_without_the_law_a_tutor_has_as_many_as_believed_there_was_room(tutor, placements):
    students = placements()
    with without_trigger("placements_placement", "a_tutor_has_room"):
        believed = naive(
            THREADS,
            read=lambda place: Placement.objects.live().filter(tutor=tutor).count() < 2,
            write=lambda place: Placement.objects.filter(pk=students[place].pk).update(tutor=tutor),
        )
    assert believed > 1
    assert tutor.placements.live().count() == believed + 1


def test_a_tutor_who_leaves_while_given_a_student_has_left_or_not_taken_them(tutor, placements, lead):
    (placement,) = placements(1)

    def deed(place):
        who = Tutor.objects.get(pk=tutor.pk)
        if place:
            services.let_tutor_go(who, by=lead)
        else:
            mine = Placement.objects.select_related("seat__intake__programme").get(pk=placement.pk)
            services.assign_tutor(mine, tutor=who, contract_kind="", by=lead)

    outcomes = at_once(2, deed)
    placement.refresh_from_db()
    assert outcomes["done"] == 1 + (placement.tutor_id is not None)
