"""Doorbells: each task takes ids or nothing and calls one service."""

from typing import Any

from celery import Task, shared_task
from celery.signals import task_prerun, worker_ready, worker_shutdown
from django.db import connection

from . import heartbeats, jobs, outbox, reminders, retention, sending, services, sweeps
from .states import Process


@task_prerun.connect
def say_that_the_worker_lives(task: Task, **_about: Any) -> None:
    """Each task that a worker takes shows that it lives; a worker is called by its queue."""
    queue = (task.request.delivery_info or {}).get("routing_key")
    if queue in Process:
        heartbeats.beat(Process(queue))


@worker_ready.connect
def say_that_the_worker_is_there(sender: Any, **_about: Any) -> None:
    """A worker tells that it lives as soon as it can take a task: it may wait long for the first."""
    for queue in sender.app.amqp.queues.consume_from:
        if queue in Process:
            heartbeats.beat(Process(queue))
    connection.close()  # one sign, then nothing: the work is done by others


@worker_shutdown.connect
def say_that_the_worker_leaves(sender: Any, **_about: Any) -> None:
    """A worker that is asked to stop is not looked for."""
    for queue in sender.app.amqp.queues.consume_from:
        if queue in Process:
            heartbeats.leave(Process(queue))


@shared_task(name="partnership.tasks.be_alive")
def be_alive() -> None:
    """Do nothing: that it was taken is the sign of life."""


@shared_task(name="partnership.tasks.send_due")
def send_due() -> None:
    """Send a batch of what is due, and ring again while there is more: no task lasts a minute."""
    if sending.send_due():
        outbox.ring()


@shared_task(name="partnership.tasks.run_job")
def run_job(key: str) -> None:
    """Work one slice of a long task."""
    jobs.run_slice(key)


@shared_task(name="partnership.tasks.ring_jobs")
def ring_jobs() -> None:
    """Ring again for tasks that no worker has."""
    for job in jobs.waiting():
        jobs.ring(job)


@shared_task(name="partnership.tasks.sweep")
def sweep() -> None:
    """Do what is to be done within the minute."""
    sweeps.sweep()


@shared_task(name="partnership.tasks.tell_administrators")
def tell_administrators() -> None:
    """Write about what has gone wrong."""
    services.tell_administrators()


@shared_task(name="partnership.tasks.check_invariants", soft_time_limit=240, time_limit=270)
def check_invariants() -> None:
    """Check everything that must hold."""
    services.check_invariants()


@shared_task(name="partnership.tasks.keep_no_longer")
def keep_no_longer() -> None:
    """Take away a part of what is past its time, and ring again while there is more."""
    _gone, is_all = retention.apply()
    if not is_all:
        retention.ring()


@shared_task(name="partnership.tasks.take_snapshots")
def take_snapshots() -> None:
    """Keep the figures of today if it ends, and of the days that are missing; ring again while there are more."""
    if not services.keep_snapshots():
        services.ring_for_snapshots()


@shared_task(name="partnership.tasks.remind")
def remind() -> None:
    """Tell what is due because time has passed."""
    reminders.remind()


@shared_task(name="partnership.tasks.notice_turns")
def notice_turns() -> None:
    """Tell of the milestones that have turned."""
    services.notice_turns()
