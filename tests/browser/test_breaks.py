"""A placement breaks and its student is placed again, in a real browser, at a desk and on the lead's telephone."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership.states import Role
from placements.models import HostSite, Placement
from placements.states import PlacementState
from tests import factories

from .visitor import BOTH_WAYS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def begun(transactional_db, worker) -> dict:
    """A course under way: somebody at a host, a free place elsewhere, and their lead."""
    lead = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")
    cohort = factories.cohort(of=factories.intake(starts_on=clock.today() - timedelta(days=40)))
    student = factories.enrolment(cohort, of=factories.candidate(first_name="Inès", last_name="Escoffray"))
    here = factories.seat(factories.site(name="Plateau Confluence (fictif)"), of=cohort.intake, by=lead)
    factories.seat(factories.site(name="Plateau Gerland (fictif)"), of=cohort.intake, by=lead)
    since = clock.today() - timedelta(days=40)
    factories.placement(student, here, state=PlacementState.ACTIVE, by=lead, started_on=since)
    return {"lead": lead, "student": student}


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_break_is_undone_recorded_and_its_student_placed_again(begun, visit, javascript):
    lead = visit(javascript=javascript)
    lead.enter_as(begun["lead"])
    _break_off(lead)
    lead.sees("Rupture notée : Inès Escoffray")
    lead.click("Undo")
    lead.sees("Annulé : Inès Escoffray")
    _break_off(lead)
    lead.sees("Inès Escoffray", "rupture le")
    before = lead.clicks
    other = HostSite.objects.get(name__contains="Gerland")
    lead.page.locator(f"#site-{begun['student'].pk}").select_option(str(other.pk))
    lead.click("Place here", "Inès Escoffray")
    lead.click("Send now")
    assert lead.clicks - before <= 3
    states = Placement.objects.order_by("proposed_at").values_list("state", flat=True)
    assert list(states) == [PlacementState.BROKEN, PlacementState.PROPOSED]


def _break_off(lead):
    """From the pages of the zone to the recorded break."""
    lead.open("/fr/places/lyon/suivi/")
    lead.page.locator("main summary", has_text="Inès Escoffray").click()
    lead.click("Break…", role="link")
    lead.tick("resignation of the student")
    lead.tick("Yes, for somebody else")
    lead.click("Record the break")


def test_a_visit_is_noted_on_the_telephone(begun, visit):
    lead = visit(width=PHONE)
    lead.enter_as(begun["lead"])
    lead.open("/fr/places/lyon/suivi/")
    lead.sees("check-in of day 35", "(estimation)")
    lead.click("check-in of day 35", role="link")
    lead.tick("to be watched")
    lead.fill("Notes", "Fatiguée, à rappeler.")
    lead.click("Note it")
    lead.sees("to be watched")
    assert lead.clicks <= 4
