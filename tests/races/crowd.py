"""A crowd of real threads on real PostgreSQL: what each one got, and what happens without the law that holds them."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import IntegrityError, connection

from partnership.links import Unusable
from partnership.workflow import Refused, Stale

# What the rules say to whoever comes too late; anything else is a fault, and is raised.
TOO_LATE = (Refused, Stale, Unusable)
PATIENCE = 60


def at_once(number: int, deed: Callable[[int], Any], *, beaten: tuple[type[Exception], ...] = TOO_LATE) -> Counter:
    """Do a deed in so many threads that start together, each on its own connection, and count the outcomes.

    An outcome is "done" or the name of the exception that says why not.
    """
    start = threading.Barrier(number)

    def one(place: int) -> str:
        try:
            # Connecting takes longer than the deed: it must not decide who meets whom.
            connection.ensure_connection()
            start.wait(PATIENCE)
            deed(place)
            return "done"
        except beaten as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(one, range(number)))


def naive(number: int, *, read: Callable[[int], bool], write: Callable[[int], Any]) -> int:
    """Read, check, then write in so many threads, as a rule without a lock would; how many believed they were alone.

    All have read before anybody writes: the worst moment, which a rule must survive and a naive one does not.
    """
    everybody_has_read = threading.Barrier(number)

    def deed(place: int) -> None:
        free = read(place)
        everybody_has_read.wait(PATIENCE)
        if not free:
            raise Refused("too late")
        write(place)

    return at_once(number, deed, beaten=(*TOO_LATE, IntegrityError))["done"]


@contextlib.contextmanager
def without_trigger(table: str, trigger: str) -> Iterator[None]:
    """The same table without the law of a trigger."""
    _do(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    try:
        yield
    finally:
        _do(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


@contextlib.contextmanager
def without_index(table: str, *names: str) -> Iterator[None]:
    """The same table without the law of unique indexes; what broke it is removed at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), conname FROM pg_index"
            " LEFT JOIN pg_constraint ON conindid = indexrelid AND contype = 'u'"
            " WHERE indrelid = %s::regclass AND indexrelid::regclass::text = ANY(%s)",
            [table, list(names)],
        )
        laws = cursor.fetchall()
    assert len(laws) == len(names)
    for name, _definition, constraint in laws:
        _do(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if constraint else f"DROP INDEX {name}")
    try:
        yield
    finally:
        _do(f"TRUNCATE {table} CASCADE")
        for name, definition, constraint in laws:
            _do(definition)
            if constraint:
                _do(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")


def unique_index_of(table: str, column: str) -> str:
    """The name Django chose for the unique index of a column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
            " AND attnum = ANY(indkey) WHERE indrelid = %s::regclass AND attname = %s AND indisunique AND indnatts = 1",
            [table, column],
        )
        (name,) = cursor.fetchone()
    return name


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
