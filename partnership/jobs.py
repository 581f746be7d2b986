"""Long tasks in slices: progress in a row, each slice re-queued, so that no letter waits behind them."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from . import clock, doorbell, files
from .models import Job, User
from .states import JobState

log = logging.getLogger(__name__)

SLICE_SECONDS = 45
LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)
# Why a task failed, in words that its page can say in the reader's language; other reasons are for the log.
NO_ROOM = gettext_noop("There is no room left on the server for the file.")


@dataclass(frozen=True)
class Kind:
    """A kind of task: what it is called, and its step, which does a little work and says whether it is finished.

    `may_take` says whether whoever started it may still have its file: their roles may have changed since. `page` is
    the address of the page that shows it, where it has one of its own.
    """

    key: str
    label: str | Promise
    step: Callable[[Job], bool]
    may_take: Callable[[User, Job], bool] = lambda user, job: True
    page: Callable[[Job], str] = lambda job: ""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; called where an app gets ready."""
    KINDS[kind.key] = kind
    return kind


def start(kind: str, *, by: User, **parameters: object) -> Job:
    """Write the task down and ring the worker on commit."""
    job = Job.objects.create(kind=KINDS[kind].key, parameters=parameters, started_by=by, started_at=clock.now())
    transaction.on_commit(lambda: ring(job))
    return job


def ring(job: Job) -> None:
    """Tell the worker of a waiting task; beat rings again for whatever nobody took."""
    doorbell.ring("run_job", str(job.pk), queue="jobs", otherwise="beat will ring")


def waiting() -> list[Job]:
    """The tasks that nobody works on: new, between two slices, or left by a worker that died."""
    return list(Job.objects.filter(_free()))


def _free() -> Q:
    return Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=Now())


def run_slice(key: str) -> None:
    """Work on a task for at most SLICE_SECONDS, then let it wait for its next slice; a failure is kept in the row."""
    if not Job.objects.filter(_free(), pk=key).update(state=JobState.RUNNING, lease_until=Now() + LEASE):
        return
    job = Job.objects.get(pk=key)
    until = time.monotonic() + SLICE_SECONDS
    try:
        finished = False
        while not finished and time.monotonic() < until:
            finished = KINDS[job.kind].step(job)
            job.save(update_fields=["done", "total", "errors", "parameters", "result"])
    except Exception as problem:
        if not connection.is_usable():
            # The database went away, which is nobody's failure: the task is taken up again after its lease.
            connection.close()
            raise
        log.exception("task %s failed", job.pk)
        reason = NO_ROOM if files.is_for_want_of_room(problem) else str(problem)[:300]
        Job.objects.filter(pk=key).update(
            state=JobState.FAILED, errors=[*job.errors, reason], ended_at=clock.now(), lease_until=None
        )
        return
    if finished:
        Job.objects.filter(pk=key).update(state=JobState.DONE, ended_at=clock.now(), lease_until=None)
    else:
        Job.objects.filter(pk=key).update(state=JobState.WAITING, lease_until=None)
        ring(job)
