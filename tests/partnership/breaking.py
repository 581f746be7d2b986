"""How a promise is broken behind the services' back, and found."""

from collections.abc import Callable

from django.db import connection

from partnership import invariants


def repeal(name: str) -> None:
    """Take a law out of the database for this test: a constraint, a partial index or a trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or what waits for the commit forbids the change
        cursor.execute("SELECT conrelid::regclass FROM pg_constraint WHERE conname = %s", [name])
        if row := cursor.fetchone():
            cursor.execute(f'ALTER TABLE {row[0]} DROP CONSTRAINT "{name}"')
        cursor.execute(f'DROP INDEX IF EXISTS "{name}"')
        cursor.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = %s", [name])
        if row := cursor.fetchone():
            cursor.execute(f'DROP TRIGGER "{name}" ON {row[0]}')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def found(key: str) -> list[str]:
    return invariants.INVARIANTS[key].find()


BREAK: dict[str, Callable[[], object]] = {}


def breaks(key: str):
    """The function breaks this promise and returns the thing, or the reference, that must be named."""

    def keep(function):
        BREAK[key] = function
        return function

    return keep
