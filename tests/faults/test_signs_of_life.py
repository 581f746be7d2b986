"""Real processes tell that they live, say good-bye when they are asked to stop, fall silent when they are killed."""

import os
import signal
from datetime import timedelta

import pytest
from celery import current_app
from django.db.models.functions import Now

from config.embedded import free_port
from partnership.models import Heartbeat, OutgoingMessage
from partnership.states import Process

from .processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
CELERY = ["-W", "ignore", "-m", "celery", "--quiet", "-A", "config"]
WORKER = [*CELERY, "worker", "--loglevel", "ERROR", "--concurrency", "1", "--without-gossip", "--without-mingle"]


def alive() -> set[str]:
    return set(Heartbeat.objects.values_list("process", flat=True))


def test_the_relay_and_beat_live_then_say_good_bye(programs, tmp_path):
    relay = programs("manage.py", "relay", "--every", "0.2", ALIVE_DIR=str(tmp_path))
    schedule = str(tmp_path / "schedule")
    beat = programs(*CELERY, "beat", "--schedule", schedule, "--pidfile=", ALIVE_DIR=str(tmp_path))
    until(lambda: alive() == {Process.RELAY, Process.BEAT}, "both live", seconds=60)
    assert (tmp_path / "alive-relay").exists() and (tmp_path / "alive-beat").exists()
    for program in (relay, beat):
        program.process.send_signal(signal.SIGTERM)
        program.process.wait(20)
    assert alive() == set()
    assert not (tmp_path / "alive-relay").exists() and not (tmp_path / "alive-beat").exists()


def test_a_worker_lives_by_the_tasks_it_takes_and_leaves_a_sign_when_it_is_killed(programs, tmp_path):
    queues = {Process.QUICK: f"quick-{os.getpid()}", Process.JOBS: f"jobs-{os.getpid()}"}
    worker = programs(*WORKER, "-Q", "quick,jobs", "-n", f"{queues[Process.JOBS]}@tandem", ALIVE_DIR=str(tmp_path))

    def rung():
        for queue in ("quick", "jobs"):
            current_app.send_task("partnership.tasks.be_alive", queue=queue, retry=False, expires=5)
        return alive() == {Process.QUICK, Process.JOBS}

    until(rung, "the worker lives", seconds=60)
    worker.kill()
    assert alive() == {Process.QUICK, Process.JOBS}
    worker.start()
    Heartbeat.objects.all().delete()
    until(rung, "it lives again", seconds=60)
    worker.process.send_signal(signal.SIGTERM)
    worker.process.wait(40)
    assert alive() == set()


def test_without_beat_worker_or_broker_the_relay_tells_administrators(programs, mail_server, administrator):
    """Beat fell silent twelve minutes ago, and nobody listens where the broker was."""
    Heartbeat.objects.create(process=Process.BEAT, instance="une", at=Now() - timedelta(minutes=12))
    server = mail_server()
    programs(
        *["manage.py", "relay", "--every", "0.2", "--patience", "0", "--watch", "1"],
        EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
    )
    until(lambda: len(server.taken()) == 1, "the letter leaves", seconds=60)
    assert {address for _ident, address, _answer in server.lines()} == {administrator.email}
    assert "le planificateur se tait depuis 12 minutes" in OutgoingMessage.objects.get().subject
