"""A paper in a real browser: asked for at a desk, photographed with a telephone, refused, sent again, accepted."""

import pikepdf
import pytest
from django.urls import reverse

from cohorts.models import PaperRequest
from cohorts.states import ApplicationState
from cohorts.states import PaperRequestState as P
from partnership.models import OutgoingMessage
from partnership.states import MessageState, Role
from tests import factories
from tests.papers import corpus

from .visitor import BOTH_WAYS, PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def recruiter(transactional_db):
    return factories.user(Role.RECRUITER, name="Claire Devaux")


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_paper_is_photographed_refused_sent_again_and_accepted(
    recruiter, worker, visit, post, tmp_path, folder, javascript
):
    factories.paper_kind("identity", name="Carte d’identité")
    person = factories.candidate(first_name="Inès", last_name="Escoffray", email="ines@exemple.test")
    file = factories.application(state=ApplicationState.CONFIRMED, of=person, owner=recruiter)
    front, back = tmp_path / "recto.jpg", tmp_path / "verso.heic"
    front.write_bytes(corpus.TAKEN_PHOTOS["JPEG, with its place"]())
    back.write_bytes(corpus.TAKEN_PHOTOS["HEIC"]())

    desk = visit(javascript=javascript)
    desk.enter_as(recruiter)
    papers = reverse("cohorts:application_papers", args=[file.pk])
    desk.open(papers)
    desk.page.get_by_label("Carte d’identité").check()
    desk.fill("A word of yours", "Les deux côtés, s’il vous plaît.")
    desk.click("Ask by letter")

    phone = visit(width=PHONE, javascript=javascript)
    post.hurry()
    phone.follow(post.to(person.email, "Des pièces à envoyer"))
    _send(phone, front)
    phone.sees("Reçu", inside=".messages")
    (asked,) = PaperRequest.objects.all()
    assert (asked.state, asked.pages) == (P.RECEIVED, 1)

    desk.open(papers)
    desk.page.locator("details:has-text('Refuser') summary").click()
    desk.fill("What is wrong with it?", "Le verso manque.")
    assert problems(desk) == []
    desk.click("Refuse, and ask again by letter")

    post.hurry()
    phone.follow(post.to(person.email, "À renvoyer"))
    phone.sees("Le verso manque.")
    _send(phone, front, back)
    asked.refresh_from_db()
    assert (asked.state, asked.pages) == (P.RECEIVED, 2)

    desk.open(papers)
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="Ouvrir").click()
    with pikepdf.open(download.value.path()) as kept:
        assert len(kept.pages) == 2
    assert corpus.SECRET.encode() not in download.value.path().read_bytes()
    desk.click("Accept")
    desk.sees("Accepté", inside=".messages")
    phone.page.reload()
    phone.sees("acceptée : vous n’avez plus rien à faire")
    assert OutgoingMessage.objects.exclude(state=MessageState.SENT).count() == 0


def _send(phone, *photos):
    phone.click("Send", role="link", inside=".files")
    phone.page.locator("input[type=file]").set_input_files([str(photo) for photo in photos])
    assert problems(phone) == []
    phone.widen(PHONE)
    phone.click("Send this paper")
