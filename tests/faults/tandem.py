"""The whole of Tandem, as it stands in production, on servers of its own that a test may kill at any moment."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg.rows import dict_row

from config.embedded import ROOT, Child, Servers, dies_with_parent, free_port
from config.runner import commands, program

from .processes import MailServer, until

LEASE_SECONDS = 15
# The longest a page may take while something is broken, in seconds.
LONGEST_ANSWER = 15


class Site:
    """Two machines: two webs, two relays, three workers and beat, on one PostgreSQL and one broker, each supervised.

    PostgreSQL keeps what it has said is kept (`fsync` and `synchronous_commit` are on), Valkey writes its log: what a
    `kill -9` loses here, it loses in production.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.servers = Servers(str(folder), durable=True)
        self.mail = MailServer(folder, 0, keeps=True)
        database, broker = self.servers.postgresql(), self.servers.valkey()
        self.database_url, self.broker_url = database, broker
        self.ports = [free_port(), free_port()]
        self.webs = [f"http://127.0.0.1:{port}" for port in self.ports]
        (folder / "files").mkdir()
        self.environment = {
            **os.environ,
            "PYTHONWARNINGS": "ignore",
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "PUBLIC_URL": self.webs[0],
            "DATA_DIR": str(folder / "files"),
            "TRUSTED_PROXIES": "127.0.0.1",
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
        }
        with (folder / "clerk.log").open("ab") as log:
            self._clerk = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.prepare"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )
        assert self._heard() == [], self.words()
        postgresql, valkey = self.servers.children
        self.children: dict[str, list[Child]] = {"PostgreSQL": [postgresql], "broker": [valkey]}
        for number, port in enumerate(self.ports, start=1):
            for name, command in commands(port, folder / "schedule").items():
                if number == 1 or name in ("web", "relay", "quick worker"):
                    self._start(name, number, command)
        self.held: set[str] = set()
        self._ended = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._supervisor.start()

    def _start(self, name: str, number: int, command: list[str]) -> None:
        log = self.folder / f"{name} {number}.log".replace(" ", "-")
        named = [part.replace("@tandem", f"@machine-{number}") for part in command]
        self.children.setdefault(name, []).append(program(name, named, self.environment, log))

    def _supervise(self) -> None:
        """What `dev.py run` and a container engine do: start again whatever ended, unless a test holds it down."""
        while not self._ended.wait(0.1):
            for name, children in self.children.items():
                if name not in self.held:
                    for child in children:
                        child.tend(lambda line: None)

    def _heard(self) -> list[str]:
        line = self._clerk.stdout.readline()
        assert line, self.words()
        return json.loads(line)

    def broken(self) -> list[str]:
        """What does not hold in the database and among the files, by the very check of production."""
        self._clerk.stdin.write("check\n")
        self._clerk.stdin.flush()
        return self._heard()

    def stop(self) -> None:
        """End everything, by its own number, and forget it."""
        self._ended.set()
        self._supervisor.join(10)
        for name, children in reversed(self.children.items()):
            for child in children:
                if name == "PostgreSQL":
                    child.ask_to_stop()
                child.wait(10 if name == "PostgreSQL" else 0)
        self._clerk.kill()
        self._clerk.communicate()
        self.mail.program.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- faults -----------------------------------------------------------------------------------------------------
    def kill(self, name: str, place: int = 0, *, with_signal: int = signal.SIGKILL) -> None:
        """`kill -9` of one process, and of its children with it; the supervisor starts it again."""
        child = self.children[name][place]
        with contextlib.suppress(ProcessLookupError):
            if with_signal == signal.SIGKILL and name != "PostgreSQL":
                os.killpg(child.process.pid, signal.SIGKILL)
            else:
                os.kill(child.process.pid, with_signal)

    @contextlib.contextmanager
    def without(self, name: str):
        """Kill every process of a name and keep it down for a while."""
        self.held.add(name)
        try:
            for place in range(len(self.children[name])):
                self.kill(name, place)
            yield
        finally:
            self.held.discard(name)

    # -- how it is ----------------------------------------------------------------------------------------------------
    def status(self, path: str = "/readyz", place: int = 0) -> int:
        """The status of a page, 0 if nobody answers."""
        try:
            with urllib.request.urlopen(self.webs[place] + path, timeout=LONGEST_ANSWER) as answer:  # noqa: S310 (ours)
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def is_ready(self) -> bool:
        """Whether both webs say that they are ready, the broker included, and every program runs."""
        for web in self.webs:
            try:
                with urllib.request.urlopen(f"{web}/readyz", timeout=LONGEST_ANSWER) as answer:  # noqa: S310 (ours)
                    if b"degraded" in answer.read():
                        return False
            except OSError:
                return False
        return all(child.is_alive() for children in self.children.values() for child in children)

    def wait_until_ready(self, *, seconds: float) -> float:
        """How many seconds it takes until all is well."""

        def ready() -> bool:
            time.sleep(0.1)
            return self.is_ready()

        return until(ready, f"the site is ready ({self.words()})", seconds=seconds)

    def words(self) -> str:
        """Where the logs are and how they end, for a test that fails."""
        ends = [f"{log.name}: …{log.read_text(errors='replace')[-300:]}" for log in sorted(self.folder.glob("*.log"))]
        return "\n".join(ends)

    def rows(self, statement: str, *values: object) -> list[dict]:
        """Read the site's database."""
        with psycopg.connect(self.database_url, autocommit=True, connect_timeout=5, row_factory=dict_row) as line:
            cursor = line.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def has_its_database(self) -> bool:
        """Whether PostgreSQL answers."""
        try:
            return bool(self.rows("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def flush_broker(self) -> None:
        """Forget all that the broker holds."""
        with redis.Redis.from_url(self.broker_url) as broker:
            broker.flushall()

    def broker_port(self) -> int:
        return urlsplit(self.broker_url).port

    def unsettled_letters(self) -> int:
        """Letters that are due and on which a sender has still to work."""
        (row,) = self.rows(
            "SELECT count(*) AS number FROM partnership_outgoingmessage"
            " WHERE state = 'sending' OR (state = 'pending' AND due_at <= now())"
        )
        return row["number"]

    def settle(self, *, seconds: float) -> float:
        """Wait until every letter that is due has been sent or is held; how long it took."""
        # Pauses between attempts are the real server's affair; here nobody refuses.
        self.rows("UPDATE partnership_outgoingmessage SET retry_at = NULL WHERE state = 'pending'")

        def settled() -> bool:
            time.sleep(0.2)
            return not self.unsettled_letters()

        return until(settled, "every letter is sent or held", seconds=seconds)
