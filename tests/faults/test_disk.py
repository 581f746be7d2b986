"""The disk is full while a long task writes its file: no half of one, no row that claims it, a page that says why."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation

from partnership import jobs
from partnership.models import Job, JournalEntry
from partnership.states import JobState
from tests import factories

pytestmark = pytest.mark.django_db
SMALL = 4096
ROWS = 40


@contextmanager
def hardly_any_room():
    """No file may grow beyond a few kilobytes: what an ordinary user can do of a full disk, and the kernel's own no."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_does_not_fit_leaves_nothing_behind_and_spares_the_one_before(folder):
    default_storage.save("jobs/list.csv", ContentFile(b"the old one"))
    with hardly_any_room(), pytest.raises(OSError, match="too large|No space"):
        default_storage.save("jobs/list.csv", ContentFile(b"x" * 3 * SMALL))
    assert [path.name for path in (folder / "jobs").iterdir()] == ["list.csv"]
    assert (folder / "jobs" / "list.csv").read_bytes() == b"the old one"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_task_without_room_for_its_file_fails_clearly_and_can_be_asked_again(language, folder, recruiter, client_of):
    cohort = factories.cohort()
    for _number in range(ROWS):
        factories.application(cohort)
    job = jobs.start("applications_export", by=recruiter, filters={}, order="nom", language="fr")
    with hardly_any_room():
        jobs.run_slice(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.result.name, job.errors) == (JobState.FAILED, "", [jobs.NO_ROOM])
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not JournalEntry.objects.filter(after="exported").exists()

    client = client_of(recruiter)
    with translation.override(language):
        page, file = reverse("job_detail", args=[job.pk]), reverse("job_result", args=[job.pk])
        words = translation.gettext(jobs.NO_ROOM)
    shown = client.get(page)
    assert (shown.status_code, words in shown.content.decode()) == (200, True)
    assert client.get(file).status_code == 404

    again = jobs.start("applications_export", by=recruiter, filters={}, order="nom", language="fr")
    jobs.run_slice(str(again.pk))
    again.refresh_from_db()
    assert (again.state, again.done) == (JobState.DONE, ROWS)
    assert Path(again.result.path).stat().st_size > SMALL
    assert JournalEntry.objects.filter(after="exported").count() == 1
    assert Job.objects.exclude(result="").count() == len([path for path in folder.rglob("*") if path.is_file()])
