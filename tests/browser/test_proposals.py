"""The best assignment in a real browser: asked for, waited for, understood, tried otherwise, accepted."""

import pytest

from partnership.states import Role
from placements.models import Placement
from tests import factories

from .test_lists import let_the_worker_work
from .visitor import BOTH_WAYS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
HOST = "Plateau Confluence (fictif)"


@pytest.fixture
def lead(transactional_db):
    """Who leads a zone where two students wait and one place is free."""
    lead = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")
    cohort = factories.cohort("lyon")
    factories.seat(factories.site(name=HOST), of=cohort.intake, by=lead)
    for first_name in ("Inès", "Nils"):
        factories.enrolment(cohort, of=factories.candidate(first_name=first_name, last_name="Fictif"))
    return lead


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_lead_has_the_best_assignment_found_and_accepts_it(lead, visit, javascript):
    visitor = visit(width=PHONE, javascript=javascript)
    visitor.enter_as(lead)
    visitor.open("/fr/places/lyon/")
    visitor.click("Propose the best assignment", role="link")
    visitor.click("Propose")
    visitor.sees("The proposal is being computed", inside="h1")
    let_the_worker_work(visitor)
    visitor.sees("1 étudiant reste sans place.", HOST)
    assert visitor.page.locator("main input[type=checkbox]:checked").count() == 1
    first = visitor.path

    visitor.click("See with one place more", inside="aside")
    let_the_worker_work(visitor)
    visitor.sees("Nobody stays without a place.")
    assert visitor.page.locator("main input[type=checkbox]:checked").count() == 2
    visitor.click("Back to the proposal before", role="link")
    assert visitor.path == first

    visitor.click("Accept the ticked lines")
    placed = Placement.objects.get()
    assert visitor.path == first
    assert visitor.page.locator("main input[type=checkbox]").count() == 0
    # The place that was tried is nobody's: one student is placed, by a proposal like by hand.
    visitor.open("/fr/places/lyon/")
    visitor.sees(str(placed.enrolment.application.candidate), HOST)
