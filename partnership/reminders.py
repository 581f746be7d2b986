"""What is told because time has passed: each app says to whom, and each is told once, whoever runs it and how often.

A letter's key is its event, so that a second run, another worker or a run that was cut short writes nothing twice.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from .models import OutgoingMessage

log = logging.getLogger(__name__)

SLICE = 500


@dataclass(frozen=True)
class Reminder:
    """Things about which it is time to do something, and what is done about one of them, in its own transaction.

    `due` must leave out what has been done (`untold`), and whoever cannot be written to: it is asked again for each
    thing once its row is locked, so that nobody is reminded of what has changed a moment ago.
    """

    key: str
    due: Callable[[], models.QuerySet]
    tell: Callable[[Any], None]


REMINDERS: dict[str, Reminder] = {}


def register(*reminders: Reminder) -> None:
    """Make reminders known; called where an app gets ready."""
    REMINDERS.update({reminder.key: reminder for reminder in reminders})


def remind(*, seconds: float | None = None) -> dict[str, int]:
    """Tell whatever is due, for so many seconds; how many were told, by reminder. The rest waits for the next run."""
    until = time.monotonic() + (settings.REMINDERS_SECONDS if seconds is None else seconds)
    told = {}
    for key, reminder in REMINDERS.items():
        told[key] = 0
        for thing in list(reminder.due().order_by().values_list("pk", flat=True)[:SLICE]):
            if time.monotonic() > until:
                return told
            try:
                told[key] += _tell(reminder, thing)
            except DatabaseError:
                raise
            except Exception:
                # One thing that cannot be told must not keep all the others waiting.
                log.exception("reminder %s of %s failed", key, thing)
    return told


@transaction.atomic
def _tell(reminder: Reminder, key: Any) -> bool:
    # Whoever else holds the row is about to change it, or tells it: the next run sees.
    rows = reminder.due().order_by().filter(pk=key).select_for_update(of=("self",), no_key=True, skip_locked=True)
    thing = rows.first()
    if thing is not None:
        reminder.tell(thing)
    return thing is not None


def untold(
    rows: models.QuerySet, template: str = "", *, since: str | datetime | None = None, key: Combinable | None = None
) -> models.QuerySet:
    """Those about which no letter of a template was written, ever or since a moment (a date, or a field's name).

    Where the letter is about something else than the row, `key` says the key it would have, by fields of the row
    (OuterRef): none with it was written.
    """
    if key is not None:
        return rows.filter(~Exists(OutgoingMessage.objects.filter(key=key)))
    label = rows.model._meta.label_lower
    letters = OutgoingMessage.objects.filter(
        template=template, about=Concat(Value(f"{label}:"), Cast(OuterRef("pk"), TextField()))
    )
    if since is not None:
        letters = letters.filter(written_at__gte=OuterRef(since) if isinstance(since, str) else since)
    return rows.filter(~Exists(letters))
