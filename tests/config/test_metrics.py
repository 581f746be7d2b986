"""What Prometheus reads: closed without a token, quick, adding up over processes, and silent about everybody."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from cohorts.states import ApplicationState
from config.embedded import free_port
from partnership import clock
from partnership.models import Heartbeat, InvariantCheck, Job, OutgoingMessage
from partnership.states import JobState, Process
from tests import factories
from tests.faults.processes import until

TOKEN = "un-jeton-long-et-secret"  # noqa: S105 (of the tests)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def figures(text):
    """Every sample by its name and labels, read as Prometheus does."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def scrape(client, settings):
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = client.get(reverse("metrics"), headers=BEARER)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        return figures(answer.content.decode())

    return read


@pytest.mark.django_db
class TestTheDoor:
    def test_it_is_closed_by_default(self, client, administrator, client_of):
        for who in (client, client_of(administrator)):
            assert who.get(reverse("metrics"), headers=BEARER).status_code == 404

    @pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"])
    def test_without_the_token_nothing_is_told(self, client, settings, said):
        settings.METRICS_TOKEN = TOKEN
        answer = client.get(reverse("metrics"), headers={"Authorization": said})
        assert (answer.status_code, answer.content) == (401, b"Unauthorized\n")

    def test_an_empty_token_opens_nothing(self, client, settings):
        settings.METRICS_TOKEN = ""
        assert client.get(reverse("metrics"), headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
class TestTheFigures:
    def test_the_machine_is_told(self, scrape, administrator):
        at = clock.now() - timedelta(minutes=20)
        for number, state in enumerate(["pending", "dead", "dead", "held"]):
            OutgoingMessage.objects.create(key=str(number), state=state, due_at=at, to_email="jeanne@exemple.test")
        Job.objects.create(kind="x", started_by=administrator, state=JobState.FAILED, ended_at=at)
        for process, age in ((Process.RELAY, 4), (Process.BEAT, 700)):
            Heartbeat.objects.create(process=process, instance="une", version="1", at=Now() - timedelta(seconds=age))
        InvariantCheck.objects.create(at=at, broken=3)
        for _ in range(2):
            factories.application(state=ApplicationState.SUBMITTED)
        told = scrape()
        assert told["tandem_letters", ("state", "pending")] == 1
        assert told["tandem_letters", ("state", "dead")] == 2
        assert told["tandem_letters", ("state", "held")] == 1
        assert told["tandem_letters", ("state", "sending")] == 0
        assert 1200 <= told["tandem_letters_oldest_seconds",] < 1260
        assert told["tandem_jobs", ("state", "failed")] == 1
        assert 4 <= told["tandem_heartbeat_age_seconds", ("instance", "une"), ("process", "relay")] < 60
        assert told["tandem_process_up", ("process", "relay")] == 1
        assert told["tandem_process_up", ("process", "beat")] == told["tandem_process_up", ("process", "quick")] == 0
        assert told["tandem_problem", ("rule", "dead_letters")] == 1
        assert told["tandem_problem", ("rule", "old_backup")] == 0
        assert told["tandem_invariants_broken",] == 3
        assert told["tandem_applications", ("state", "submitted")] == 2
        assert told["tandem_applications", ("state", "rejected")] == 0
        assert told["tandem_database_up",] == 1
        assert told["tandem_database_bytes",] > 1_000_000
        assert told["tandem_database_connections",] <= told["tandem_database_connections_max",]

    def test_sessions_are_counted_until_they_expire(self, scrape, client_of, administrator):
        before = scrape()["tandem_sessions",]
        client_of(administrator)
        assert scrape()["tandem_sessions",] == before + 1

    def test_a_scrape_costs_at_most_ten_statements_whatever_there_is(self, scrape, django_assert_max_num_queries):
        for number in range(30):
            OutgoingMessage.objects.create(key=str(number), state="dead", due_at=clock.now(), to_email="x@exemple.test")
            Heartbeat.objects.create(process=Process.RELAY, instance=f"m{number}", version="1", at=Now())
        with django_assert_max_num_queries(10):
            scrape()

    def test_requests_are_counted_by_name_and_status_and_never_by_path(self, scrape, client):
        link = reverse("placements:application_follow", args=["jeton-de-jeanne"])
        before = scrape()
        for _ in range(3):
            client.get(link)
        client.get("/fr/nulle-part-jeanne/")
        client.post(reverse("livez"))
        told = scrape()

        def more(view, status):
            key = "tandem_request_seconds_count", ("status", str(status)), ("view", view)
            return told.get(key, 0) - before.get(key, 0)

        assert more("placements:application_follow", 404) == 3
        assert more("livez", 405) == 1
        assert more("none", 404) == 1
        assert not [key for key in told if "jeton" in str(key) or "jeanne" in str(key)]

    def test_no_label_names_anybody(self, scrape, administrator, client_of):
        client_of(administrator).get(reverse("partnership:operations"))
        labels = {name for _name, *labels in scrape() for name, _value in labels}
        known = {"state", "process", "instance", "rule", "view", "status", "le", "version", "django", "python"}
        assert labels <= known


def test_without_a_database_the_figures_say_so():
    """In a process of its own, whose database nobody has ever seen."""
    asked = (
        "import django; django.setup(); from django.test import Client; c = Client(SERVER_NAME='localhost');"
        f"print(c.get('/metrics', headers={BEARER!r}).content.decode())"
    )
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        own = {
            "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{nobody.getsockname()[1]}/nothing",
            "METRICS_TOKEN": TOKEN,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", asked], env={**os.environ, **own}, capture_output=True, text=True, timeout=60
        )
    told = figures(done.stdout)
    assert told["tandem_database_up",] == 0, done.stderr
    assert ("tandem_sessions",) not in told


@pytest.mark.django_db(transaction=True)
def test_two_web_processes_are_added_up(programs, tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    folder = tmp_path / "metrics"
    programs(
        *command, "--workers", "2", "config.wsgi:application", METRICS_TOKEN=TOKEN, PROMETHEUS_MULTIPROC_DIR=str(folder)
    )

    def get(path, **headers):
        request = urllib.request.Request(address + path, headers=headers)  # noqa: S310 (our own address)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.read().decode()

    def answers():
        try:
            return get("/livez") == "ok"
        except OSError:
            return False

    def asked():
        return figures(get("/metrics", **BEARER))["tandem_request_seconds_count", ("status", "200"), ("view", "livez")]

    until(answers, "the site answers", seconds=60)
    first, more = asked(), 0
    while len(list(folder.iterdir())) < 2:  # until both have answered
        get("/livez")
        more += 1
        assert more < 5000
    for _ in range(20):
        get("/livez")
    assert asked() == first + more + 20
