"""What probes are answered: alive, ready, or why not; they read nobody's session."""

import os
import socket
import subprocess
import sys
import time

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from partnership import heartbeats, operations
from partnership.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_a_site_with_all_its_parts_is_ready(client):
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "migrations": "ok", "broker": "ok"})


def test_a_database_behind_its_migrations_is_not_ready(client):
    MigrationRecorder.Migration.objects.filter(app="partnership").first().delete()
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()["migrations"]) == (503, "unapplied")


@pytest.mark.parametrize("is_deaf", [False, True])
def test_a_dead_or_deaf_broker_degrades_within_two_seconds(client, settings, is_deaf):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if is_deaf:
            listener.listen(10)
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        started = time.monotonic()
        assert not operations.ask_broker().answers  # all that a probe waits for
        took = time.monotonic() - started
        answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()["broker"], answer.json()["degraded"]) == (200, "down", True)
    assert took < 2


@pytest.mark.parametrize(("probe", "statements"), [("livez", 0), ("readyz", 1)])
def test_a_probe_reads_nobodys_session(client_of, administrator, django_assert_num_queries, probe, statements):
    client = client_of(administrator)
    client.get(reverse(probe))  # the sign of life of the web has been written
    with django_assert_num_queries(statements):
        assert client.get(reverse(probe)).status_code == 200


def test_being_asked_whether_it_is_ready_is_the_webs_sign_of_life(client, monkeypatch):
    monkeypatch.setattr(heartbeats, "_last", {})
    client.get(reverse("readyz"))
    assert Heartbeat.objects.get().process == "web"


def test_without_a_database_the_site_lives_and_is_not_ready():
    """In a process of its own, whose database nobody has ever seen."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        place = f"postgresql://nobody@127.0.0.1:{nobody.getsockname()[1]}/nothing"
        asked = (
            "import django; django.setup(); from django.test import Client; c = Client(SERVER_NAME='localhost');"
            "print(*[(c.get('/' + p).status_code, c.get('/' + p).content.decode()) for p in ('livez', 'readyz')])"
        )
        done = subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "DATABASE_URL": place, "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout.strip() == """(200, 'ok') (503, '{"database": "down"}')""", done.stderr
