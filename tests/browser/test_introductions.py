"""Three young people presented to a host, who meets one and chooses another on a telephone, by the link of a letter."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership.states import Role
from placements.models import Introduction
from placements.states import IntroductionState, PlacementState
from tests import factories

from .visitor import BOTH_WAYS, PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_host_meets_one_of_three_and_chooses_another(transactional_db, worker, visit, post, javascript):
    lead = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")
    site = factories.site(name="Plateau Confluence (fictif)")
    cohort = factories.cohort()
    factories.seat(site, of=cohort.intake, by=lead)
    names = ("Inès", "Nils", "Zoé")
    people = [factories.candidate(first_name=name, last_name="Fictive") for name in names]
    for person in people:
        factories.enrolment(cohort, of=person)
    _present(visit(width=PHONE, javascript=javascript), lead, site)
    host = visit(width=PHONE, javascript=javascript)
    host.follow(post.to(site.contact_email, "3 jeunes à rencontrer"))
    host.sees(*(f"{name} F." for name in names))
    assert problems(host) == []
    host.widen(PHONE)
    host.click("I would like to meet them…", "Nils F.", role="link")
    host.fill("Day", str(clock.today() + timedelta(days=3)))
    host.fill("Time", "14:30")
    host.fill("Where", "Accueil, 2e étage")
    host.click("Fix this meeting")
    host.sees("Nils Fictive")
    student = visit(width=PHONE, javascript=javascript)
    student.follow(post.to(people[1].email, "souhaite vous rencontrer"))
    student.sees("Who has your file", "Plateau Confluence (fictif)", "Accueil, 2e étage")
    host.click("I choose them", "Inès F.")
    host.sees("Thank you: your choice is recorded, the student is written to.")
    host.click("Not chosen…", "Zoé F.", role="link")
    host.tick("another person was chosen")
    host.click("Send this answer")
    assert host.too_wide() == []
    post.to(people[0].email, "Votre entreprise d’accueil a dit oui")
    post.to(people[2].email, "ne vous accueillera pas")
    post.to(lead.email, "a dit oui")
    states = dict(Introduction.objects.values_list("enrolment__application__candidate__first_name", "state"))
    assert states == dict(
        zip(names, (IntroductionState.CHOSEN, IntroductionState.MEETING, IntroductionState.NOT_CHOSEN), strict=True)
    )
    placement = people[0].applications.get().enrolments.get().placements.get()
    assert placement.state == PlacementState.ACCEPTED


def _present(phone, lead, site):
    """The shortlist is ticked: the lead sends it from a telephone."""
    phone.enter_as(lead)
    phone.open(f"/fr/places/entreprises/{site.pk}/")
    phone.click("Present students…", role="link")
    assert problems(phone) == []
    phone.widen(PHONE)
    phone.click("Present these students")
    phone.sees("Inès Fictive", "Nils Fictive", "Zoé Fictive", IntroductionState.SENT.label)
    assert problems(phone) == []
