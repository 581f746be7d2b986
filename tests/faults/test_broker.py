"""The broker is dead or deaf: every page answers as ever, and the letters leave by the relay."""

import contextlib
import http.cookiejar
import os
import socket
import threading
import time
import urllib.parse
import urllib.request

import pytest
from celery import current_app
from django.urls import reverse

from config.embedded import free_port
from partnership import outbox
from partnership.models import OutgoingMessage
from partnership.states import MessageState
from tests import factories

from .processes import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("promises_hold"),
    pytest.mark.timeout(300),
]
# In seconds; a deaf broker costs a page its `socket_timeout` more.
LONGEST_ANSWER = {"dead": 3, "deaf": 5}
LONGEST_WAIT = 90


@pytest.fixture(params=["dead", "deaf"])
def broker(request):
    """Where nobody listens, or where somebody takes the line and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "deaf":
            listener.listen(100)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture
def web(programs, broker):
    """The site on a real server, with that broker."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    programs(*command, "config.wsgi:application", REDIS_URL=broker, PUBLIC_URL=address)

    def answers():
        try:
            with urllib.request.urlopen(f"{address}/livez", timeout=5) as answer:  # noqa: S310 (our own address)
                return answer.status == 200
        except OSError:
            time.sleep(0.2)
            return False

    until(answers, "the site answers", seconds=60)
    return address


class Browser:
    """Asks for a sign-in code as a person would, and measures the answers."""

    def __init__(self, web):
        self.page = web + reverse("account_request_login_code")
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def ask_for_a_code(self, email):
        """The status of the last page and the seconds that the form took."""
        self.opener.open(self.page, timeout=30).close()
        token = next(cookie.value for cookie in self.cookies if cookie.name == "tandem_csrf")
        form = urllib.parse.urlencode({"email": email, "csrfmiddlewaretoken": token}).encode()
        started = time.monotonic()
        with self.opener.open(self.page, form, timeout=30) as answer:
            return answer.status, time.monotonic() - started


@pytest.mark.parametrize(
    "patience", [pytest.param(3, id="short patience"), pytest.param(60, id="real patience", marks=pytest.mark.full)]
)
def test_without_a_broker_pages_answer_and_letters_leave_by_the_relay(
    patience, web, broker, programs, mail_server, request
):
    server = mail_server()
    programs(
        "manage.py",
        "relay",
        "--patience",
        str(patience),
        EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
        REDIS_URL=broker,
    )
    people = [factories.user() for _ in range(4)]

    answers = [Browser(web).ask_for_a_code(person.email) for person in people]

    assert {status for status, _seconds in answers} == {200}
    assert max(seconds for _status, seconds in answers) < LONGEST_ANSWER[request.node.callspec.params["broker"]]
    assert OutgoingMessage.objects.count() == len(people)
    until(lambda: len(server.taken()) == len(people), "the letters leave", seconds=LONGEST_WAIT)
    until(lambda: not OutgoingMessage.objects.exclude(state=MessageState.SENT).exists(), "all is written", seconds=10)
    assert set(server.taken().values()) == {1}
    assert sorted(address for _ident, address, _answer in server.lines()) == sorted(user.email for user in people)


def test_without_a_broker_the_site_says_that_it_is_degraded_and_not_down(web):
    with urllib.request.urlopen(f"{web}/readyz", timeout=15) as answer:  # noqa: S310 (our own address)
        assert answer.status == 200
        assert b"degraded" in answer.read()


class Line:
    """A line to the real broker that can be cut and mended, always at the same port."""

    def __init__(self):
        self.port = free_port()
        self.broker = urllib.parse.urlsplit(os.environ["REDIS_URL"])
        self.address = self.broker._replace(netloc=f":{self.broker.password}@127.0.0.1:{self.port}").geturl()
        self.open: list[socket.socket] = []

    def mend(self):
        listener = socket.create_server(("127.0.0.1", self.port))
        self.open.append(listener)
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def cut(self):
        for line in self.open:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self.open.clear()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((self.broker.hostname, self.broker.port))
                self.open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=[one, other], daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line():
    line = Line()
    yield line
    line.cut()


def test_a_worker_finds_its_broker_again_and_nothing_is_lost(line, programs, mail_server):
    """The broker is not there when the worker starts, comes, goes and comes back: the worker goes on by itself."""
    server = mail_server()
    worker = programs(
        *["-m", "celery", "--quiet", "-A", "config", "worker", "--loglevel", "ERROR", "--concurrency", "1"],
        *["-Q", "quick", "-n", f"line-{os.getpid()}@tandem"],
        EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
        REDIS_URL=line.address,
    )
    reader = factories.user()

    def post(number):
        for place in range(3):
            outbox.post("partnership/sign_in_code", key=f"{number}-{place}", about=reader, to=reader)

    def all_have_left():
        # The part of beat, which sweeps every 15 seconds.
        current_app.send_task("partnership.tasks.send_due", retry=False)
        time.sleep(0.3)
        return not OutgoingMessage.objects.exclude(state=MessageState.SENT).exists()

    post(1)
    time.sleep(4)
    assert server.lines() == []
    for number in (2, 3):
        line.mend()
        until(all_have_left, "the letters leave", seconds=60)
        line.cut()
        post(number)
    line.mend()
    until(all_have_left, "the letters leave", seconds=60)
    assert worker.process.poll() is None
    assert set(server.taken().values()) == {1}
    assert len(server.taken()) == 9
