"""The two journeys that matter most, by keyboard alone: one always sees where one is."""

import pytest

from cohorts.models import Application
from cohorts.states import ApplicationState
from partnership import clock
from partnership.states import Role
from placements.models import Placement
from tests import factories

from .keyboard import press, type_in
from .visitor import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_applies_without_a_pointer(visit):
    cohort = factories.cohort()
    candidate = visit(width=PHONE)
    candidate.open("/fr/candidater/acvd/identite/")
    press(candidate, "main form [type=submit]")
    candidate.page.wait_for_selector(".errsum:focus")
    press(candidate, ".errsum a")
    candidate.page.wait_for_selector("#id_first_name:focus")
    candidate.page.keyboard.type("Inès")
    type_in(candidate, "#id_last_name", "Escoffray")
    type_in(candidate, "#id_email", "ines.escoffray@exemple.test")
    type_in(candidate, "#id_phone", "04 65 71 00 12")
    press(candidate, "#id_birth_month", "ArrowDown")
    type_in(candidate, "#id_birth_year", str(clock.today().year - 20))
    type_in(candidate, "#id_postcode", factories.commune().postcodes[0])
    press(candidate, "main form [type=submit]")
    candidate.page.wait_for_url("**/projet/")
    press(candidate, "[name=level]", "Space")
    type_in(candidate, "#id_languages", "français")
    press(candidate, "[name=has_employer]", "Space")
    press(candidate, "#id_source", "ArrowDown")
    press(candidate, "main form [type=submit]")
    candidate.page.wait_for_url("**/verifier/")
    press(candidate, "main form [type=submit]")
    candidate.page.wait_for_url("**/merci/")
    assert Application.objects.get(cohort=cohort).state == ApplicationState.SUBMITTED


def test_a_lead_seats_a_student_without_a_pointer(visit):
    seat = factories.seat()
    student = factories.enrolment(factories.cohort(of=seat.intake))
    lead = visit()
    lead.enter_as(factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=seat.site.zone))
    lead.open("/fr/places/lyon/")
    press(lead, ".place-form [type=submit]")
    lead.page.wait_for_selector("form[action$='/annuler/']")
    assert Placement.objects.get(enrolment=student).seat == seat
