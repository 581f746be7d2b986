"""How the machine is: what is asked of the database, the broker and the processes, for pages, probes and alerts."""

from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.db import ProgrammingError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis.backoff import NoBackoff
from redis.retry import Retry

# A deaf broker costs a page no more than this.
BROKER_PATIENCE = 1


@dataclass(frozen=True)
class Broker:
    """What the broker says of itself, if it answers."""

    answers: bool
    version: str = ""
    name: str = ""


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
