"""The whole story in a real browser: five people, from validation to a seat, by pages and received letters only."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership.states import Role
from placements.states import PlacementState
from programmes import services as teaching
from programmes.states import CurriculumState
from tests import factories

from .visitor import BOTH_WAYS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def people(transactional_db, worker) -> dict:
    """A signed convention, contents just written, a cohort that recruits, a host with a free place, and who works."""
    programme = factories.programme(pitch="Une année d’alternance, un diplôme, un salaire.")
    author = factories.user(Role.AUTHOR, name="Irène Castel")
    people = {
        "author": author,
        "reviewer": factories.user(Role.REVIEWER, party_code="smt", name="Paul Armangaud"),
        "recruiter": factories.user(Role.RECRUITER, name="Claire Devaux"),
        "lead": factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel"),
        "curriculum": factories.curriculum(programme, state=CurriculumState.DRAFT, by=author),
        "site": factories.site(name="Plateau Confluence (fictif)"),
    }
    cohort = factories.cohort(content=people["curriculum"])
    factories.seat(people["site"], of=cohort.intake, by=people["lead"])
    return people


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_five_people_go_from_validation_to_a_seat(people, visit, post, javascript):
    teaching.submit(people["curriculum"], by=people["author"])
    reviewer = visit(javascript=javascript)
    validate(reviewer, people, post)
    candidate = visit(width=PHONE, javascript=javascript)
    apply(candidate)
    recruiter = visit(javascript=javascript)
    admit(recruiter, candidate, people, post)
    confirm(candidate, post)
    lead = visit(javascript=javascript)
    place(lead, people)
    accept(visit(width=PHONE, javascript=javascript), people, post)
    candidate.follow(post.to("ines.escoffray@exemple.test", "Votre entreprise d’accueil a dit oui"))
    candidate.sees("Plateau Confluence (fictif)")
    lead.open("/fr/accueil/")
    lead.sees("Inès Escoffray", PlacementState.ACCEPTED.label)


def validate(reviewer, people, post):
    """From the letter to a validated module in at most four clicks, then the rest."""
    first, second = people["curriculum"].modules.order_by("order")
    reviewer.follow(post.to(people["reviewer"].email, "À valider"))
    reviewer.sign_in(people["reviewer"])
    reviewer.click(first.title, role="link", inside=".desk__main")
    reviewer.tick("Favourable", "Nothing to change.", inside=".decision")
    reviewer.click("Give this opinion", inside=".decision")
    reviewer.sees("Your opinion is given.", inside="body")
    assert reviewer.clicks <= 4
    reviewer.sees(second.title, inside="h1")
    reviewer.tick("Favourable", "Nothing to change.", inside=".decision")
    reviewer.click("Give this opinion", inside=".decision")
    reviewer.sees("The content is validated; its authors are told.", inside="body")
    assert post.to(people["author"].email, "validé")


def apply(candidate):
    """Three steps on a telephone."""
    candidate.open("/fr/")
    candidate.click("Apply in 6 minutes", role="link")
    for label, text in {
        "First name": "Inès",
        "Last name": "Escoffray",
        "E-mail": "ines.escoffray@exemple.test",
        "Telephone": "04 65 71 00 12",
        "Year": str(clock.today().year - 20),
        "Postcode": "69100",
    }.items():
        candidate.fill(label, text)
    candidate.choose("Month", "5")
    candidate.click("Continue")
    candidate.sees("What is your plan?", inside="h1")
    candidate.tick("baccalauréat (level 4)")
    candidate.tick("Lyon")
    candidate.fill("Which languages do you speak?", "français, italien")
    candidate.tick("No")
    candidate.choose("How did you hear of us?", "web")
    candidate.click("Continue")
    candidate.sees("Check before you send", inside="h1")
    candidate.sees("Inès Escoffray", "69100 Villeurbanne", "français, italien")
    candidate.click("Send my application")
    candidate.sees("Thank you, your application has arrived.", inside="h1")


def admit(recruiter, candidate, people, post):
    """The recruiter finds the file, meets the applicant and admits; the applicant follows by letters."""
    candidate.follow(post.to("ines.escoffray@exemple.test", "est bien arrivée"))
    candidate.sees("Inès")
    recruiter.open("/fr/accueil/")
    recruiter.sign_in(people["recruiter"])
    recruiter.click("Applications", role="link", inside=".top")
    recruiter.fill("Name, e-mail, telephone or reference", "escof")
    recruiter.click("Filter")
    recruiter.click("Inès Escoffray", role="link")
    recruiter.fill("Date of the interview", str(clock.today() + timedelta(days=1)))
    recruiter.fill("Time", "10:00", inside="form[action$='/entretien/']")
    recruiter.fill("Place", "Campus de Lyon, salle 4")
    recruiter.click("Fix and send the letter")
    candidate.follow(post.to("ines.escoffray@exemple.test", "Votre entretien"))
    candidate.sees("Campus de Lyon, salle 4")
    recruiter.fill("Note of the interview", "À l’aise au téléphone.")
    recruiter.click("Record the interview")
    recruiter.click("Admit", inside=".due")
    recruiter.sees("Record their answer")


def confirm(candidate, post):
    """The applicant takes the place by the link of the letter."""
    candidate.follow(post.to("ines.escoffray@exemple.test", "Votre place à Lyon : réponse attendue"))
    candidate.click("I confirm my place")
    candidate.sees("Thank you: your place is confirmed.")
    post.to("ines.escoffray@exemple.test", "est confirmée")


def place(lead, people):
    """The lead seats the student in at most three clicks, letter included."""
    lead.open("/fr/accueil/")
    lead.sign_in(people["lead"])
    lead.click("Place here", "Inès Escoffray")
    lead.click("Send now")
    assert lead.clicks <= 3
    lead.sees("Inès Escoffray", PlacementState.PROPOSED.label)


def accept(host, people, post):
    """The host says yes by the link of the letter, without an account."""
    host.follow(post.to(people["site"].contact_email, "votre réponse"))
    host.sees("Inès Escoffray")
    host.click("We take this student")
    host.sees("You said yes.")
    assert post.to(people["lead"].email, "a dit oui")
