"""How often something may be tried: counted in PostgreSQL, so that every process and every machine counts together."""

import logging

from django.db import DatabaseError, connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from .models import Limit

log = logging.getLogger(__name__)

# One statement: of fifty at the same moment each is given its own number. The window is counted on the database's
# clock, and a call beyond the limit does not prolong it.
_COUNT = """
    INSERT INTO partnership_limit AS counted (key, number, until)
    VALUES (%(key)s, 1, statement_timestamp() + %(seconds)s * interval '1 second')
    ON CONFLICT (key) DO UPDATE SET
        number = CASE WHEN counted.until > statement_timestamp() THEN counted.number + 1 ELSE 1 END,
        until = CASE WHEN counted.until > statement_timestamp() THEN counted.until ELSE excluded.until END
    RETURNING number, ceil(extract(epoch FROM until - statement_timestamp()))::integer
"""


class TooMany(Exception):
    """Something was tried too often; `retry_after` is the number of seconds to wait. Answered with a 429."""

    def __init__(self, retry_after: int):
        super().__init__(_("Too many attempts; try again later."))
        self.retry_after = max(1, retry_after)


def count(key: str, *, most: int, seconds: int, open_when_down: bool = False) -> int:
    """Count one attempt and return its number within the window of so many seconds; TooMany beyond `most`.

    Called outside the transaction of the deed, which would take the count back with itself. Where the table cannot be
    used, the database's error goes on (a closed door), or 0 is returned with `open_when_down` (the public form).
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COUNT, {"key": _hidden(key), "seconds": seconds})
            number, left = cursor.fetchone()
    except DatabaseError as problem:
        if not open_when_down:
            raise
        log.error("limits cannot be counted, the door stays open: %s", type(problem).__name__)
        return 0
    if number > most:
        raise TooMany(left)
    return number


def forget(key: str) -> None:
    """Begin the count of a key again, after a success."""
    Limit.objects.filter(key=_hidden(key)).delete()


def _hidden(key: str) -> str:
    # Keyed with the secret: an address or an IP could be guessed back from a plain hash.
    return salted_hmac("partnership.limits", key, algorithm="sha256").hexdigest()
