"""From the calls to hosts to a placement that breaks, by keyboard alone: one always sees where one is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from partnership import clock, links
from partnership.models import ref
from partnership.states import Role
from placements.models import ContractFile, HostPledge, Introduction, Placement, Presentation, Seat
from placements.states import INTRODUCTION, ContractState, IntroductionState, PlacementState
from tests import factories
from tests.placements import contract_factory, pledge_factory

from .keyboard import choose, press, type_day, type_in
from .test_lists import let_the_worker_work
from .visitor import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.django_db(transaction=True)]
HOST = "Plateau Confluence (fictif)"


@pytest.fixture
def karim(transactional_db):
    """Who leads the zone of Lyon."""
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")


@pytest.fixture
def lead(karim, visit):
    """His browser, at a desk."""
    visitor = visit()
    visitor.enter_as(karim)
    return visitor


def test_a_lead_records_a_call_and_one_place_more(lead):
    site = factories.site(name=HOST)
    factories.cohort("lyon")
    lead.open("/fr/places/lyon/appels/")
    press(lead, "main .calls summary")
    choose(lead, "answer", "yes")
    type_in(lead, "[name=places_sure]", "2")
    press(lead, "main .calls details [type=submit]")
    lead.page.wait_for_selector(".alert--done")
    lead.open("/fr/places/lyon/")
    press(lead, f"form[action='/fr/places/entreprises/{site.pk}/places/'] [type=submit]")
    lead.page.wait_for_selector(".alert--done")
    assert Seat.objects.open().filter(site=site).count() == 3


def test_a_lead_asks_the_hosts_and_one_answers(lead, visit):
    site = factories.site(name=HOST, contact_email="plateau@exemple.test")
    factories.cohort("lyon")
    lead.open("/fr/places/lyon/demander/")
    press(lead, "main form [type=submit]")
    lead.page.wait_for_selector("pre.letter")
    press(lead, "main form[action$='/envoyer/'] [type=submit]")
    lead.page.wait_for_selector("progress, .progress, [role=status]")
    let_the_worker_work(lead)
    lead.sees(HOST)
    host = visit(width=PHONE)
    host.open(reverse("placements:pledge_answer", args=[pledge_factory.token(site.asks.get())]))
    choose(host, "answer", "yes")
    type_in(host, "[name=places_sure]", "2")
    press(host, "main form [type=submit]")
    host.page.wait_for_selector(".alert--done")
    assert HostPledge.objects.get(site=site).places_sure == 2


def test_a_lead_tries_one_place_more_and_accepts_the_best_assignment(karim, lead):
    cohort = factories.cohort("lyon")
    factories.seat(factories.site(name=HOST), of=cohort.intake, by=karim)
    for first_name in ("Inès", "Nils"):
        factories.enrolment(cohort, of=factories.candidate(first_name=first_name, last_name="Fictif"))
    lead.open("/fr/places/lyon/propositions/")
    press(lead, "main form [type=submit]")
    lead.sees("The proposal is being computed", inside="h1")
    let_the_worker_work(lead)
    lead.sees("1 étudiant reste sans place.")
    press(lead, "aside [value=one_more]")
    lead.sees("The proposal is being computed", inside="h1")
    let_the_worker_work(lead)
    press(lead, ".alert a[href*='/propositions/']")
    lead.sees("1 étudiant reste sans place.")
    press(lead, "#accept [type=submit]")
    lead.page.wait_for_selector(".badge--done")
    assert Placement.objects.count() == 1


def test_a_lead_presents_two_and_the_host_chooses_one(karim, lead, visit):
    site, cohort = factories.site(name=HOST), factories.cohort("lyon")
    factories.seat(site, of=cohort.intake, by=karim)
    for first_name in ("Inès", "Nils"):
        factories.enrolment(cohort, of=factories.candidate(first_name=first_name, last_name="Fictif"))
    lead.open(f"/fr/places/entreprises/{site.pk}/presenter/")
    press(lead, "main form [type=submit]")
    lead.sees("Inès Fictif", "Nils Fictif")
    host = visit(width=PHONE)
    token = links.mint(INTRODUCTION, ref(Presentation.objects.get()))
    host.open(reverse("placements:presentation_answer", args=[token]))
    press(host, "form[action$='/choisir/'] [type=submit]")
    host.page.wait_for_selector(".alert--done")
    assert Introduction.objects.filter(state=IntroductionState.CHOSEN).count() == 1


def test_a_contract_file_is_returned_and_accepted(karim, lead):
    student = factories.enrolment(factories.cohort("lyon"))
    seat = factories.seat(factories.site(name=HOST), of=student.application.intake, by=karim)
    placement = factories.placement(student, seat, state=PlacementState.ACCEPTED, by=karim)
    contract = contract_factory.contract(placement, state=ContractState.FILED, by=karim)
    for answer, said in (("returned", "reason"), ("", "number"), ("accepted", "")):
        lead.open(reverse("placements:contract_detail", args=[contract.pk]))
        type_day(lead, "form[action$='/etape/'] [name=on]", clock.today())
        if answer:
            choose(lead, "answer", answer)
        if said:
            type_in(lead, f"form[action$='/etape/'] [name={said}]", "SIRET corrigé")
        press(lead, "form[action$='/etape/'] [type=submit]")
        lead.page.wait_for_selector(".alert--done")
    assert ContractFile.objects.get(pk=contract.pk).state == ContractState.ACCEPTED


def test_a_break_is_recorded_and_the_student_placed_again(karim, lead):
    since = clock.today() - timedelta(days=40)
    cohort = factories.cohort(of=factories.intake(starts_on=since))
    student = factories.enrolment(cohort, of=factories.candidate(first_name="Inès", last_name="Escoffray"))
    here = factories.seat(factories.site(name=HOST), of=cohort.intake, by=karim)
    factories.seat(factories.site(name="Plateau Gerland (fictif)"), of=cohort.intake, by=karim)
    placement = factories.placement(student, here, state=PlacementState.ACTIVE, by=karim, started_on=since)
    lead.open(reverse("placements:placement_break", args=[placement.pk]))
    choose(lead, "cause", "resignation")
    choose(lead, "reopen", "yes")
    press(lead, "main form [type=submit]")
    lead.sees("Rupture notée : Inès Escoffray")
    lead.open("/fr/places/lyon/")
    press(lead, ".place-form [type=submit]")
    lead.page.wait_for_selector("form[action$='/annuler/']")
    states = Placement.objects.order_by("proposed_at").values_list("state", flat=True)
    assert list(states) == [PlacementState.BROKEN, PlacementState.PROPOSED]
