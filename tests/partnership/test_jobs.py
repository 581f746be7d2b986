"""Long tasks: a little at a time, what is done is kept, a failure says why, and a dead worker's task is taken over."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from partnership import clock, jobs
from partnership.models import Job
from partnership.states import JobState

pytestmark = pytest.mark.django_db
KIND = "count to five"


@pytest.fixture
def kind(monkeypatch):
    """A kind of task whose step adds one to `done`, and which is finished at five."""

    def step(job):
        job.done += 1
        job.total = 5
        return job.done == 5

    monkeypatch.setitem(jobs.KINDS, KIND, jobs.Kind(KIND, "Count to five", step))
    return KIND


def test_a_task_is_worked_to_its_end_and_dated(kind, coordinator):
    job = jobs.start(kind, by=coordinator, zone="lyon")
    assert (job.state, job.parameters) == (JobState.WAITING, {"zone": "lyon"})
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 5, 5)
    assert job.ended_at is not None
    assert job.lease_until is None


def test_a_long_task_lets_others_pass_and_goes_on_where_it_was(kind, coordinator, monkeypatch):
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0)
    job = jobs.start(kind, by=coordinator)
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.WAITING, 0)
    assert job in jobs.waiting()
    monkeypatch.undo()
    monkeypatch.setitem(jobs.KINDS, KIND, jobs.Kind(KIND, "", lambda job: setattr(job, "done", job.done + 1) or True))
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 1)


def test_a_failure_is_kept_with_what_was_done_before_it(coordinator, monkeypatch):
    def step(job):
        if job.done == 2:
            raise ValueError("ligne 3 : date impossible")
        job.done += 1
        return False

    monkeypatch.setitem(jobs.KINDS, KIND, jobs.Kind(KIND, "", step))
    job = jobs.start(KIND, by=coordinator)
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.errors) == (JobState.FAILED, 2, ["ligne 3 : date impossible"])
    assert job.ended_at is not None
    assert job not in jobs.waiting()


def test_a_task_that_a_worker_holds_is_left_to_it_until_its_lease_is_over(kind, coordinator):
    job = jobs.start(kind, by=coordinator)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=Now() + timedelta(minutes=1))
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.RUNNING, 0)
    assert jobs.waiting() == []

    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert jobs.waiting() == [job]
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_worker_with_a_wrong_clock_takes_nobody_s_task(kind, coordinator):
    job = jobs.start(kind, by=coordinator)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=Now() + timedelta(minutes=1))
    with clock.travel(clock.now() + timedelta(hours=1)):
        jobs.run_slice(job.pk)
        assert jobs.waiting() == []
    job.refresh_from_db()
    assert job.done == 0


def test_a_finished_task_rung_again_does_nothing(kind, coordinator):
    job = jobs.start(kind, by=coordinator)
    jobs.run_slice(job.pk)
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    assert job.done == 5
