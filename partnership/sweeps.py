"""What is done within the minute though nobody rang: each app says what, and both beat and the relay see to it.

Beat needs the broker and the relay does not: what is swept goes on without either of them.
"""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError

from . import doorbell

log = logging.getLogger(__name__)

SWEEPS: dict[str, Callable[[], object]] = {}


def register(key: str, sweep: Callable[[], object]) -> None:
    """Make known what is looked at again and again; called where an app gets ready. Two may look at once."""
    SWEEPS[key] = sweep


def sweep() -> None:
    """Do whatever is to be done now; one sweep that fails keeps no other waiting."""
    for key, do in SWEEPS.items():
        try:
            do()
        except (OperationalError, InterfaceError):
            raise  # the database went away, or two met: the next look finds what is left
        except Exception:
            log.exception("sweep %s failed", key)


def ring_on_commit() -> None:
    """Have a worker sweep as soon as the present transaction is written, once however often it is asked for."""
    doorbell.once_on_commit(ring)


def ring() -> None:
    """Tell the worker that there is something to sweep."""
    doorbell.ring("sweep", otherwise="the relay will sweep")
