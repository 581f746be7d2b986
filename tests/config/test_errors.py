"""Every failure has its page: the right status, the language of the address, what is kept, and a way out."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from config import style
from config.embedded import dies_with_parent, free_port

from .failing_urls import FAILURES

pytestmark = pytest.mark.urls("tests.config.failing_urls")
ROOT = Path(__file__).resolve().parents[2]
# What each page says of what somebody had done.
KEPT = {
    "fr": re.compile("enregistré|est perdu|n’a été modifié"),
    "en": re.compile("recorded|lost|Nothing has been changed"),
}


@pytest.fixture
def visitor():
    """A browser that is shown the page of a failure instead of the failure."""
    return Client(raise_request_exception=False)


def told(response, status: int, language: str) -> str:
    """The page, once held to what every one of them owes."""
    text = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}"' in text
    assert text.count("<h1") == 1
    assert KEPT[language].search(text)
    assert re.search(r'<p class="acts"><a class="btn btn--primary" href="/|href="http://testserver/', text)
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("how", FAILURES)
def test_each_failure_has_its_page_in_the_language_of_the_address(visitor, db, how, language):
    # Whatever was drawn before, and whatever the browser would like.
    visitor.get("/en/confidentialite/" if language == "fr" else "/fr/confidentialite/")
    status, _failure = FAILURES[how]
    told(visitor.get(f"/{language}/echec/{how}/", HTTP_ACCEPT_LANGUAGE="de"), status, language)


@pytest.mark.parametrize("how", [how for how in FAILURES if how != "stale"])
def test_no_page_of_a_failure_asks_the_database(visitor, how):
    # Without the `db` fixture any query is an error of its own; a cookie alone offers the way back to work.
    visitor.get("/fr/echec/missing/")
    response = visitor.get(f"/fr/echec/{how}/")
    assert response.status_code == FAILURES[how][0]


def test_a_stale_edit_tells_the_newer_state_and_leads_back_to_our_own_page_only(visitor, db):
    ours = visitor.get("/fr/echec/stale/", HTTP_REFERER="http://testserver/fr/partenariat/", HTTP_HOST="testserver")
    assert "Convention" in ours.content.decode()
    assert 'href="http://testserver/fr/partenariat/"' in ours.content.decode()
    theirs = visitor.get("/fr/echec/stale/", HTTP_REFERER="http://ailleurs.test/piege/", HTTP_HOST="testserver")
    assert "ailleurs.test" not in theirs.content.decode()


def test_a_refusal_that_no_page_catches_gives_its_reason(visitor):
    assert "Il n’y a plus de place à Lyon." in visitor.get("/fr/echec/refused/").content.decode()


def test_whoever_asks_too_often_is_told_when_to_come_back(visitor, rf):
    response = visitor.get("/fr/echec/often/")
    assert response["Retry-After"] == "600"
    assert "10 minutes" in response.content.decode()
    # The sign-in library's own limits answer with the same page.
    assert told(respond_429(rf.get("/en/connexion/")), 429, "en")


def test_a_dead_database_says_when_to_come_back_even_to_a_middleware(visitor, settings):
    assert int(visitor.get("/fr/echec/database/")["Retry-After"]) > 0
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.config.failing_urls.meet_a_dead_database"]
    response = Client(raise_request_exception=False).get("/en/")
    told(response, 503, "en")
    assert int(response["Retry-After"]) > 0


def test_a_session_offers_the_way_back_to_work(visitor):
    assert "/fr/accueil/" not in visitor.get("/fr/echec/missing/").content.decode()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    assert "/fr/accueil/" in visitor.get("/fr/echec/bug/").content.decode()


def test_an_old_form_is_told_so(db):
    visitor = Client(enforce_csrf_checks=True)
    told(visitor.post("/en/connexion/", {"login": "a@exemple.test"}), 403, "en")


def test_the_style_page_shows_every_page_of_a_failure_and_no_other(visitor, db):
    statuses = {status for status, _failure in FAILURES.values()}
    assert set(style.ERRORS) == statuses
    for status in statuses:
        assert f"Erreur {status}" in visitor.get(f"/fr/style/erreurs/{status}/").content.decode()
    assert visitor.get("/fr/style/erreurs/418/").status_code == 404


# -- what is sent is too much, or broken -------------------------------------------------------------------------------


def test_too_many_fields_and_broken_forms_are_told_apart_from_failures(visitor):
    told(visitor.post("/fr/lire/", {f"champ{number}": "1" for number in range(1_001)}), 400, "fr")
    broken = {
        MULTIPART_CONTENT + "é": "nothing of the kind",
        "multipart/form-data; boundary=": "--x",
    }
    for kind, body in broken.items():
        told(visitor.generic("POST", "/fr/lire/", body, kind), 400, "fr")


def test_a_form_larger_than_memory_allows_is_told_so(visitor):
    told(visitor.post("/fr/lire/", {"texte": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}), 413, "fr")


def test_nothing_of_an_announced_monster_is_read(visitor):
    class Unread:
        def read(self, *args):
            raise AssertionError("read")

        readline = read

    announced = str(settings.REQUEST_LIMIT_BYTES + 1)
    asked = {"CONTENT_LENGTH": announced, "CONTENT_TYPE": MULTIPART_CONTENT, "wsgi.input": Unread()}
    told(visitor.generic("POST", "/fr/lire/", **asked), 413, "fr")


@pytest.mark.parametrize("announced", ["", "-1", "²", "un", "9" * 30])
def test_no_announced_length_is_a_failure_of_ours(visitor, announced):
    assert visitor.generic("POST", "/fr/lire/", CONTENT_LENGTH=announced).status_code in (200, 400, 413)


# -- for real: a server whose database is not there --------------------------------------------------------------------


@pytest.fixture(scope="module")
def without_a_database():
    """The address of a web server whose PostgreSQL listens nowhere."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": f"postgres://nobody:nothing@127.0.0.1:{free_port()}/nowhere",
        "PYTHONWARNINGS": "ignore",
    }
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    server = subprocess.Popen(
        [sys.executable, *command, "--blocking-threads", "2", "config.wsgi:application"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(signal.SIGKILL),
        process_group=0,
    )
    started = time.monotonic()
    while True:
        with socket.socket() as visit:
            if visit.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert server.poll() is None and time.monotonic() - started < 60
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    os.killpg(server.pid, signal.SIGKILL)
    server.wait(10)


def fetch(address: str, **headers: str):
    """Status, headers and text of an answer, whatever it is."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def test_without_a_database_people_and_machines_are_told_so(without_a_database):
    for language in ("fr", "en"):
        status, headers, text = fetch(f"{without_a_database}/{language}/")
        assert (status, headers["Retry-After"]) == (503, "10")
        assert f'<html lang="{language}"' in text
        assert "Content-Security-Policy" in headers
    # Somebody signed in: the session's own query fails, in the middleware.
    session = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={'x' * 32}"}
    assert fetch(f"{without_a_database}/fr/accueil/", **session)[0] == 503
    assert fetch(f"{without_a_database}/fr/nulle-part/")[0] == 404
    assert fetch(f"{without_a_database}/livez")[::2] == (200, "ok")
    status, headers, text = fetch(f"{without_a_database}/readyz")
    assert (status, headers["Content-Type"]) == (503, "application/json")


def test_a_monster_is_refused_over_the_wire_before_it_is_sent(without_a_database):
    host, port = without_a_database.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        head = f"POST /fr/connexion/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {200 * 1024 * 1024}\r\n\r\n"
        wire.sendall(head.encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 413 ")
