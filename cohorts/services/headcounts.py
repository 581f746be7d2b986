"""The headcounts are counted again: once there are many lines, or on demand (the command `count_again`)."""

from django.db import connection, transaction

from ..models import Headcount

# Lines that the board adds up in a few milliseconds.
MANY = 5_000
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('cohorts_headcount'))"
# One statement: it sees each file with the lines that its coming and moving wrote, or without both.
_COUNT = f"""
    WITH before AS (DELETE FROM cohorts_headcount)
    INSERT INTO cohorts_headcount ({Headcount.COLUMNS}, number, is_change)
    SELECT counted.*, false FROM ({Headcount.LINES}) AS counted
"""  # noqa: S608 (ours, no input)


@transaction.atomic
def count_again() -> None:
    """Count all files; nobody who moves one meanwhile has to wait, and their lines stay."""
    with connection.cursor() as cursor:
        # Two counts at once would both stay. The second statement must begin once the first count is committed.
        cursor.execute(_LOCK)
        cursor.execute(_COUNT)


def count_again_if_many() -> None:
    """The same where more lines have come since the last count than the board should add up."""
    if Headcount.objects.filter(is_change=True).count() > MANY:
        count_again()
