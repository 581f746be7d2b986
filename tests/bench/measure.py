"""How the bench measures: CPU milliseconds of this process and of its PostgreSQL backend, and statements; never time.

A request is served inside this process by Django's own WSGI handler, so that no client is counted. Ours and the floor
take turns in the same process, and what is compared is the median of the ratios of many turns: whatever slows the
machine for some seconds slows both of a turn.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from partnership.models import User

SECRET = "b" * 32  # of the CSRF cookie: unmasked, as a first form would carry it


@dataclass
class Line:
    """One line of the table; `holds` says whether the goal is met."""

    item: str
    work: str
    ours: str
    floor: str
    ratio: str
    goal: str
    holds: bool


@dataclass
class Cost:
    """What one request costs: CPU milliseconds of both processes, the median of the turns; and of PostgreSQL's part."""

    cpu: float
    database: float
    # What it cost in each of its turns, both processes together.
    turns: tuple[float, ...] = ()


def beside(item: str, work: str, ours: Cost, floor: Cost, goal: float) -> Line:
    """A line of two works that took turns: the median of the ratios of their turns is not to be exceeded."""
    ratio = statistics.median(mine / least for mine, least in zip(ours.turns, floor.turns, strict=True))
    return at_most(item, work, ours.cpu, floor.cpu, goal, ratio=ratio)


def at_most(
    item: str, work: str, ours: float, floor: float, goal: float, unit: str = "ms CPU", ratio: float | None = None
) -> Line:
    """A line whose goal is a ratio not to be exceeded: that of both figures, where no other is given."""
    ratio = ours / floor if ratio is None else ratio
    return Line(
        item,
        work,
        f"{ours:.2f} {unit}",
        f"{floor:.2f} {unit}",
        f"{ratio:.2f}×",
        f"≤ {goal:g}×",
        round(ratio, 2) <= goal,
    )


def no_more(item: str, work: str, number: float, goal: float, unit: str, note: str = "") -> Line:
    """A line whose goal is a number not to be exceeded."""
    return Line(item, work, f"{number:g} {unit}{note}", "–", "–", f"≤ {goal:g} {unit}", number <= goal)


# -- requests ---------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """A WSGI application served in this process, and whoever asks it."""

    handler: WSGIHandler
    cookies: dict[str, str] = field(default_factory=dict)

    def signed_in(self, user: User) -> "Site":
        """The same site, asked by somebody who has signed in."""
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return Site(self.handler, {settings.SESSION_COOKIE_NAME: session})

    def get(self, path: str, **headers: str) -> "Answer":
        return self._ask(RequestFactory().get(path).environ | {"HTTP_ACCEPT_ENCODING": "gzip"} | headers)

    def post(self, path: str, data: Mapping[str, Any]) -> "Answer":
        body = urlencode({"csrfmiddlewaretoken": SECRET, **data}, doseq=True)
        request = RequestFactory().post(path, body, content_type="application/x-www-form-urlencoded")
        return self._ask(request.environ, {settings.CSRF_COOKIE_NAME: SECRET})

    def _ask(self, environ: dict[str, Any], cookies: Mapping[str, str] | None = None) -> "Answer":
        known = self.cookies | (dict(cookies) if cookies else {})
        host = {
            "SERVER_NAME": "127.0.0.1",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in known.items()),
        }
        answer = Answer()
        response = self.handler(environ | host, answer.start)
        answer.body = b"".join(response)
        response.close()
        return answer


class Answer:
    """Status, headers and body."""

    status, headers, body = 0, {}, b""

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status = int(status.split()[0])
        self.headers = {name.lower(): value for name, value in headers}


def keep_the_connection() -> None:
    """One connection for all the requests, as a pool gives: its backend is then the one to watch."""
    connection.settings_dict["CONN_MAX_AGE"] = None
    connection.close_at = None


# -- cost -------------------------------------------------------------------------------------------------------------


def process_cpu(pid: int) -> float:
    """The CPU milliseconds a process has had: to the nanosecond from Linux's scheduler, else as the system counts."""
    scheduler = Path(f"/proc/{pid}/schedstat")
    if scheduler.exists():
        return int(scheduler.read_text().split()[0]) / 1e6
    times = psutil.Process(pid).cpu_times()
    return 1000 * (times.user + times.system)


def backend() -> int:
    """The process of PostgreSQL that serves this connection; the server must be on this machine."""
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def cost_of(work: Callable[[], object], times: int) -> Cost:
    """The cost of one piece of work, out of several in a row."""
    pid = backend()
    database, ours = process_cpu(pid), time.process_time()
    for _ in range(times):
        work()
    spent = 1000 * (time.process_time() - ours)
    if backend() != pid:
        raise RuntimeError("The connection was opened again: its backend's CPU is unknown.")
    database = process_cpu(pid) - database
    return Cost((spent + database) / times, database / times)


def alternate(*works: Callable[[], object], rounds: int, times: int, warm: int = 3) -> list[Cost]:
    """The median cost of each work, all of them taking turns, each turn in the other order."""
    for work in works:
        cost_of(work, warm)
    gc.collect()
    taken: list[list[Cost]] = [[] for _ in works]
    for turn in range(rounds):
        order = list(enumerate(works))
        for place, work in order if turn % 2 == 0 else reversed(order):
            taken[place].append(cost_of(work, times))
    return [median_of(costs) for costs in taken]


def median_of(costs: list[Cost]) -> Cost:
    """The median of both figures."""
    turns = tuple(cost.cpu for cost in costs)
    return Cost(statistics.median(turns), statistics.median(cost.database for cost in costs), turns)


def statements(work: Callable[[], object]) -> list[str]:
    """Every statement that a piece of work sends: BEGIN, COMMIT and savepoints among them."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return [query["sql"] for query in captured.captured_queries]


METHOD = """CPU milliseconds of this process (Django's WSGI handler called in the process, no client counted) and of its
PostgreSQL backend; medians of turns taken in alternation with the floor's, the ratio the median of the turns' own.
Statements: all that are sent, BEGIN, COMMIT and savepoints among them. Floors: bare views without any middleware
(tests/bench/floor.py)."""
