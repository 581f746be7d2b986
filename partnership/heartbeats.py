"""Signs of life: each process tells the database that it lives, on the database's clock.

The relay and beat say so at each of their looks, a worker with each task it takes (beat sees to it that there are
some), the web when it is asked whether it is ready. A silent process is one whose last sign is older than SILENT_AFTER.
"""

import logging
import socket
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.models.functions import Now

from .models import Heartbeat
from .states import Process

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(minutes=3)
# A machine that is gone without a word is remembered this long.
FORGOTTEN_AFTER = timedelta(hours=12)
SECONDS_BETWEEN = 10
INSTANCE = socket.gethostname()[:80]
_last: dict[Process, float] = {}


def beat(process: Process) -> None:
    """Say that a process of this machine lives, at most every SECONDS_BETWEEN; a dead database stops nobody."""
    if time.monotonic() - _last.get(process, float("-inf")) < SECONDS_BETWEEN:
        return
    sign = Heartbeat(process=process, instance=INSTANCE, version=settings.VERSION, at=Now())
    try:
        Heartbeat.objects.bulk_create(
            [sign],
            update_conflicts=True,
            unique_fields=["process", "instance"],
            update_fields=["version", "at"],
        )
    except Error as problem:
        log.warning("no sign of life written: %s", type(problem).__name__)
        connection.close()
        return
    _last[process] = time.monotonic()
    if settings.ALIVE_DIR:
        Path(settings.ALIVE_DIR, f"alive-{process}").touch()


def leave(process: Process) -> None:
    """Say good-bye: whoever stops on purpose is not looked for."""
    _last.pop(process, None)
    try:
        Heartbeat.objects.filter(process=process, instance=INSTANCE).delete()
    except Error as problem:
        log.warning("no good-bye written: %s", type(problem).__name__)
        connection.close()
    if settings.ALIVE_DIR:
        Path(settings.ALIVE_DIR, f"alive-{process}").unlink(missing_ok=True)


def forget() -> int:
    """Forget the machines that have been silent for too long; the number of processes forgotten."""
    return Heartbeat.objects.filter(at__lt=Now() - FORGOTTEN_AFTER).delete()[0]
