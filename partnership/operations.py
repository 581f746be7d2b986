"""How the machine is: what is asked of the database, the broker and the processes, for pages, probes and alerts.

Nothing here is stored: `look` takes five statements whatever there is to see, and a problem is what breaks a rule of
reliability.md at that moment.
"""

import platform
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

import django
import redis
from django.conf import settings
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min, Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from redis.backoff import NoBackoff
from redis.retry import Retry

from . import clock
from .heartbeats import SILENT_AFTER
from .models import Heartbeat, InvariantCheck, Job, JournalEntry, OutgoingMessage
from .states import JobState, MessageState, Process, ProcessState, Rule
from .templatetags.figures import duration

# A deaf broker costs a page no more than this, in seconds.
BROKER_PATIENCE = 1
# What should have left for so long is a problem.
LATE_AFTER = timedelta(minutes=10)
# A task that failed is a problem for so long; it can be started again for as long as it is kept.
FAILURE_IS_NEWS = timedelta(days=1)
# The subject of the journal's lines that say that a backup was made.
BACKUP = "backup"
UNSETTLED = (MessageState.PENDING, MessageState.SENDING, MessageState.HELD, MessageState.DEAD)
_CALLED: dict[Process, str | Promise] = {
    Process.WEB: gettext_lazy("the web server"),
    Process.RELAY: gettext_lazy("the relay"),
    Process.QUICK: gettext_lazy("the quick worker"),
    Process.JOBS: gettext_lazy("the worker of the long tasks"),
    Process.BEAT: gettext_lazy("the scheduler"),
}


# -- what is seen -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a process on one machine."""

    instance: str
    version: str
    age: timedelta

    @property
    def state(self) -> ProcessState:
        return ProcessState.SILENT if self.age > SILENT_AFTER else ProcessState.LIVES


@dataclass(frozen=True)
class Part:
    """One of the things Tandem is made of, and the machines it runs on, the last heard first."""

    process: Process
    signs: tuple[Sign, ...] = ()
    # Whether anybody makes it show that it lives: without a health check, or without beat, silence says nothing.
    is_asked: bool = True

    @property
    def age(self) -> timedelta | None:
        return self.signs[0].age if self.signs else None

    @property
    def state(self) -> ProcessState:
        if self.signs and self.signs[0].state == ProcessState.LIVES:
            return ProcessState.LIVES
        if not self.is_asked:
            return ProcessState.UNASKED
        return ProcessState.SILENT if self.signs else ProcessState.ABSENT


@dataclass(frozen=True)
class Problem:
    """A rule that is broken now, and by how much."""

    rule: Rule
    number: int = 0
    age: timedelta | None = None
    process: Process | None = None

    @property
    def key(self) -> str:
        """The name of what is wrong, the same as long as it lasts."""
        return f"{self.rule}_{self.process}" if self.process else str(self.rule)

    @property
    def words(self) -> str:
        """What is wrong as a clause of a sentence, in the reader's language."""
        n, said = self.number, {"n": self.number, "ago": duration(self.age)}
        if self.process:
            said["process"] = str(_CALLED[self.process])
            if self.age is None:
                return _("%(process)s shows no sign of life") % said
            return _("%(process)s has been silent for %(ago)s") % said
        return {
            Rule.LATE_LETTERS: lambda: _("the oldest letter to be sent has been waiting for %(ago)s"),
            Rule.DEAD_LETTERS: lambda: ngettext("%(n)s letter could not leave", "%(n)s letters could not leave", n),
            Rule.HELD_LETTERS: lambda: ngettext(
                "%(n)s letter waits for somebody to decide", "%(n)s letters wait for somebody to decide", n
            ),
            Rule.FAILED_JOBS: lambda: ngettext("%(n)s long task has failed", "%(n)s long tasks have failed", n),
            Rule.BROKEN_INVARIANTS: lambda: ngettext(
                "the check of the data has found %(n)s contradiction",
                "the check of the data has found %(n)s contradictions",
                n,
            ),
            Rule.OLD_BACKUP: lambda: _("the last backup is %(ago)s old"),
        }[self.rule]() % said


def called(key: str) -> str:
    """What a problem's key is about, in the reader's language, once it is over."""
    process = key.removeprefix(f"{Rule.SILENT_PROCESS}_")
    return str(_CALLED[Process(process)]) if process in Process else str(Rule(key).label)


