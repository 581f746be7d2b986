"""Telling what a letter says oneself, by telephone or by a message: written down, and the letter leaves no more."""

import html
from urllib.parse import unquote

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from cohorts import emails, letters
from cohorts.states import ApplicationState as S
from partnership import clock, outbox, sending, services
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.outbox import LINK_MARK
from partnership.states import Channel, MessageState, Way
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
M = MessageState


@pytest.fixture
def letter():
    file = factories.application(of=factories.candidate(phone="+33612345678"))
    emails.application_received(file)
    return OutgoingMessage.objects.get()


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def _page(client, letter, said=None):
    address = reverse("cohorts:letter_tell", args=[letter.about.rpartition(":")[2], letter.pk])
    return client.post(address, {"version": letter.version} | said) if said is not None else client.get(address)


def _in(letter, state):
    lease = {"lease_token": "0" * 32, "lease_until": Now()} if state == M.SENDING else {}
    dated = {"sent_at": clock.now()} if state in (M.SENT, M.DELIVERED, M.BOUNCED) else {}
    OutgoingMessage.objects.update(state=state, **lease, **dated)
    letter.refresh_from_db()


@pytest.mark.parametrize("state", [M.DRAFT, M.PENDING, M.HELD, M.DEAD, M.BOUNCED])
@pytest.mark.parametrize("way", [Way.PHONE, Way.SMS, Way.WHATSAPP])
def test_once_told_it_leaves_no_more_and_says_by_whom_how_and_when(letter, recruiter, client, state, way):
    _in(letter, state)
    assert _page(client, letter, {"way": way}).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.way, letter.said_by) == (M.SENT, way, recruiter)
    assert letter.said_at and letter.sent_at
    line = JournalEntry.objects.get(subject=ref(letter))
    assert (line.before, line.after, line.channel, line.reason) == (state, M.SENT, Channel.PHONE, way)
    assert sending.send_due() == 0 and mail.outbox == [] and not outbox.send_again(letter)


@pytest.mark.parametrize("state", [M.SENDING, M.SENT, M.DELIVERED, M.CANCELLED])
def test_what_has_left_is_not_told(letter, recruiter, client, state):
    _in(letter, state)
    assert _page(client, letter).context["may_tell"] is False
    _page(client, letter, {"way": Way.PHONE})
    letter.refresh_from_db()
    assert (letter.state, letter.way) == (state, Way.EMAIL)
    with pytest.raises(Refused):
        services.tell_letter(letter, way=Way.PHONE, by=recruiter)


def test_of_two_who_tell_it_one_is_told_so(letter, recruiter, client):
    services.tell_letter(OutgoingMessage.objects.get(), way=Way.SMS, by=recruiter)
    assert _page(client, letter, {"way": Way.PHONE}).status_code == 409
    with pytest.raises(Stale):
        services.tell_letter(letter, way=Way.PHONE, by=recruiter)


@pytest.mark.parametrize("said", [{}, {"way": "email"}, {"way": "pigeon"}, {"way": "phone", "version": "x"}])
def test_a_form_that_says_nothing_changes_nothing(letter, client, said):
    assert _page(client, letter, said).status_code == (409 if "version" in said else 422)
    letter.refresh_from_db()
    assert letter.state == M.PENDING


def test_the_links_carry_the_short_text_to_the_telephone(letter, client):
    page = _page(client, letter)
    short = page.context["text"]
    addresses = [way["url"] for way in page.context["ways"]]
    assert [unquote(address) for address in addresses] == [
        "tel:+33612345678",
        f"sms:+33612345678?&body={short}",
        f"https://wa.me/33612345678?text={short}",
    ]
    said = html.unescape(page.content.decode())
    assert all(f'href="{address}"' in said for address in addresses)


def test_somebody_without_a_telephone_is_told_so(letter, client):
    person = factories.candidate(phone="", email="seul@exemple.test")
    file = factories.application(of=person)
    emails.application_received(file)
    page = _page(client, OutgoingMessage.objects.get(about=ref(file)))
    assert page.status_code == 200 and page.context["ways"] == []
    assert "wa.me" not in page.content.decode()


def test_a_letter_to_somebody_else_about_the_file_is_not_told(recruiter, client, letter):
    OutgoingMessage.objects.update(to_ref=ref(recruiter))
    assert _page(client, letter).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_letter_has_a_short_form_without_a_link(language):
    file = factories.application(state=S.ADMITTED, decided_by=factories.user())
    for name in letters.LETTERS:
        short = letters.short_of(letters.proof_of(name, file, language=language))
        assert LINK_MARK not in short and "://" not in short and "lien personnel" not in short
        assert short.startswith("Bonjour" if language == "fr" else "Hello")
        assert "ce courriel" not in short and 50 < len(short) < 700, name


def test_the_law_wants_who_and_when_with_a_way(letter, recruiter):
    for wrong in ({"way": Way.PHONE}, {"said_by": recruiter}, {"way": Way.SMS, "said_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutgoingMessage.objects.update(**wrong)
