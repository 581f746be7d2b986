"""Processes that a test starts and kills, a mail server with a ledger, and waiting for something to be so."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.embedded import dies_with_parent, free_port

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

    def __init__(self, folder: Path, number: int, *, delay: float = 0, refuses_login: bool = False, keeps=False):
        self.ledger = folder / f"ledger-{number}"
        self.ledger.touch()
        self.port = free_port()
        options = [str(self.port), str(self.ledger), str(delay)]
        options += ["login"] * refuses_login + ["keep"] * keeps
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

    def answers_after(self, seconds: float) -> None:
        """From now on, take so long to say that a letter is taken."""
        part = self.ledger.with_suffix(".part")
        part.write_text(str(seconds))
        part.replace(self.ledger.with_suffix(".delay"))

    def letters_to(self, address: str) -> list[str]:
        """The texts of the letters somebody has had, oldest first, of a server that keeps them."""
        return [path.read_text() for path in sorted(self.ledger.with_suffix(".letters").glob(f"{address} *"))]

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


def send_to(server: MailServer, settings: Any) -> None:
    """Let this very process send to a server, over real SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 3
