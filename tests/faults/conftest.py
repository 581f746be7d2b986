"""Real processes that tests start and kill: a mail server with a ledger, the relay, the worker, the web."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.embedded import dies_with_parent, free_port
from tests import factories

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """A process of ours, in a group of its own."""

    def __init__(self, *command: str, environment: dict[str, str] | None = None, log: Path | None = None):
        self.command, self.environment, self.log = command, environment or dict(os.environ), log
        self.start()

    def start(self) -> None:
        with open(self.log or os.devnull, "ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=dies_with_parent(signal.SIGKILL),
                process_group=0,
            )

    def kill(self) -> None:
        """kill -9, its children with it."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(10)

    def children(self) -> list[int]:
        """The processes it has started, where the system tells (Linux)."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []


class MailServer:
    """The sink and what it has in its ledger."""

    def __init__(self, folder: Path, number: int, *, delay: float = 0, refuses_login: bool = False):
        self.ledger = folder / f"ledger-{number}"
        self.ledger.touch()
        self.port = free_port()
        options = [str(self.port), str(self.ledger), str(delay), *(["login"] if refuses_login else [])]
        self.program = Program("-m", "tests.faults.sink", *options, log=folder / "sink.log")
        self.wait()

    def wait(self) -> None:
        """Until it listens."""
        until(self._listens, "the mail server listens", seconds=30)

    def _listens(self) -> bool:
        with socket.socket() as visit:
            return visit.connect_ex(("127.0.0.1", self.port)) == 0

    def lines(self) -> list[list[str]]:
        """Message-ID, address and answer of each letter it had in hand."""
        return [line.split() for line in self.ledger.read_text().splitlines()]

    def taken(self) -> Counter:
        """How often it had each letter that it did not refuse, by Message-ID."""
        return Counter(ident for ident, _address, answer in self.lines() if answer in ("250", "dro", "slo"))


def until(is_so: Callable[[], object], what: str, *, seconds: float) -> float:
    """Wait until something is so, and return how long it took; fail if it takes too long."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - started


@pytest.fixture
def programs(transactional_db, tmp_path):
    """Start programs on the tests' own database; each is killed at the end, by its own number."""
    started: list[Program] = []
    place = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()

    def start(*command: str, **environment: str) -> Program:
        own = {**os.environ, "DATABASE_URL": place, "PYTHONWARNINGS": "ignore", **environment}
        program = Program(*command, environment=own, log=tmp_path / "programs.log")
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()


@pytest.fixture
def mail_server(tmp_path):
    """Start a mail server; each is killed at the end."""
    started: list[MailServer] = []

    def start(**options) -> MailServer:
        started.append(MailServer(tmp_path, len(started), **options))
        return started[-1]

    yield start
    for server in started:
        server.program.kill()


@pytest.fixture
def smtp(mail_server, settings):
    """A mail server to which this very process sends."""
    server = mail_server()
    send_to(server, settings)
    return server


def send_to(server: MailServer, settings) -> None:
    """Let this very process send to a server, over real SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 3


@pytest.fixture
def reader():
    """A person with a chosen address."""
    return lambda address: factories.user(email=address)
