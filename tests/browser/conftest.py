"""A real Chromium against a real server on the test database, a real worker, and letters over real SMTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from config import caught_mail
from config.embedded import ROOT, dies_with_parent
from partnership import clock, invariants, outbox
from partnership.models import OutgoingMessage
from partnership.states import MessageState
from tests import runs

from . import world as worlds
from .visitor import Visitor
from .world import World

_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# In the long run everything makes way for the tests that count a site's seconds.
PATIENCE = 120 if runs.IS_LONG else 20


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, for one module: while it runs, this thread has an event loop, which other tests need not expect."""
    # In a loop Django refuses the database unless it is told not to.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["BROWSER"], args=_ARGUMENTS)
        yield browser
        browser.close()
        # Django keeps the connections of a loop apart from those of its thread: nobody else would close them.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def address(django_db_setup) -> Iterator[str]:
    """The address of a server of the whole site, which every letter names too."""
    server = LiveServer("127.0.0.1")
    with override_settings(PUBLIC_URL=server.url, CSRF_TRUSTED_ORIGINS=[server.url]):
        yield server.url
    server.stop()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, address) -> Iterator[World]:
    """The demonstration on its own day of June."""
    with django_db_blocker.unblock():
        made = worlds.demonstration()
        with override_settings(CLOCK_SHIFT=worlds.shift()):
            made.found()
            # The server vacuums tables whose rows the tests before took back, and then plans for them as empty ones:
            # joins of a thousand people took more than ten seconds.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            yield made
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module", autouse=True)
def no_file_outlives_its_row(django_db_setup, django_db_blocker) -> Iterator[None]:
    """What a module stored goes with its rows: an hour later a test of kills would find files that are nobody's."""
    yield
    with django_db_blocker.unblock():
        while found := invariants.files_without_rows(younger=timedelta(0)):
            for file in found:
                default_storage.delete(file.removeprefix("file:"))


@pytest.fixture
def visit(chromium, address) -> Iterator[Callable[..., Visitor]]:
    """People come with browsers of their own; at the end no page has complained or asked anything of a third party."""
    visitors: list[Visitor] = []

    def come(**how) -> Visitor:
        visitors.append(Visitor(chromium, address, **how))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def worker(address, transactional_db) -> Iterator[subprocess.Popen]:
    """A Celery worker of its own process, on the test database."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker", "-Q", "quick"]
    command += ["-c", "1", "-n", f"browser{os.getpid()}@tandem", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database, "PUBLIC_URL": address},
        preexec_fn=dies_with_parent(signal.SIGTERM),
        process_group=0,
    )
    yield process
    # What it has in hand is of no use to anybody: no need to wait until it has finished.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(40)


class Post:
    """What the postman brought: letters that really left, read once each."""

    def __init__(self) -> None:
        self._read = {letter.name for letter in caught_mail.newest()}

    @staticmethod
    def hurry() -> None:
        """Letters leave at a polite hour: whoever runs this at night does not wait for it."""
        OutgoingMessage.objects.filter(state=MessageState.PENDING).update(due_at=clock.now())
        outbox.ring()

    def to(self, address: str, about: str) -> caught_mail.Letter:
        """The next letter to an address whose subject speaks of something; it may take some seconds to come."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for letter in reversed(caught_mail.newest(address)):
                subject = letter.subject.replace("\u00a0", " ").replace("\u202f", " ")
                if letter.name not in self._read and about in subject:
                    self._read.add(letter.name)
                    return replace(letter, subject=subject)
            time.sleep(0.1)
        seen = [(letter.to, letter.subject) for letter in caught_mail.newest() if letter.name not in self._read]
        raise AssertionError(f"No letter to {address} about {about!r} in {PATIENCE} s; there came {seen}.")


@pytest.fixture
def post() -> Post:
    return Post()
