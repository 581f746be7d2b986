"""What is past its time goes, in slices, and only that; a second time there is nothing to do."""

import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models.functions import Now

from config.celery import app
from partnership import clock, outbox, personal_data, retention, sending, tasks
from partnership.models import AccessLink, Job, OutgoingMessage, ref
from partnership.states import JobState, MessageState
from partnership.workflow import THE_CLOCK
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
OLD = clock.now() - timedelta(days=1000)


def _letter(key: str, state: str, at) -> None:
    person = factories.user()
    outbox.post("placements/follow_link", key=key, about=person, to=person, reference="CV-1", programme="X")
    sent = at if state == MessageState.SENT else None
    OutgoingMessage.objects.filter(key=key).update(state=state, sent_at=sent, written_at=at)


def _link(key: str, **fields) -> None:
    defaults = {"purpose": "follow", "subject": "partnership.user:x", "expires_at": clock.now() + timedelta(days=5)}
    AccessLink.objects.create(token_hash=key, **(defaults | fields))


def _task(state: str, at) -> Job:
    over = state in (JobState.DONE, JobState.FAILED)
    job = Job.objects.create(kind="x", state=state, started_by=factories.user(), ended_at=at if over else None)
    job.result.save(f"{uuid4()}.csv", ContentFile(b"a list of people"))
    return job


@pytest.fixture
def world(folder):
    now = clock.now()
    for state in (MessageState.SENT, MessageState.CANCELLED, MessageState.DEAD, MessageState.PENDING):
        _letter(f"old {state}", state, OLD)
        _letter(f"new {state}", state, now)
    _link("open"), _link("ended lately", expires_at=now - timedelta(days=5))
    _link("ended", expires_at=OLD), _link("revoked", revoked_at=OLD)
    _link("used and over", used_at=OLD, expires_at=now - timedelta(days=1)), _link("used", used_at=OLD)
    Session.objects.create(session_key="over", session_data="", expire_date=Now() - timedelta(days=1))
    Session.objects.create(session_key="open", session_data="", expire_date=Now() + timedelta(days=1))
    kept = [_task(JobState.DONE, now), _task(JobState.WAITING, OLD)]
    for state in (JobState.DONE, JobState.FAILED):
        _task(state, OLD)
    (folder / "jobs" / "left.csv").write_text("left by a kill")
    os.utime(folder / "jobs" / "left.csv", (1, 1))
    return kept


def test_only_what_is_past_its_time_goes_and_a_second_time_nothing(
    world, folder, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(retention, "SLICE", 1)  # several slices
    said = io.StringIO()
    call_command("retention", "--dry-run", stdout=said)
    numbers = [int(line.split()[0]) for line in said.getvalue().splitlines()]
    before = retention.due()
    assert list(before.values()) == numbers
    assert before == {key: 0 for key in retention.RULES} | {
        "stopped_letters": 1,
        "letters": 3,
        "links": 3,
        "sessions": 1,
        "tasks": 2,
        "files": 1,
    }

    with django_capture_on_commit_callbacks(execute=True):
        gone, is_all = retention.apply()

    assert (gone, is_all) == (before, True)
    blank = set(OutgoingMessage.objects.filter(text="", html="").values_list("key", flat=True))
    assert blank == {"old sent", "old cancelled", "old dead"}
    assert OutgoingMessage.objects.get(key="old sent").subject
    assert OutgoingMessage.objects.get(key="old dead").state == MessageState.CANCELLED
    assert not outbox.send_again(OutgoingMessage.objects.get(key="old sent"))
    assert set(AccessLink.objects.values_list("token_hash", flat=True)) == {"open", "ended lately", "used"}
    assert Session.objects.get().session_key == "open"
    assert set(Job.objects.all()) == set(world)
    assert {path.name for path in (folder / "jobs").iterdir()} == {job.result.name.split("/")[1] for job in world}
    assert not any(retention.due().values())
    assert retention.apply() == ({key: 0 for key in retention.RULES}, True)


def test_how_long_is_a_setting(settings):
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"letters": 2}
    _letter("x", MessageState.SENT, clock.now() - timedelta(days=3))
    assert retention.due()["letters"] == 1


def test_a_letter_that_left_after_its_subject_was_erased_is_blanked(django_capture_on_commit_callbacks):
    file = factories.application(state="rejected")
    host = factories.site()
    outbox.post("placements/follow_link", key="x", about=file, to=host, reference="Zéphirine", programme="")
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    assert retention.due()["erasures"] == 0  # it is on its way
    sending.send_due()
    assert OutgoingMessage.objects.get().text
    assert retention.apply()[0]["erasures"] == 1
    assert OutgoingMessage.objects.get().text == ""
    assert retention.due()["erasures"] == 0


def test_the_daily_task_rings_for_what_it_had_no_time_for(world, monkeypatch):
    monkeypatch.setattr(retention, "SLICE", 1)
    monkeypatch.setattr(retention, "SECONDS", -1)
    rung = []
    monkeypatch.setattr(retention, "ring", lambda: rung.append(1))
    tasks.keep_no_longer()
    assert rung and any(retention.due().values())
    daily = app.conf.beat_schedule["keep nothing past its time"]
    assert daily["task"] == tasks.keep_no_longer.name and daily["options"]["queue"] == "jobs"


def test_one_rule_that_fails_does_not_keep_the_rest(world, monkeypatch, caplog):
    def broken(limit):
        raise OSError("no such disk")

    rules = {"broken": retention.Rule("broken", "Broken", lambda: 0, broken), **retention.RULES}
    monkeypatch.setattr(retention, "RULES", rules)
    gone, _is_all = retention.apply()
    assert gone["broken"] == 0 and gone["letters"] == 3
    assert "broken" in caplog.text
