"""Signing in: by password or by a code that leaves as a letter; the same answer whoever asks."""

import pytest
from django.core import mail

from partnership import sending
from partnership.models import OutgoingMessage
from partnership.states import MessageState
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_role_lands_on_what_is_due_for_it(client, lyon_lead):
    client.post("/fr/connexion/", {"login": lyon_lead.email, "password": PASSWORD})
    assert client.get("/fr/accueil/").headers["Location"] == "/fr/places/"


def test_a_wrong_password_comes_back_with_422_and_the_address_kept(client, recruiter):
    response = client.post("/fr/connexion/", {"login": recruiter.email, "password": "autre chose"})
    assert response.status_code == 422
    assert recruiter.email in response.content.decode()


def test_a_code_signs_in_and_its_letter_forgets_it(client, reviewer):
    client.post("/fr/connexion/code/", {"email": reviewer.email})
    letter = OutgoingMessage.objects.get(to_email=reviewer.email)
    assert letter.secret and letter.secret not in letter.text + letter.html
    code = letter.secret
    sending.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.secret) == (MessageState.SENT, "")
    assert code in mail.outbox[-1].body
    response = client.post("/fr/connexion/code/saisir/", {"code": code})
    assert response.status_code == 302
    assert client.get("/fr/accueil/").headers["Location"] == "/fr/admin/"


def test_an_unknown_address_gets_the_same_page_and_no_letter(client, reviewer):
    known = client.post("/fr/connexion/code/", {"email": reviewer.email})
    unknown = client.__class__().post("/fr/connexion/code/", {"email": "personne@exemple.test"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert OutgoingMessage.objects.count() == 1


def test_nobody_signs_up_by_themselves(client):
    assert client.get("/fr/inscription/").status_code == 404


def test_a_page_for_staff_asks_to_sign_in_first(client):
    response = client.get("/fr/recrutement/")
    assert response.headers["Location"].startswith("/fr/connexion/?next=")
