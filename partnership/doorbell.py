"""The broker rings, and is never the record: a dead one costs a while, never an error."""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

log = logging.getLogger(__name__)


def ring(task: str, *arguments: str, queue: str = "quick", otherwise: str) -> None:
    """Ask a worker for a task of `partnership.tasks`; without a broker the log says what happens `otherwise`."""
    try:
        current_app.send_task(f"partnership.tasks.{task}", args=arguments, queue=queue, retry=False)
    except (BrokerError, OSError) as problem:
        log.warning("broker unreachable, %s: %s", otherwise, type(problem).__name__)


def once_on_commit(ring: Callable[[], None]) -> None:
    """Ring when the present transaction is written, one time however often it is asked: a deaf broker makes us wait."""
    if not any(callback is ring for _savepoints, callback, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(ring)
