"""What Prometheus reads: the machine as the database knows it at that moment, and how long requests take.

Closed unless METRICS_TOKEN is set. No label says anything of anybody: requests are named by the name of their address,
never by its path, which may hold a personal link.
"""

import hmac
import platform
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import Error, connection
from django.db.models import Count
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from cohorts.models import Application
from cohorts.states import ApplicationState
from partnership import clock, operations
from partnership.states import ProcessState, Rule

# With several web processes each keeps its figures in a file of this directory, and a scrape adds them up.
if settings.PROMETHEUS_MULTIPROC_DIR:
    Path(settings.PROMETHEUS_MULTIPROC_DIR).mkdir(parents=True, exist_ok=True)
_REGISTRY = CollectorRegistry()
# Its count is the number of requests.
REQUESTS = Histogram(
    "tandem_request_seconds",
    "Time to the first byte of an answer, by the name of the address and the status",
    ["view", "status"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_REGISTRY,
)


def measure_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep the time that each request takes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        found = request.resolver_match
        REQUESTS.labels(found.view_name if found else "none", response.status_code).observe(
            time.perf_counter() - started
        )
        return response

    return middleware


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, as text, for whoever has the token; without a token in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    shown = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("Unauthorized\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    if settings.PROMETHEUS_MULTIPROC_DIR:
        MultiProcessCollector(registry, settings.PROMETHEUS_MULTIPROC_DIR)
    else:
        registry.register(REQUESTS)
    registry.register(Machine())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Machine:
    """The gauges, asked for as they are scraped: eight statements."""

    def describe(self) -> list[Metric]:
        """Nothing beforehand: to be registered asks nothing of the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield _gauge(
            "tandem_build",
            "What runs here",
            {(settings.VERSION, django.get_version(), platform.python_version()): 1},
            ["version", "django", "python"],
        )
        try:
            gauges = [*_of_the_report(operations.look()), *_of_the_database()]
        except Error:
            yield _gauge("tandem_database_up", "Whether PostgreSQL answers", {(): 0})
            return
        yield _gauge("tandem_database_up", "Whether PostgreSQL answers", {(): 1})
        yield from gauges


def _gauge(name: str, words: str, values: dict[tuple, float], labels: list[str] | None = None) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels or [])
    for told, value in values.items():
        family.add_metric([str(label) for label in told], value)
    return family


def _of_the_report(report: operations.Report) -> Iterator[Metric]:
    yield _gauge(
        "tandem_letters",
        "Letters that have not left, by state (those that have are not counted: they are the whole table)",
        {(state,): number for state, number in report.letters.items()},
        ["state"],
    )
    yield _gauge(
        "tandem_letters_oldest_seconds",
        "How long the oldest letter to send has been due",
        {(): (report.oldest or timedelta()).total_seconds()},
    )
    yield _gauge(
        "tandem_jobs", "Long tasks, by state", {(state,): number for state, number in report.jobs.items()}, ["state"]
    )
    yield _gauge(
        "tandem_heartbeat_age_seconds",
        "Time since the last sign of life of a process, on the database's clock",
        {(part.process, sign.instance): sign.age.total_seconds() for part in report.parts for sign in part.signs},
        ["process", "instance"],
    )
    yield _gauge(
        "tandem_process_up",
        "Whether any machine has shown a sign of life of a process lately",
        {(part.process,): part.state == ProcessState.LIVES for part in report.parts},
        ["process"],
    )
    broken = {problem.rule for problem in report.problems}
    yield _gauge(
        "tandem_problem", "Whether administrators are told", {(rule,): rule in broken for rule in Rule}, ["rule"]
    )
    if report.check:
        yield _gauge("tandem_invariants_broken", "Contradictions that the last check found", {(): report.check.broken})
        age = (clock.now() - report.check.at).total_seconds()
        yield _gauge("tandem_invariants_check_age_seconds", "Time since the last check", {(): age})
    if report.backup is not None:
        yield _gauge("tandem_backup_age_seconds", "Time since the last backup", {(): report.backup.total_seconds()})


def _of_the_database() -> Iterator[Metric]:
    counted = Application.objects.order_by().values_list("state").annotate(Count("pk"))
    numbers = dict.fromkeys(ApplicationState.values, 0) | dict(counted)
    yield _gauge(
        "tandem_applications", "Applications, by state", {(state,): n for state, n in numbers.items()}, ["state"]
    )
    open_sessions = Session.objects.filter(expire_date__gt=Now()).count()
    yield _gauge("tandem_sessions", "Sessions that have not expired", {(): open_sessions})
    database = operations.ask_database()
    yield _gauge("tandem_database_bytes", "Size of the database", {(): database.bytes})
    yield _gauge("tandem_database_connections", "Connections to the server", {(): database.connections})
    yield _gauge("tandem_database_connections_max", "Connections the server takes", {(): database.connections_at_most})
    pool = getattr(connection, "pool", None)
    if pool:
        kept = pool.get_stats()
        yield _gauge(
            "tandem_pool_connections",
            "Connections of the pool of the web process that answered",
            {("open",): kept.get("pool_size", 0), ("free",): kept.get("pool_available", 0)},
            ["state"],
        )
