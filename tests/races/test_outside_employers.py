"""An outside employer becomes a partner while students of other zones are placed there: in time, or not at all."""

import threading
import time

import pytest
from django.db import transaction

from partnership.states import Role
from partnership.workflow import record
from placements import services
from placements.models import HostCompany, Placement
from tests import factories

from .crowd import PATIENCE, at_once

THREADS = 20


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("paris"))


@pytest.fixture
def administrator():
    return factories.user(Role.ADMINISTRATOR)


@pytest.fixture
def outside(lead):
    """An employer in the zone of Paris, with a place for each of many students of Lyon, who are at its door."""
    lyon = factories.cohort("lyon", capacity=60)
    company = HostCompany.objects.create(name="Employeur trouvé (fictif)", is_partner=False)
    site = factories.site("paris", company=company)
    for _number in range(THREADS):
        factories.seat(site, of=lyon.intake, by=lead)
    return site, [factories.enrolment(lyon) for _number in range(THREADS)]


def _make_a_partner(site, administrator) -> None:
    """What the administrators' desk writes."""
    HostCompany.objects.filter(pk=site.company_id).update(is_partner=True)
    record(site.company, "edited", by=administrator, before="False", reason="is_partner")


def test_students_are_placed_before_the_employer_is_a_partner_or_refused(outside, lead, administrator):
    site, students = outside

    def deed(place):
        if place == 0:
            with transaction.atomic():
                _make_a_partner(site, administrator)
        else:
            services.propose(students[place], site=site, by=lead)

    outcomes = at_once(THREADS, deed)

    # That whoever is there was placed while the employer was outside is one of the promises.
    assert outcomes["done"] + outcomes["Refused"] == THREADS
    assert Placement.objects.live().count() == outcomes["done"] - 1


def test_whoever_is_placed_while_the_employer_becomes_a_partner_waits_and_is_refused(outside, lead, administrator):
    site, students = outside
    written = threading.Event()

    def deed(place):
        if place == 0:
            with transaction.atomic():
                _make_a_partner(site, administrator)
                written.set()
                # Time enough to be placed for whoever does not wait.
                time.sleep(1)
        else:
            assert written.wait(PATIENCE)
            services.propose(students[place], site=site, by=lead)

    assert at_once(2, deed) == {"done": 1, "Refused": 1}
    assert not Placement.objects.exists()
