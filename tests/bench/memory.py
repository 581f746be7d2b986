"""P11: what the web server's worker keeps in memory after thousands of mixed requests, beside an empty Django's."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection
from django.urls import reverse

from cohorts.models import Application, Cohort
from config.embedded import ROOT, dies_with_parent, free_port

from .measure import Line

if TYPE_CHECKING:
    from .bench import Bench


def measure(bench: "Bench") -> Iterator[Line]:
    """Pages of the public, lists, files, searches and refusals, again and again; memory in MB, never time."""
    bench.use(bench.scale.small)
    early = bench.scale.requests // 5
    slug = Cohort.objects.select_related("intake__programme").first().intake.programme.slug
    files = Application.objects.visible_to(bench.recruiter).order_by("pk").values_list("pk", flat=True)[:40]
    there = reverse("cohorts:application_list")
    paths = ["/fr/", "/en/", f"/fr/candidater/{slug}/identite/", "/fr/nulle-part/", "/fr/confidentialite/", "/livez"]
    paths += [there, f"{there}?tri=nom", f"{there}?etat=en_cours&zone=lyon", f"{there}?q=vasseur", "/en" + there[3:]]
    paths += [reverse("cohorts:worklist")]
    paths += [reverse("cohorts:application_detail", args=[pk]) for pk in files]
    cookie = "; ".join(f"{name}={value}" for name, value in bench.by_recruiter.cookies.items())
    place = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    with worker("tests.bench.empty:application") as (port, process):
        _ask(port, ["/"], bench.scale.requests // 10, "")
        empty = _memory(process)
    with worker("config.wsgi:application", DATABASE_URL=place, DATABASE_POOL="10") as (port, process):
        _ask(port, paths, early, cookie)
        at_first = _memory(process)
        _ask(port, paths, bench.scale.requests - early, cookie)
        full = _memory(process)
    number = f"{bench.scale.requests:,} requests"
    ratio, growth = full / empty, full / at_first
    yield Line(
        "P11", f"memory after {number}", f"{full:.0f} MB", f"{empty:.0f} MB", f"{ratio:.2f}×", "≤ 2.5×", ratio <= 2.5
    )
    yield Line(
        "P11",
        f"… beside what it was after {early:,}: flat",
        f"{full:.0f} MB",
        f"{at_first:.0f} MB",
        f"{growth:.2f}×",
        "≤ 1.05×",
        round(growth, 2) <= 1.05,
    )


@contextmanager
def worker(application: str, **environment: str) -> Iterator[tuple[int, psutil.Process]]:
    """A web server as production starts it; the process that serves is its child."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-ws", "--blocking-threads", "4", "--log-level", "warning", application]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "ignore"} | environment,
        preexec_fn=dies_with_parent(signal.SIGTERM),
        process_group=0,
    )
    try:
        _wait_for(port)
        yield port, psutil.Process(server.pid).children()[0]
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            _ask(port, ["/livez"], 1, "")
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The web server does not answer.")


def _ask(port: int, paths: list[str], times: int, cookie: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookie, "Host": settings.ALLOWED_HOSTS[0]}
    for number in range(times):
        line.request("GET", paths[number % len(paths)], headers=headers)
        answer = line.getresponse()
        answer.read()
        if answer.status >= 500:
            raise AssertionError(f"{paths[number % len(paths)]}: {answer.status}")
    line.close()


def _memory(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6
