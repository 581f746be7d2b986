"""What a provider tells of a letter afterwards: once, of that sending, to that address, in whatever order."""

import base64
import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from partnership import clock, outbox, services
from partnership.models import OutgoingMessage
from partnership.sending import message_id, sending_of
from partnership.states import MessageState

from .. import factories

ADDRESS, SECRET = "/courrier/nouvelles/", "provider:0123456789abcdef"
S = MessageState


@pytest.fixture
def told(settings):
    """The provider is configured; tells it something, signed with a name and a password."""
    settings.MAIL_NEWS_FROM, settings.MAIL_NEWS_SECRET = "brevo", SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}

    def tell(said, *, secret=SECRET, **headers):
        body = said if isinstance(said, bytes | str) else json.dumps(said)
        if secret:
            headers["HTTP_AUTHORIZATION"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
        client = Client(enforce_csrf_checks=True)
        return client.post(ADDRESS, body, content_type="application/json", **headers)

    return tell


@pytest.fixture
def letter(db):
    reader = factories.user(email="ines.darc@exemple.test")
    outbox.post("partnership/sign_in_code", key="x", about=reader, to=reader, secret="493 817")
    OutgoingMessage.objects.update(state=S.SENT, sent_at=clock.now())
    return OutgoingMessage.objects.get()


def _news(letter, event="delivered", **more):
    news = {"event": event, "email": letter.to_email, "message-id": "<2026@provider>", "ts_epoch": 1_790_000_000_000}
    return news | {"X-Mailin-custom": json.dumps({"letter": sending_of(letter)})} | more


def _state(letter):
    letter.refresh_from_db()
    return letter.state


def test_a_letter_is_delivered_however_its_address_is_written(told, letter):
    assert told(_news(letter, email="Ines.DARC@exemple.test")).status_code == 200
    assert _state(letter) == S.DELIVERED


@pytest.mark.parametrize("event", ["hard_bounce", "soft_bounce", "invalid_email", "blocked", "error"])
def test_a_letter_comes_back_with_its_reason(told, letter, event):
    assert told(_news(letter, event, reason="550 5.1.1 no such user")).status_code == 200
    assert _state(letter) == S.BOUNCED and letter.last_error == "550 5.1.1 no such user"


@pytest.mark.parametrize("event", ["request", "deferred", "opened", "click", "unheard of"])
def test_what_is_nothing_to_us_changes_nothing(told, letter, event):
    assert told(_news(letter, event)).status_code == 200
    assert _state(letter) == S.SENT


def test_whoever_sends_by_the_providers_smtp_server_is_known_by_the_message_id(told, letter):
    assert told({"event": "delivered", "email": letter.to_email, "message-id": message_id(letter)}).status_code == 200
    assert _state(letter) == S.DELIVERED


def test_an_id_of_the_providers_own_names_no_letter_of_ours(told, letter):
    # Some count theirs, as we do ours.
    said = {"event": "hard_bounce", "email": letter.to_email, "message-id": str(letter.pk)}
    assert told(said).status_code == 200
    assert _state(letter) == S.SENT


@pytest.mark.parametrize(
    ("order", "end"),
    [
        (["delivered", "delivered"], S.DELIVERED),
        (["delivered", "hard_bounce"], S.BOUNCED),
        (["hard_bounce", "delivered"], S.BOUNCED),
        (["hard_bounce", "hard_bounce", "delivered", "delivered"], S.BOUNCED),
    ],
)
def test_news_are_repeated_and_overtake_each_other(told, letter, order, end):
    for event in order:
        assert told(_news(letter, event)).status_code == 200
    assert _state(letter) == end


@pytest.mark.parametrize("state", [S.DRAFT, S.PENDING, S.HELD, S.DEAD, S.CANCELLED])
@pytest.mark.parametrize("event", ["delivered", "hard_bounce"])
def test_only_a_letter_that_has_left_arrives_or_comes_back(told, letter, state, event):
    OutgoingMessage.objects.update(state=state, sent_at=None)
    assert told(_news(letter, event)).status_code == 200
    assert _state(letter) == state


@pytest.mark.parametrize(
    "who",
    [
        {"X-Mailin-custom": '{"letter": "999999999999"}'},
        {"X-Mailin-custom": '{"letter": "99999999999999999999999"}'},
        {"X-Mailin-custom": '{"letter": "1; DROP TABLE"}'},
        {"X-Mailin-custom": "[1]", "message-id": None},
        {"X-Mailin-custom": None, "message-id": "<letter-@tandem.example>"},
        {"email": "somebody.else@exemple.test"},
        {"email": None},
    ],
)
def test_a_letter_nobody_knows_or_another_address_changes_nothing(told, letter, who):
    assert told(_news(letter, "hard_bounce", **who)).status_code == 200
    assert _state(letter) == S.SENT


def test_what_is_told_of_a_former_sending_is_no_news_of_the_next(told, letter, administrator):
    first = _news(letter, "hard_bounce")
    told(first)
    letter.refresh_from_db()
    services.send_letter_again(letter, by=administrator)
    OutgoingMessage.objects.update(state=S.SENT, sent_at=clock.now())
    assert told(first).status_code == 200
    assert _state(letter) == S.SENT
    told(_news(letter))
    assert _state(letter) == S.DELIVERED


def test_news_that_overtake_the_sender_are_asked_for_again(told, letter):
    lease = {"lease_token": "0" * 32, "lease_until": Now() + timedelta(minutes=2)}
    OutgoingMessage.objects.update(state=S.SENDING, sent_at=None, **lease)
    answer = told(_news(letter, "hard_bounce"))
    assert answer.status_code == 503 and answer["Retry-After"]
    OutgoingMessage.objects.update(state=S.SENT, sent_at=clock.now(), lease_token=None, lease_until=None)
    assert told(_news(letter, "hard_bounce")).status_code == 200
    assert _state(letter) == S.BOUNCED


@pytest.mark.parametrize("secret", ["", "provider:wrong", "other:0123456789abcdef", "provider:0123456789abcdef "])
def test_whoever_does_not_sign_as_the_provider_is_not_heard(told, letter, secret):
    assert told(_news(letter), secret=secret).status_code == 400
    assert _state(letter) == S.SENT


@pytest.mark.parametrize("body", ["", "x", "[]", "[1]", "null", '"x"', "1", b"\xff\xfe", '{"items": []}', "{" * 5_000])
def test_a_body_that_says_nothing_is_refused_in_peace(told, letter, body):
    assert told(body).status_code == 400
    assert _state(letter) == S.SENT


def test_a_form_and_a_page_are_not_heard_either(told, letter):
    client = Client()
    assert client.get(ADDRESS).status_code == 405
    assert client.head(ADDRESS).status_code == 200
    assert client.post(ADDRESS, {"event": "delivered"}).status_code == 400


def test_nor_is_a_form_by_a_provider_who_signs_the_body(told, letter, settings):
    settings.MAIL_NEWS_FROM = "unisender_go"
    settings.ANYMAIL |= {"UNISENDER_GO_API_KEY": "x" * 20}
    signed = {"HTTP_AUTHORIZATION": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
    assert Client().post(ADDRESS, {"event": "delivered"}, **signed).status_code == 400
    assert _state(letter) == S.SENT


@pytest.mark.parametrize("unset", ["MAIL_NEWS_FROM", "MAIL_NEWS_SECRET"])
def test_without_a_provider_or_its_secret_there_is_no_such_page(told, letter, settings, unset):
    setattr(settings, unset, "")
    assert told(_news(letter)).status_code == 404


def test_who_tells_too_much_waits(told, letter, monkeypatch):
    monkeypatch.setattr("partnership.views.tracking.MOST_NEWS", 3)
    answers = [told(_news(letter, "opened")).status_code for _number in range(5)]
    assert answers == [200, 200, 200, 429, 429]


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_tell_it_at_once_one_writes_it_down(letter):
    found = []

    def tell():
        try:
            found.append(services.note_news(sending_of(letter), S.BOUNCED, recipient=letter.to_email))
        finally:
            connection.close()

    threads = [threading.Thread(target=tell) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 19 + [True]