@dataclass(frozen=True)
class Report:
    """How the machine is at one moment."""

    parts: list[Part]
    letters: dict[str, int]
    oldest: timedelta | None  # how long the oldest letter that is due has been so
    jobs: dict[str, int]
    failed_lately: int
    check: InvariantCheck | None = None
    backup: timedelta | None = None
    problems: list[Problem] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "problems", list(self._problems()))

    def _problems(self) -> list[Problem]:
        found = []
        if self.letters[MessageState.DEAD]:
            found.append(Problem(Rule.DEAD_LETTERS, self.letters[MessageState.DEAD]))
        if self.letters[MessageState.HELD]:
            found.append(Problem(Rule.HELD_LETTERS, self.letters[MessageState.HELD]))
        if self.oldest is not None and self.oldest > LATE_AFTER:
            found.append(Problem(Rule.LATE_LETTERS, age=self.oldest))
        found += [
            Problem(Rule.SILENT_PROCESS, age=part.age, process=part.process)
            for part in self.parts
            if part.state in (ProcessState.SILENT, ProcessState.ABSENT)
        ]
        if self.failed_lately:
            found.append(Problem(Rule.FAILED_JOBS, self.failed_lately))
        if self.check and self.check.broken:
            found.append(Problem(Rule.BROKEN_INVARIANTS, self.check.broken))
        if self.backup is not None and settings.BACKUP_HOURS and self.backup > timedelta(hours=settings.BACKUP_HOURS):
            found.append(Problem(Rule.OLD_BACKUP, age=self.backup))
        return found


def look() -> Report:
    """Look at the letters, the processes, the tasks, the last check and the last backup: five statements."""
    letters = dict.fromkeys(UNSETTLED, 0)
    dues = []
    # One branch a state, so that each is answered by its own small index and never by the whole table.
    first, *others = (
        OutgoingMessage.objects.filter(state=state)
        .order_by()
        .values("state")
        .annotate(number=Count("pk"), due=Min("due_at"))
        for state in UNSETTLED
    )
    for row in first.union(*others, all=True):
        letters[MessageState(row["state"])] = row["number"]
        if row["state"] in (MessageState.PENDING, MessageState.SENDING):
            dues.append(row["due"])
    tasks = Job.objects.exclude(state=JobState.DONE).order_by().values("state")
    lately = Count("pk", filter=Q(state=JobState.FAILED, ended_at__gte=clock.now() - FAILURE_IS_NEWS))
    jobs = {row["state"]: row for row in tasks.annotate(number=Count("pk"), lately=lately)}
    return Report(
        parts=_parts(),
        letters=letters,
        oldest=clock.now() - min(dues) if dues and min(dues) <= clock.now() else None,
        jobs={
            state: jobs.get(state, {"number": 0})["number"]
            for state in (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
        },
        failed_lately=jobs.get(JobState.FAILED, {"lately": 0})["lately"],
        check=InvariantCheck.objects.first(),
        backup=_age_of_the_last_backup(),
    )


def _parts() -> list[Part]:
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    signs: dict[str, list[Sign]] = {}
    for row in Heartbeat.objects.annotate(age=age).order_by("-at"):
        signs.setdefault(row.process, []).append(Sign(row.instance, row.version, row.age))
    parts = {process: Part(process, tuple(signs.get(process, ()))) for process in Process}
    asked = {process: True for process in Process}
    asked[Process.WEB] = bool(parts[Process.WEB].signs)
    asked[Process.QUICK] = asked[Process.JOBS] = parts[Process.BEAT].state == ProcessState.LIVES
    return [replace(part, is_asked=asked[process]) for process, part in parts.items()]


def _age_of_the_last_backup() -> timedelta | None:
    made = JournalEntry.objects.filter(subject=BACKUP, after="made").aggregate(last=Max("at"))["last"]
    return None if made is None else max(clock.now() - made, timedelta(0))


def verdict(clauses: list[str]) -> str:
    """What is wrong in one sentence, or that nothing is."""
    return f"{capfirst(', '.join(clauses))}." if clauses else _("Everything works.")


# -- the broker and the database ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Broker:
    """What the broker says of itself, if it answers."""

    answers: bool
    name: str = ""
    version: str = ""


def ask_broker() -> Broker:
    """Ask the broker whether it is well, and wait for its answer no longer than BROKER_PATIENCE seconds."""
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL,
            socket_connect_timeout=BROKER_PATIENCE,
            socket_timeout=BROKER_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        ) as broker:
            said = broker.info("server")
    except (redis.RedisError, OSError):
        return Broker(answers=False)
    if "valkey_version" in said:
        return Broker(answers=True, name="Valkey", version=said["valkey_version"])
    return Broker(answers=True, name="Redis", version=said.get("redis_version", ""))


@dataclass(frozen=True)
class Database:
    """What PostgreSQL says of itself."""

    version: str
    bytes: int
    connections: int
    connections_at_most: int


def ask_database() -> Database:
    """The server's version, the size of the database and the connections to the server; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(current_setting('server_version'), ' ', 1), pg_database_size(current_database()),"
            " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int"
        )
        return Database(*cursor.fetchone())


@cache
def _written_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def unapplied_migrations() -> list[str]:
    """The migrations that this release has and the database has not; one statement."""
    try:
        applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    except ProgrammingError:  # a database nobody has ever migrated
        applied = set()
    return sorted(f"{app}.{name}" for app, name in _written_migrations() - applied)


def versions(broker: Broker, database: Database) -> list[dict[str, str]]:
    """What runs here, by name and version."""
    return [
        {"label": "Tandem", "value": settings.VERSION},
        {"label": "Django", "value": django.get_version()},
        {"label": "PostgreSQL", "value": database.version},
        {"label": broker.name or "Valkey", "value": broker.version or _("does not answer")},
        {"label": "Python", "value": platform.python_version()},
    ]
