"""A student who brings an employer, in a real browser: seen on the board and on a phone, the employer recorded."""

import pytest

from partnership.states import Role
from placements.models import HostSite
from tests import factories

from .visitor import BOTH_WAYS, DESK, PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
BADGE = ".badge--go"


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_lead_sees_who_brings_an_employer_and_records_it(transactional_db, visit, javascript):
    zone = factories.zone("lyon")
    lead = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=zone, name="Karim Sautel")
    cohort = factories.cohort()
    factories.seat(factories.site(name="Plateau Confluence (fictif)"), of=cohort.intake, by=lead)
    factories.enrolment(cohort, of=factories.candidate(first_name="Inès", last_name="Fictive"))
    factories.enrolment(cohort, of=factories.candidate(first_name="Nils", last_name="Fictif"), has_employer=True)
    desk = visit(javascript=javascript)
    desk.enter_as(lead)
    desk.open("/fr/places/lyon/")
    row = desk.page.locator("tr", has_text="Nils Fictif").first
    for width in (DESK, PHONE):
        desk.widen(width)
        assert row.locator(BADGE).is_visible()
        assert desk.page.locator(".to-place").locator(BADGE).count() == 1
    assert problems(desk) == []
    desk.widen(PHONE)
    desk.click("Nils Fictif", role="link", inside=".to-place")
    desk.sees("Employer already found")
    assert problems(desk) == []
    desk.widen(DESK)
    # What is due is read beside its button: a few lines, none of them a word wide.
    assert desk.page.locator(".due").bounding_box()["height"] < 150
    desk.click("Record their employer", role="link")
    assert problems(desk) == []
    assert not desk.page.get_by_label("Partenaire").is_checked()
    desk.fill("Company", "Cabinet du Parc (fictif)")
    desk.fill("Name of the site", "Cabinet du Parc")
    desk.fill("Postcode", "69100")
    desk.fill("Who answers for the site", "Dominique Fictif")
    desk.fill("Their e-mail address", "dominique@exemple.test")
    desk.click("Record the site")
    desk.sees("outside the partnership")
    assert not HostSite.objects.get(name="Cabinet du Parc").company.is_partner
