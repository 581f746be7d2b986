"""The log of production: lines that a machine reads, an id that leads from a page to its task, and nobody's data."""

import io
import json
import logging
import sys
import uuid

import pytest
from django.conf import settings as project
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpResponse
from django.urls import path

from config import logs
from config import urls as site
from partnership import outbox, sending
from partnership.models import OutgoingMessage, User
from partnership.states import MessageState
from tests import factories

pytestmark = pytest.mark.django_db

MARKER = "Quetzalcoatl"
EMAIL = "manon.quetzalcoatl@exemple.test"
TOKEN = "pZ3kQ9vX_r7LmW2tY8cB4nD6fH1jS5gA"
IP = "198.51.100.77"


class Lines(io.StringIO):
    """What has been written, and that none of it is somebody's."""

    def lines(self):
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def of(self, logger):
        return [line for line in self.lines() if line["logger"] == logger]

    def are_nobodys(self, *more):
        written = self.getvalue().casefold()
        return not [word for word in (MARKER, EMAIL, "exemple.test", TOKEN, IP, *more) if word.casefold() in written]


@pytest.fixture
def lines():
    """All that is logged, as production writes it, down to the least important."""
    written, root = Lines(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.OneLine())
    before = root.level, logs.access.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logs.access.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(before[0])
    logs.access.setLevel(before[1])


def raised(problem, cause=None):
    try:
        raise problem from cause
    except type(problem):
        return sys.exc_info()


# -- a line --------------------------------------------------------------------------------------------------


def test_a_line_is_one_json_object(lines):
    logging.getLogger("partnership.outbox").warning("letter %s\nis late by %d s", uuid.UUID(int=7), 12)
    (line,) = lines.lines()
    assert line["message"] == "letter 00000000-0000-0000-0000-000000000007"
    assert (line["level"], line["logger"]) == ("WARNING", "partnership.outbox")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"to {EMAIL}, later", "to ‹e-mail›, later"),
        (f"<{EMAIL}>: 550 unknown", "<‹e-mail›>: 550 unknown"),
        (f"{{'{EMAIL}': (550, b'no')}}", "{'‹e-mail›': (550, b'no')}"),
        (f"peer {IP}:4711 left", "peer ‹address› left"),
        ("peer 2001:db8::7 left at 18:44:08", "peer ‹address› left at 18:44:08"),
        (f"/fr/suivi/{TOKEN}/", "/fr/suivi/‹random›/"),
        (f"see https://tandem.example/fr/suivi/{TOKEN}/?q=1 now", "see https://tandem.example/… now"),
        ("task partnership.tasks.send_due on quick@tandem", "task partnership.tasks.send_due on quick@tandem"),
        (
            "version 5.2.19: CompressedManifestStaticFilesStorage",
            "version 5.2.19: CompressedManifestStaticFilesStorage",
        ),
    ],
)
def test_no_address_and_no_token_is_in_a_message_whoever_wrote_it(said, written):
    assert logs.scrubbed(said) == written


def test_what_a_library_puts_into_its_message_is_left_out(lines):
    logging.getLogger("axes.handlers").warning("New failure by %s, attempt %d", f"{{username: {MARKER}}}", 3)
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] raised unexpected: %(exc)s\n%(traceback)s",
        {"name": "partnership.tasks.send_due", "id": "7", "exc": f"KeyError({MARKER})", "traceback": MARKER},
        extra={"data": {"args": MARKER}},
    )
    assert [line["message"] for line in lines.lines()] == [
        "New failure by …, attempt 3",
        "Task partnership.tasks.send_due[7] raised unexpected: …",
    ]
    assert lines.are_nobodys()


def test_an_exception_is_its_type_and_its_way_and_never_its_text(lines):
    quoting = IntegrityError(f"Key (email)=({EMAIL}) already exists")
    logging.getLogger("cohorts").error("%s", quoting, exc_info=raised(quoting, KeyError(MARKER)))
    (line,) = lines.lines()
    assert line["message"] == "IntegrityError"
    assert line["error"] == "django.db.utils.IntegrityError" and line["because"] == ["KeyError"]
    assert line["at"][-1].startswith("tests/production/test_logs.py:") and line["at"][-1].endswith(" raised")
    assert lines.are_nobodys()


def test_a_refusal_of_the_database_keeps_its_code(lines):
    factories.user(email=EMAIL, name=MARKER)
    with pytest.raises(IntegrityError) as refusal:
        User.objects.create(email=EMAIL)
    logging.getLogger("partnership").error("not written", exc_info=refusal._excinfo)
    assert lines.lines()[0]["sqlstate"] == "23505"
    assert lines.are_nobodys()


