"""Letters one may want no more of: each carries a link and the button of mail programs; what is said is respected."""

import base64
import json
import re

import pytest
from django.core import mail
from django.test import Client

from partnership import clock, links, outbox, personal_data, sending, services
from partnership.models import AccessLink, JournalEntry, OptOut, OutgoingMessage, ref
from partnership.sending import sending_of
from partnership.states import STOP, UNWANTED, ActorKind, Channel, LetterKind, MessageState

from .. import factories

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"https?://[^/\s]+(/fr/desinscription/[^\s>]+)")


@pytest.fixture
def reader():
    return factories.candidate(first_name="Inès")


def _post(to, key="an event", *, kind=LetterKind.WARMTH, **more):
    outbox.post("partnership/sign_in_code", key=key, about=to, to=to, kind=kind, **more)
    return OutgoingMessage.objects.get(key=key)


def _way_out(letter):
    return f"/fr/desinscription/{links.mint(STOP, ref(letter))}/"


def _state(letter):
    letter.refresh_from_db()
    return letter.state


# -- what the letter carries ------------------------------------------------------------------------------------------


def test_a_letter_nobody_has_to_read_says_how_to_receive_no_more(reader):
    letter = _post(reader)
    assert outbox.STOP_MARK in letter.text and outbox.STOP_MARK in letter.html
    sending.send_due()
    (sent,) = mail.outbox
    (way,) = ADDRESS.findall(sent.body)
    message = sent.message()
    assert ADDRESS.findall(message["List-Unsubscribe"]) == [way] and message["List-Unsubscribe"].startswith("<http")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert way in sent.alternatives[0].content and ".invalid" not in sent.body + sent.alternatives[0].content
    assert "Ne plus les recevoir" in sent.body
    assert Client().get(way).status_code == 200


def test_a_letter_one_has_to_know_carries_nothing_of_it(reader):
    _post(reader, kind="")
    sending.send_due()
    message = mail.outbox[0].message()
    assert message["List-Unsubscribe"] is None and "desinscription" not in message.as_string()
    assert not AccessLink.objects.filter(purpose=STOP).exists()


def test_a_paragraph_stays_above_the_signature_and_the_way_out_comes_last(reader):
    letter = _post(reader, paragraph="À bientôt, dit la maison.")
    assert (
        letter.text.index("À bientôt, dit la maison.") < letter.text.index("---") < letter.text.index(outbox.STOP_MARK)
    )


# -- saying it --------------------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_the_button_does(reader):
    letter = _post(reader)
    way, client = _way_out(letter), Client()
    assert client.get(way).context["is_unwanted"] is False and not OptOut.objects.exists()
    for _click in range(2):
        assert client.post(way, {"want": "no"}).status_code == 302
    assert OptOut.objects.values_list("person", "kind").get() == (ref(reader), LetterKind.WARMTH)
    assert client.get(way).context["is_unwanted"] is True
    line = JournalEntry.objects.get(after="refused")
    assert (line.actor_kind, line.actor_ref, line.channel) == (ActorKind.CANDIDATE, str(reader.pk), Channel.LINK)


def test_it_is_taken_back_on_the_same_page(reader):
    letter = _post(reader)
    way = _way_out(letter)
    Client().post(way, {"want": "no"})
    for _click in range(2):
        Client().post(way, {"want": "again"})
    assert not OptOut.objects.exists() and JournalEntry.objects.filter(after="wanted").count() == 1
    assert Client().get(way).context["is_unwanted"] is False


def test_a_mail_programs_button_needs_neither_cookie_nor_token_and_is_not_sent_elsewhere(reader):
    way = _way_out(_post(reader))
    answer = Client(enforce_csrf_checks=True).post(way, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and OptOut.objects.count() == 1


def test_the_page_is_in_both_languages(reader):
    way = _way_out(_post(reader))
    assert "Vous recevez ces courriels" in Client().get(way).content.decode()
    assert "You receive these letters" in Client().get(way.replace("/fr/", "/en/")).content.decode()


@pytest.mark.parametrize("token", ["x", "é" * 30, "a" * 500])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_of_nobodys_says_so(token, method):
    answer = getattr(Client(), method)(f"/fr/desinscription/{token}/")
    assert answer.status_code == 404 and not OptOut.objects.exists()


def test_a_link_past_its_time_says_so(reader):
    way = _way_out(_post(reader))
    AccessLink.objects.update(expires_at=clock.now())
    assert Client().post(way).status_code == 410 and not OptOut.objects.exists()


# -- respecting it ----------------------------------------------------------------------------------------------------


def test_what_waits_is_cancelled_at_once_and_nothing_else(reader):
    letter = _post(reader)
    others = [_post(reader, "another kind", kind=LetterKind.LATER), _post(reader, "to know", kind="")]
    others.append(_post(factories.candidate(), "somebody else"))
    services.refuse_letters(letter, by=services.reader_of(letter))
    assert _state(letter) == MessageState.CANCELLED
    assert {_state(other) for other in others} == {MessageState.PENDING}
    assert JournalEntry.objects.get(after=MessageState.CANCELLED).reason == UNWANTED


def test_what_is_written_afterwards_does_not_leave_and_says_why(reader):
    services.refuse_letters(_post(reader), by=services.reader_of(OutgoingMessage.objects.get()))
    later, known = _post(reader, "later"), _post(reader, "to know", kind="")
    assert sending.send_due() == 2
    assert (_state(later), _state(known)) == (MessageState.CANCELLED, MessageState.SENT)
    assert JournalEntry.objects.filter(subject=ref(later)).get().reason == UNWANTED
    assert len(mail.outbox) == 1


def test_once_wanted_again_they_leave(reader):
    first = _post(reader)
    services.refuse_letters(first, by=reader)
    services.want_letters(first, by=reader)
    _post(reader, "later")
    sending.send_due()
    assert len(mail.outbox) == 1


def test_letters_one_has_to_know_cost_the_sender_no_question(reader, django_assert_num_queries):
    _post(reader, kind="")
    letters = list(OutgoingMessage.objects.all())
    with django_assert_num_queries(0):
        assert sending._wanted(letters) == letters


@pytest.mark.parametrize("event", ["spam", "unsubscribe"])
@pytest.mark.parametrize("kind", [LetterKind.WARMTH, ""])
def test_a_complaint_to_the_provider_says_it_too(reader, settings, event, kind):
    settings.MAIL_NEWS_FROM, settings.MAIL_NEWS_SECRET = "brevo", "provider:0123456789abcdef"
    settings.ANYMAIL = {"WEBHOOK_SECRET": settings.MAIL_NEWS_SECRET}
    letter = _post(reader, kind=kind)
    news = {"event": event, "email": reader.email, "X-Mailin-custom": json.dumps({"letter": sending_of(letter)})}
    key = base64.b64encode(settings.MAIL_NEWS_SECRET.encode()).decode()
    answer = Client(headers={"authorization": f"Basic {key}"}).post(
        "/courrier/nouvelles/", json.dumps(news), content_type="application/json"
    )
    assert answer.status_code == 200 and OptOut.objects.exists() == bool(kind)


# -- personal data ----------------------------------------------------------------------------------------------------


def test_it_is_handed_over_and_erased(reader, folder):
    letter = _post(reader)
    services.refuse_letters(letter, by=reader)
    assert [line["kind"] for line in personal_data.collect(ref(reader))["opt_outs"]] == [LetterKind.WARMTH]
    personal_data.erase(ref(reader), by=reader)
    assert not OptOut.objects.exists()
