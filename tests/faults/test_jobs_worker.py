"""The worker of the long tasks is killed -9 in the middle of a slice: the task is taken up again, its result is one."""

import os
import time
from contextlib import contextmanager

import psycopg
import pytest
from celery import current_app
from django.db import connection

from partnership import jobs
from partnership.models import JournalEntry
from partnership.states import JobState, Role
from tests import factories

from .processes import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("promises_hold"),
    pytest.mark.timeout(600),
]
LEASE_SECONDS = 3
COMMAND = ["-m", "celery", "--quiet", "-A", "config", "worker", "--loglevel", "ERROR", "--concurrency", "1"]


@contextmanager
def locked(table):
    """Whoever writes to a table, or reads it if it is the applications', waits here: the slice stands still."""
    mode = "ACCESS EXCLUSIVE" if table == "cohorts_application" else "EXCLUSIVE"
    place = connection.settings_dict
    with psycopg.connect(
        host=place["HOST"], port=place["PORT"], user=place["USER"], password=place["PASSWORD"], dbname=place["NAME"]
    ) as line:
        line.execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield


@pytest.fixture
def worker(programs, tmp_path):
    """The worker of the jobs, with a short lease and a folder of its own."""
    return programs(
        *COMMAND,
        *["-Q", "jobs", "-n", f"jobs-{os.getpid()}@tandem"],
        JOB_LEASE_SECONDS=str(LEASE_SECONDS),
        DATA_DIR=str(tmp_path / "files"),
    )


@pytest.mark.parametrize("table", ["cohorts_application", "partnership_journalentry"])
def test_a_task_whose_worker_is_killed_is_taken_up_again_and_done_once(table, worker, tmp_path):
    """Killed while it reads the rows, and killed when its file is written and nobody knows it yet."""
    recruiter = factories.user(Role.RECRUITER)
    for _number in range(3):
        factories.application()
    with locked(table):
        job = jobs.start("applications_export", by=recruiter, filters={}, order="nom", language="fr")
        until(lambda: _waits_for(table), "the slice is in the middle", seconds=150)
        if table == "partnership_journalentry":
            assert len(_files(tmp_path)) == 1
        worker.kill()
    job.refresh_from_db()
    assert (job.state, job.result.name) == (JobState.RUNNING, "")
    worker.start()
    _is_done_once(job, tmp_path)


def test_a_task_that_loses_its_line_to_the_database_has_not_failed(worker, tmp_path):
    """A restart of PostgreSQL is nobody's failure: the same worker takes the task up again, on a new line."""
    recruiter = factories.user(Role.RECRUITER)
    for _number in range(3):
        factories.application()
    with locked("cohorts_application"), connection.cursor() as cursor:
        job = jobs.start("applications_export", by=recruiter, filters={}, order="nom", language="fr")
        until(lambda: _waits_for("cohorts_application"), "the slice is in the middle", seconds=150)
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    _is_done_once(job, tmp_path)
    assert worker.process.poll() is None


def _is_done_once(job, tmp_path):
    def done():
        # The part of beat, which rings every 30 seconds.
        current_app.send_task("partnership.tasks.ring_jobs", queue="jobs", retry=False)
        time.sleep(0.5)
        job.refresh_from_db()
        return job.state not in (JobState.WAITING, JobState.RUNNING)

    until(done, "the task is over", seconds=150)
    assert (job.state, job.errors) == (JobState.DONE, [])
    assert job.done == 3
    assert [path.name for path in _files(tmp_path)] == [job.result.name.rpartition("/")[2]]
    assert JournalEntry.objects.filter(after="exported").count() == 1


def _files(tmp_path):
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def _waits_for(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        return cursor.fetchone()