# -- requests ------------------------------------------------------------------------------------------------


@login_not_required
def _fails(request, token):
    """A page with somebody's data in its hands, which breaks."""
    email = request.GET["email"]
    raise ValueError(f"{email} {token}")


@login_not_required
def _works(request):
    outbox.ring()
    return HttpResponse("ok")


urlpatterns = [
    path("casse/<str:token>/", _fails, name="fails"),
    path("marche/", _works, name="works"),
    *site.urlpatterns,
]
handler400, handler403, handler404, handler500 = site.handler400, site.handler403, site.handler404, site.handler500


def test_each_request_is_one_line_with_the_id_of_its_answer(lines, client, recruiter):
    client.force_login(recruiter, backend=project.AUTHENTICATION_BACKENDS[-1])
    lines.seek(0)
    lines.truncate()
    answer = client.get("/fr/recrutement/candidatures/", {"q": EMAIL}, REMOTE_ADDR=IP)
    (line,) = lines.of("access")
    assert line["request"] == answer["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "cohorts:application_list", 200)
    assert line["user"] == str(recruiter.pk) and line["ms"] > 0
    assert set(line) <= {"time", "level", "logger", "message", "request", "method", "route", "status", "ms", "user"}
    assert lines.are_nobodys()


def test_a_page_that_breaks_tells_where_and_not_whose(lines, client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    answer = client.get(f"/casse/{TOKEN}/", {"email": EMAIL})
    assert answer.status_code == 500
    (line,) = lines.of("django.request")
    assert (line["route"], line["error"], line["request"]) == ("fails", "ValueError", answer["X-Request-ID"])
    assert any(place.endswith(" _fails") for place in line["at"])
    assert lines.are_nobodys()


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda client: client.get(f"/fr/suivi/{TOKEN}/"), id="a link that opens nothing"),
        pytest.param(lambda client: client.get(f"/fr/nulle-part/{EMAIL}/{TOKEN}/"), id="a page that is not"),
        pytest.param(lambda client: client.get(f"/fr/?q=%00{EMAIL}"), id="an impossible text"),
        pytest.param(lambda client: client.get("/fr/", headers={"host": f"{MARKER}.test"}), id="another host"),
        pytest.param(
            lambda client: client.post("/fr/connexion/", {"login": EMAIL, "password": MARKER}), id="a wrong password"
        ),
        pytest.param(lambda client: client.post("/fr/connexion/code/", {"email": EMAIL}), id="an unknown address"),
        pytest.param(lambda client: client.get("/fr/recrutement/", {"next": TOKEN}), id="a page for staff"),
        pytest.param(
            lambda client: client.post(f"/fr/suivi/{TOKEN}/", {"email": EMAIL}, headers={"referer": MARKER}),
            id="a form without its key",
        ),
    ],
)
def test_no_refused_request_leaves_somebodys_data(lines, client, ask):
    client.handler.enforce_csrf_checks = True
    client.raise_request_exception = False
    client.defaults["REMOTE_ADDR"] = IP
    factories.user(email=EMAIL, name=MARKER)
    answer = ask(client)
    assert answer.status_code < 500 and lines.of("access")
    assert lines.are_nobodys()


# -- letters and tasks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", ["550-rcpt", "451-rcpt", "550-data", "drop", "421-rcpt"])
@pytest.mark.django_db(transaction=True)
def test_a_letter_that_fails_is_told_by_its_number(lines, smtp, refusal):
    reader = factories.user(email=f"{refusal}@exemple.test", name=MARKER)
    outbox.post("partnership/sign_in_code", key="x", about=reader, to=reader, secret=TOKEN)
    sending.send_due()
    letter = OutgoingMessage.objects.get()
    assert letter.state != MessageState.SENT
    if refusal in ("550-rcpt", "550-data", "drop"):
        assert str(letter.pk) in lines.getvalue()
    assert lines.are_nobodys(refusal)


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_refuses_us_is_told_without_our_name(lines, mail_server, settings):
    server = mail_server(refuses_login=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = EMAIL, TOKEN
    reader = factories.user(email=EMAIL, name=MARKER)
    outbox.post("partnership/sign_in_code", key="x", about=reader, to=reader, secret=TOKEN)
    sending.send_due()
    assert lines.of("partnership.sending")
    assert lines.are_nobodys()
