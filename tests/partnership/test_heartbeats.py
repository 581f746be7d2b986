"""Signs of life: a row for each process of each machine, on the database's clock."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from partnership import clock, heartbeats
from partnership.models import Heartbeat
from partnership.states import Process

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def just_started(monkeypatch):
    monkeypatch.setattr(heartbeats, "_last", {})


def test_a_process_has_one_row_on_each_machine(monkeypatch):
    for machine in ("une", "deux"):
        monkeypatch.setattr(heartbeats, "INSTANCE", machine)
        for _ in range(2):
            heartbeats._last.clear()
            heartbeats.beat(Process.RELAY)
    assert sorted(Heartbeat.objects.values_list("process", "instance")) == [("relay", "deux"), ("relay", "une")]


def test_a_second_sign_is_newer_than_the_first():
    heartbeats.beat(Process.BEAT)
    Heartbeat.objects.update(at=Now() - timedelta(minutes=12))
    heartbeats._last.clear()
    heartbeats.beat(Process.BEAT)
    assert Heartbeat.objects.filter(at__gt=Now() - timedelta(minutes=1)).count() == 1


def test_signs_are_dated_by_the_database_whatever_our_clock_says():
    with clock.travel(clock.now() + timedelta(hours=5)):
        heartbeats.beat(Process.QUICK)
    assert Heartbeat.objects.filter(at__lte=Now()).count() == 1


def test_signs_in_a_row_cost_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(50):
            heartbeats.beat(Process.RELAY)


def test_whoever_stops_on_purpose_is_not_looked_for(settings, tmp_path):
    settings.ALIVE_DIR = str(tmp_path)
    heartbeats.beat(Process.RELAY)
    assert [file.name for file in tmp_path.iterdir()] == ["alive-relay"]
    heartbeats.leave(Process.RELAY)
    assert not Heartbeat.objects.exists()
    assert not list(tmp_path.iterdir())


def test_machines_that_are_gone_are_forgotten(monkeypatch):
    heartbeats.beat(Process.RELAY)
    Heartbeat.objects.create(process=Process.RELAY, instance="partie", at=Now() - timedelta(days=2))
    assert heartbeats.forget() == 1
    assert [row.instance for row in Heartbeat.objects.all()] == [heartbeats.INSTANCE]


@pytest.mark.django_db(transaction=True)
def test_a_sign_that_cannot_be_written_stops_nobody(settings, tmp_path):
    settings.ALIVE_DIR = str(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partnership_heartbeat RENAME TO gone")
    try:
        heartbeats.beat(Process.RELAY)
    finally:
        connection.cursor().execute("ALTER TABLE gone RENAME TO partnership_heartbeat")
    # … and nobody believes it either.
    assert not list(tmp_path.iterdir())
    heartbeats.beat(Process.RELAY)
    assert Heartbeat.objects.count() == 1
