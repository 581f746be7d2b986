"""Doorbells: each task takes ids or nothing and calls one service."""

from celery import shared_task

from . import jobs, limits, outbox


@shared_task(name="partnership.tasks.send_due")
def send_due() -> None:
    """Send a batch of what is due, and ring again while there is more: no task lasts a minute."""
    if outbox.send_due():
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


@shared_task(name="partnership.tasks.tidy_doors")
def tidy_doors() -> None:
    """Forget what the doors need no longer."""
    limits.forget_old()
