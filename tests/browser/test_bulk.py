"""Thirty people are invited in a real browser: at most five clicks, each letter read before, each received once."""

import pytest

from cohorts.models import Bulk
from cohorts.states import ApplicationState
from partnership import clock, jobs, outbox
from partnership.models import OutgoingMessage
from partnership.states import MessageState, Role
from tests import factories

from .visitor import BOTH_WAYS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PEOPLE = 30


@pytest.fixture
def recruiter(transactional_db, worker):
    """Thirty applications wait for an interview, five others do not."""
    cohort, recruiter = factories.cohort(), factories.user(Role.RECRUITER, name="Claire Devaux")
    for number in range(PEOPLE):
        person = factories.candidate(first_name=f"Invitée{number}", email=f"invitee{number}@exemple.test")
        factories.application(cohort, of=person, owner=recruiter)
    for _number in range(5):
        factories.application(cohort, state=ApplicationState.INTERVIEWED)
    return recruiter


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_thirty_people_are_invited_in_five_clicks_each_letter_seen(recruiter, visit, post, javascript):
    visitor = visit(javascript=javascript)
    visitor.enter_as(recruiter)
    visitor.open("/fr/recrutement/candidatures/?etat=submitted")
    visitor.choose("With several files:", "invite")
    visitor.clicks += 1
    visitor.click(f"Les {PEOPLE} affichés")
    visitor.sees(f"{PEOPLE} personnes reçoivent ces lettres.", inside="h1")
    for number in range(PEOPLE):
        visitor.sees(f"Bonjour Invitée{number},")
    assert visitor.page.locator("pre.letter").count() == PEOPLE
    visitor.click(f"Envoyer ces {PEOPLE} lettres")
    assert visitor.clicks <= 5
    visitor.sees("En cours", inside="h1")
    visitor.stay()
    jobs.run_slice(str(Bulk.objects.get().job_id))
    visitor.page.reload()
    visitor.sees(f"C’est fait pour {PEOPLE} dossiers.", inside="h1")
    # They leave at a polite hour: whoever runs this at night does not wait for it.
    OutgoingMessage.objects.filter(state=MessageState.PENDING).update(due_at=clock.now())
    outbox.ring()
    for number in range(PEOPLE):
        assert post.to(f"invitee{number}@exemple.test", "entretien")
    assert OutgoingMessage.objects.count() == PEOPLE


def test_the_ticked_are_written_to_as_drafts_and_one_is_changed(recruiter, visit):
    visitor = visit()
    visitor.enter_as(recruiter)
    visitor.open("/fr/recrutement/candidatures/?q=invitee1")
    for box in visitor.page.locator("tbody input[type=checkbox]").all()[:2]:
        box.check()
    visitor.choose("With several files:", "write")
    visitor.click("The ticked ones")
    visitor.fill("Subject", "La réunion de mardi")
    visitor.fill("Your letter", "Elle a lieu en salle 4.")
    visitor.click("Read the letters")
    visitor.sees("Elle a lieu en salle 4.")
    visitor.click("Write them as drafts, to change some")
    visitor.sees("En cours", inside="h1")
    visitor.stay()
    jobs.run_slice(str(Bulk.objects.get().job_id))
    visitor.page.reload()
    visitor.sees("2 brouillons sont écrits.", inside="h1")
    visitor.page.locator("main .rows a", has_text="Modifier").first.click()
    visitor.click("Change", role="link")
    area = visitor.page.get_by_label("Texte de la lettre")
    area.fill(area.input_value().replace("salle 4", "salle 5"))
    visitor.click("Keep the draft")
    visitor.sees("salle 5")
