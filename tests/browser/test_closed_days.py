"""A student is placed where nobody works on some of their days: the lead is asked why it works, on their telephone."""

from datetime import timedelta

import pytest

from cohorts.states import RhythmKind
from partnership import clock
from partnership.states import Role
from placements import services
from placements.models import Placement
from tests import factories

from .visitor import BOTH_WAYS, PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
REASON = "Le vendredi en télétravail."


@pytest.fixture
def lead(transactional_db):
    """A lead with somebody to place, and one free place, at a site that is closed on Fridays."""
    lead = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")
    begins = clock.today() + timedelta(days=90)
    rhythm = {"rhythm_kind": RhythmKind.WEEKS, "school_weeks": 1, "company_weeks": 1, "training_from": begins}
    cohort = factories.cohort(**rhythm, training_until=begins + timedelta(days=300))
    factories.enrolment(cohort, of=factories.candidate(first_name="Inès", last_name="Escoffray"))
    site = factories.site(name="Plateau Gerland (fictif)")
    factories.seat(site, of=cohort.intake, by=lead)
    services.edit_site(site, by=lead, version=1, opening={day: (9 * 60, 19 * 60) for day in range(4)})
    return lead


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_student_is_placed_on_closed_days_for_a_written_reason(lead, visit, javascript):
    phone = visit(width=PHONE, javascript=javascript)
    phone.enter_as(lead)
    phone.open("/fr/places/lyon/")
    phone.click("Place here", "Inès Escoffray")
    phone.sees("Plateau Gerland (fictif)", "Inès Escoffray", "Vendredi")
    assert problems(phone) == []
    assert not Placement.objects.exists()
    phone.widen(PHONE)
    phone.click("Place all the same")
    phone.sees("Écrivez pourquoi cela convient quand même.")
    phone.fill("Why the hours work all the same", REASON)
    phone.click("Place all the same")
    phone.sees("Affectation proposée : Inès Escoffray")
    assert phone.clicks == 3
    assert Placement.objects.get().hours_reason == REASON
