"""A provider's API in the place of SMTP, by one variable; what its answers mean for a letter is what SMTP's mean."""

import base64
import json
import pkgutil
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from anymail import webhooks
from anymail.backends.brevo import EmailBackend
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.test import Client

from partnership import outbox, sending
from partnership.models import OutgoingMessage
from partnership.states import MessageState, OnDoubt
from tests import factories

KEY = "xkeysib-0123456789"
NEWS = "provider:0123456789abcdef"
ADDRESS = "/courrier/nouvelles/"
PROVIDERS = sorted({found.name for found in pkgutil.iter_modules(webhooks.__path__)} - {"base"})


class Api:
    """The provider's other end: keeps what it is asked, and answers what it is told to."""

    def __init__(self):
        self.asked, self.answer, self.wait = [], (201, {"messageId": "<1@provider>"}), 0
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                api.asked.append((self.path, self.headers["api-key"], json.loads(body)))
                time.sleep(api.wait)
                status, said = api.answer
                if status is None:
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/v3/"

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


@pytest.fixture
def api(read, settings):
    api = Api()
    made = read(EMAIL_URL=f"anymail+brevo://?api_key={KEY}&api_url={api.address}", MAIL_NEWS_SECRET=NEWS)
    settings.EMAIL_BACKEND, settings.ANYMAIL = made["EMAIL_BACKEND"], made["ANYMAIL"] | {"REQUESTS_TIMEOUT": 0.5}
    yield api
    api.stop()


@pytest.fixture
def post(db):
    def post(key="x", on_doubt=OnDoubt.RESEND):
        reader = factories.user(email=f"{key}@exemple.test")
        outbox.post("partnership/sign_in_code", key=key, about=reader, to=reader, secret="A1B2C3", on_doubt=on_doubt)

    return post


def states():
    return dict(OutgoingMessage.objects.values_list("key", "state"))


def test_one_variable_names_the_provider_and_its_settings(read):
    made = read(EMAIL_URL="anymail+mailjet://?api_key=a%2Bb&secret_key=c", MAIL_NEWS_SECRET=NEWS)
    assert made["EMAIL_BACKEND"] == "anymail.backends.mailjet.EmailBackend"
    assert (made["ANYMAIL"]["MAILJET_API_KEY"], made["ANYMAIL"]["MAILJET_SECRET_KEY"]) == ("a+b", "c")
    assert made["ANYMAIL"]["REQUESTS_TIMEOUT"] == made["EMAIL_TIMEOUT"] == 10


def news_are_read(settings, made) -> bool:
    """Whether the page hears news signed as was agreed on; a body it cannot read is the body's fault."""
    settings.MAIL_NEWS_FROM, settings.MAIL_NEWS_SECRET = made["MAIL_NEWS_FROM"], NEWS
    settings.ANYMAIL = made["ANYMAIL"]
    signed = f"Basic {base64.b64encode(NEWS.encode()).decode()}"
    browser = Client(raise_request_exception=False)
    return browser.post(ADDRESS, {}, "application/json", headers={"Authorization": signed}).status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_whose_news_could_not_be_read_beside_smtp_is_refused(read, settings, provider):
    asked = {"MAIL_NEWS_FROM": provider, "MAIL_NEWS_SECRET": NEWS}
    made = read(**asked, DEVELOPMENT="1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library supports no longer
        is_read = news_are_read(settings, made)
    if is_read:
        assert read(**asked)["MAIL_NEWS_FROM"] == provider
    else:
        with pytest.raises(ImproperlyConfigured, match=provider):
            read(**asked)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "anymail+mailersend://?api_token=x&signing_secret=y",
        "anymail+mailgun://?api_key=x",
        "anymail+mandrill://?api_key=x&webhook_key=y",
        "anymail+postal://?api_key=x&webhook_key=y",
        "anymail+unisender-go://?api_key=x",
    ],
)
def test_with_its_key_among_the_parameters_the_news_are_read(read, settings, url):
    assert news_are_read(settings, read(EMAIL_URL=url, MAIL_NEWS_SECRET=NEWS))


def test_smtp_is_what_one_gets_without(read):
    made = read()
    assert made["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend" and made["EMAIL_USE_TLS"] is True
    assert "ANYMAIL" not in made


def test_a_letter_leaves_through_the_provider(api, post):
    assert isinstance(get_connection(), EmailBackend)
    post()
    assert sending.send_due() == 1
    assert states() == {"x": MessageState.SENT}
    ((path, key, letter),) = api.asked
    assert (path, key) == ("/v3/smtp/email", KEY)
    assert letter["to"] == [{"email": "x@exemple.test"}] and "A1B2C3" in letter["textContent"]
    assert json.loads(letter["headers"]["X-Mailin-custom"]) == {"letter": str(OutgoingMessage.objects.get().pk)}
    assert letter["headers"]["Message-ID"] == sending.message_id(OutgoingMessage.objects.get())


@pytest.mark.parametrize("on_doubt", OnDoubt)
@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_it_will_not_have_is_tried_again_later(api, post, status, on_doubt):
    api.answer = (status, {"code": "invalid_parameter"})
    post(on_doubt=on_doubt)
    sending.send_due()
    letter = OutgoingMessage.objects.get()
    assert (letter.state, letter.attempts) == (MessageState.PENDING, 1) and letter.retry_at
    assert str(status) in letter.last_error


@pytest.mark.parametrize("status", [401, 403, 429])
def test_what_it_says_of_us_stops_the_batch_and_costs_no_letter_an_attempt(api, post, status):
    api.answer = (status, {"message": "Key not found"})
    for key in "abc":
        post(key)
    assert sending.send_due() == 0
    assert len(api.asked) == 1
    assert set(states().values()) == {MessageState.PENDING}
    assert set(OutgoingMessage.objects.values_list("attempts", "handed_over")) == {(0, False)}


def test_a_provider_that_is_not_there_costs_no_letter_an_attempt(api, post):
    api.stop()
    post(on_doubt=OnDoubt.HOLD)
    assert sending.send_due() == 0
    letter = OutgoingMessage.objects.get()
    assert (letter.state, letter.attempts, letter.handed_over) == (MessageState.PENDING, 0, False)


@pytest.mark.parametrize("how", ["slow", "cut", "broken", "down"])
@pytest.mark.parametrize(
    ("on_doubt", "state"), [(OnDoubt.RESEND, MessageState.PENDING), (OnDoubt.HOLD, MessageState.HELD)]
)
def test_when_nobody_knows_the_letters_own_rule_decides(api, post, how, on_doubt, state):
    api.wait = 1 if how == "slow" else 0
    api.answer = {"slow": api.answer, "cut": (None, None), "broken": (200, None), "down": (503, {})}[how]
    post(on_doubt=on_doubt)
    sending.send_due()
    assert states() == {"x": state}


def test_a_provider_without_its_key_stops_us_before_a_letter_is_touched(api, post, settings):
    settings.ANYMAIL = {}
    post()
    with pytest.raises(Exception, match="BREVO_API_KEY"):
        sending.send_due()
    assert set(OutgoingMessage.objects.values_list("state", "attempts")) == {(MessageState.PENDING, 0)}
