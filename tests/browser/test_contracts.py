"""A contract file in a real browser: the employer's sheet by link, filed, returned by the operator, filed again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from partnership import clock
from partnership.states import Role
from placements.models import ContractFile
from placements.states import ContractState, PlacementState
from tests import factories
from tests.placements import contract_factory as making

from .visitor import BOTH_WAYS, PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def lead(transactional_db):
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_contract_file_goes_through_a_return_to_its_acceptance(lead, worker, visit, post, javascript):
    student = factories.enrolment(factories.cohort("lyon"))
    making.dossier(student)
    site = factories.site("lyon", name="Plateau Confluence (fictif)")
    seat = factories.seat(site, of=student.application.intake, by=lead)
    placement = factories.placement(student, seat, state=PlacementState.ACCEPTED, by=lead)

    desk = visit(width=PHONE, javascript=javascript)
    desk.enter_as(lead)
    desk.open(reverse("placements:student_detail", args=[student.pk]))
    desk.click("Ask for the employer sheet", role="link")
    desk.click("Ask by letter")
    desk.sees("The employer sheet is awaited")

    employer = visit(width=PHONE, javascript=javascript)
    post.hurry()
    employer.follow(post.to(site.contact_email, "la fiche employeur à remplir"))
    assert problems(employer) == []
    first = student.application.intake.starts_on
    employer.page.locator("[name=siret]").fill(making.SIRET)
    employer.page.locator("[name=tutor_name]").fill("Tutrice Fictive")
    employer.page.locator("[name=starts_on]").fill(first.isoformat())
    employer.page.locator("[name=ends_on]").fill((first + timedelta(days=364)).isoformat())
    employer.page.locator("[name=note]").fill("NIR 2 84 05 88 321 025 91")
    employer.click("Send the sheet")
    refused = "A social security number is not kept here: take it out, it is typed on the operator’s portal alone."
    employer.sees(refused)
    employer.page.locator("[name=note]").fill("")
    employer.click("Send the sheet")
    employer.sees("Thank you: the sheet is received. You may correct it here.", inside=".messages")

    contract = ContractFile.objects.get(placement=placement)
    desk.open(reverse("placements:contract_detail", args=[contract.pk]))
    _note(desk, training_hours="460")
    _note(desk)
    _note(desk, number="DEPOT-1")
    desk.page.locator("[name=answer][value=returned]").check()
    _note(desk, reason="Le SIRET ne convient pas.")
    desk.sees("to file again")
    assert problems(desk) == []
    post.hurry()
    assert "Le SIRET ne convient pas." in post.to(site.contact_email, "à corriger").text
    _note(desk, number="DEPOT-2")
    desk.page.locator("[name=answer][value=accepted]").check()
    _note(desk)
    desk.sees("DEPOT-2")
    contract.refresh_from_db()
    assert (contract.state, contract.number) == (ContractState.ACCEPTED, "DEPOT-2")


def _note(desk, **said):
    """Date the next step today, with what it asks for."""
    form = desk.page.locator("form[action$='/etape/']")
    form.locator("[name=on]").fill(clock.today().isoformat())
    for name, text in said.items():
        form.locator(f"[name={name}]").fill(text)
    desk.click("Note this step")
