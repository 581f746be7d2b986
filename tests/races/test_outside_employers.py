"""An outside employer becomes a partner while students of other zones are placed there: in time, or not at all."""

import threading
import time

import pytest
from django.db import transaction

from partnership import clock
from partnership.states import Role
from partnership.workflow import record
from placements import services
from placements.models import HostCompany, HostSite, Placement
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


# -- somebody moves within it, while its records change ----------------------------------------------------------------


@pytest.fixture
def moving(lead):
    """A student of Lyon at an outside employer there, which has a free place in Paris."""
    lyon = factories.cohort("lyon")
    company = HostCompany.objects.create(name="Employeur trouvé (fictif)", is_partner=False)
    old, new = (factories.site(zone, company=company) for zone in ("lyon", "paris"))
    for site in (old, new):
        factories.seat(site, of=lyon.intake, by=lead)
    placement = services.propose(factories.enrolment(lyon), site=old, by=lead)
    services.accept(placement, by=old)
    return placement, new


@pytest.mark.parametrize("by", ["the records", "the end"])
def test_whoever_moves_out_of_the_zones_waits_for_others_in_no_circle(moving, lead, by):
    placement, new = moving
    old, held = placement.seat.site, threading.Event()
    # An employer sheet completes the site, then the company; whatever ends the placement frees its place then.
    rows = [HostSite.objects.filter(pk=old.pk), HostCompany.objects.filter(pk=old.company_id)]
    if by == "the end":
        rows = [Placement.objects.filter(pk=placement.pk), HostSite.objects.filter(pk=old.pk)]

    def deed(place):
        if place == 0:
            with transaction.atomic():
                rows[0].select_for_update(no_key=True).get()
                held.set()
                # Time enough to come as far as the lock.
                time.sleep(1)
                rows[1].select_for_update(no_key=True).get()
        else:
            assert held.wait(PATIENCE)
            services.amend(placement, site=new, tutor=None, from_on=clock.today(), by=lead)

    assert at_once(2, deed) == {"done": 2}
    assert Placement.objects.get().seat.site == new
