"""A backup of everything comes back on a new machine, with real pg_dump and pg_restore between two databases.

Whatever is said of one backup is said in one story, for making a database takes longer than asking it.
"""

import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.states import ExitReason
from partnership import archive, clock, links, outbox, personal_data, safekeeping, sending
from partnership.models import Convention, Job, JournalEntry, ref
from partnership.states import JobState, MessageState, Role
from partnership.workflow import THE_CLOCK, record
from programmes.models import Curriculum
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder"), pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]
NAME = "Quatremarque"

# Run on the new machine: what a person there would see.
LOOK = """
import json, sys, django
django.setup()
from django.test import Client
from partnership import invariants
from partnership.models import OutgoingMessage, Tombstone
from cohorts.models import Application, Candidate
from django.contrib.sessions.models import Session
said = {"sessions": Session.objects.count()}
client = Client(SERVER_NAME="127.0.0.1")
answer = client.post("/fr/connexion/", {"login": "camille@exemple.test", "password": sys.argv[1]})
said["signed in"] = [answer.status_code, client.get("/fr/recrutement/candidatures/").status_code]
said["link"] = Client(SERVER_NAME="127.0.0.1").get(sys.argv[2]).status_code
said["findings"] = [str(finding) for finding in invariants.check()]
said["names"] = sorted(Candidate.objects.exclude(last_name="").values_list("last_name", flat=True))
said["tombstones"] = list(Tombstone.objects.values_list("subject", flat=True))
said["letters"] = dict(OutgoingMessage.objects.values_list("key", "state"))
print(json.dumps(said))
"""
# Each table and index, and where each extension has its operators.
EVERYTHING = """
    SELECT relnamespace::regnamespace::text, relname FROM pg_class
    WHERE relkind IN ('r', 'i') AND relnamespace::regnamespace::text ~ '^(public|before)'
    UNION ALL SELECT extnamespace::regnamespace::text, extname FROM pg_extension
    ORDER BY 1, 2
"""


class Machine:
    """Another machine: a database of its own on the tests' server, a DATA_DIR, and commands run there."""

    def __init__(self, name: str, data: Path):
        self.data = data
        self.url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "DATA_DIR": str(data),
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def run(self, *command: str, **how) -> subprocess.CompletedProcess:
        full = [sys.executable, *command]
        return subprocess.run(full, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, **how)

    def manage(self, *command: str, **how) -> subprocess.CompletedProcess:
        return self.run("manage.py", *command, **how)


@contextmanager
def _another(name: str, data: Path):
    administration = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(administration, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Machine(name, data)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def machine(tmp_path):
    with _another(f"restored_{os.getpid()}", tmp_path / "new") as there:
        yield there


@pytest.fixture
def here(folder):
    """Our own machine, as a command sees it."""
    return Machine(connection.settings_dict["NAME"], folder)


def _letter(key: str, to, **options) -> None:
    outbox.post("placements/follow_link", key=key, about=to, to=to, reference="", programme="", **options)


def _leave_and_erase(file) -> None:
    services.withdraw(file, reason=ExitReason.MOVED, by=file.candidate)
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)


def test_a_backup_comes_back_on_a_new_machine_and_the_erased_stay_erased(machine, folder, tmp_path):
    recruiter = factories.user(Role.RECRUITER, email="camille@exemple.test")
    Client().force_login(recruiter, backend="allauth.account.auth_backends.AuthenticationBackend")
    stays, before, after = (
        factories.application(of=factories.candidate(last_name=name))
        for name in ("Reste", f"{NAME}-un", f"{NAME}-deux")
    )
    services.reject(stays, reason=ExitReason.PROFILE, by=recruiter)
    services.withdraw(after, reason=ExitReason.MOVED, by=after.candidate)
    while sending.send_due():
        pass
    address = links.new_url("follow", stays)
    job = Job.objects.create(kind="x", state=JobState.DONE, ended_at=clock.now(), started_by=recruiter)
    job.result.save("garde.csv", ContentFile(b"garde"))
    (folder / "jobs" / "orphan.csv").write_text("nobody's")
    _letter("being sent", recruiter)
    sending._claim(1, timedelta(0))
    _letter("due", recruiter)
    _letter("later", recruiter, due=clock.now() + timedelta(days=2))
    _leave_and_erase(before)
    for made_by_hand in (Curriculum.objects.get(), Convention.objects.get()):
        record(made_by_hand, made_by_hand.state, by=recruiter)
    counts = archive.counts()

    call_command("backup", str(tmp_path / "kept"), stdout=io.StringIO())
    (backup,) = archive.list_backups(tmp_path / "kept")
    manifest = json.loads((backup / archive.MANIFEST).read_text())
    assert JournalEntry.objects.filter(subject="backup").count() == 1  # the operations page reads its age there
    assert manifest["counts"] == counts and manifest["missing"] == []
    assert backup.stat().st_mode & 0o777 == 0o700
    assert NAME.encode() not in (backup / archive.MANIFEST).read_bytes()
    personal_data.erase(ref(after.candidate), by=THE_CLOCK)  # after the backup: it does not know

    restored = machine.manage("restore", str(tmp_path / "kept"), "--tombstones", str(folder / "tombstones"))
    assert restored.returncode == 0, restored.stderr
    assert f"{sum(counts.values())} rows in {len(counts)} tables, equal" in restored.stdout
    assert "letters held: 2" in restored.stdout
    assert "erased again: 1 erased since the backup, 1 before it" in restored.stdout

    seen = json.loads(machine.run("-c", LOOK, factories.PASSWORD, urlsplit(address).path).stdout)
    assert seen["signed in"] == [302, 200]
    assert seen["link"] == 200  # what people have in their mailbox still opens
    assert seen["findings"] == []
    assert seen["names"] == ["Reste"]
    assert set(seen["tombstones"]) == {ref(before.candidate), ref(after.candidate)}
    assert seen["sessions"] == 0
    assert {seen["letters"][key] for key in ("due", "being sent")} == {MessageState.HELD}
    assert seen["letters"]["later"] == MessageState.PENDING
    assert (machine.data / "jobs" / "garde.csv").read_bytes() == b"garde"
    assert not (machine.data / "jobs" / "orphan.csv").exists()
    assert (machine.data / "tombstones").read_text().count("\n") == 2

    # A second time: not over what is there, unless told.
    refused = machine.manage("restore", str(backup))
    assert refused.returncode == 1 and "not empty" in refused.stderr
    with psycopg.connect(machine.url) as there:
        assert there.execute("SELECT last_name FROM cohorts_candidate WHERE last_name <> ''").fetchall() == [("Reste",)]


def test_a_damaged_backup_or_one_of_a_newer_release_changes_nothing(folder, tmp_path):
    person = factories.candidate(last_name=NAME)
    made = safekeeping.backup(tmp_path / "kept", say=lambda said: None)
    whole = tmp_path / "whole"
    shutil.copytree(made, whole)

    with (made / archive.DATABASE).open("r+b") as dump:
        dump.seek(200)
        dump.write(b"\x00\x01\x02")
    with pytest.raises(archive.Unsafe, match="damaged"):
        safekeeping.restore(made, replace=True)

    manifest = json.loads((whole / archive.MANIFEST).read_text())
    for change, said in (
        ({"migrations": [*manifest["migrations"], "cohorts.9999_tomorrow"]}, "newer release"),
        ({"format": 99}, "format 99"),
        ({"parts": {}}, "has no"),
    ):
        (whole / archive.MANIFEST).write_text(json.dumps(manifest | change))
        with pytest.raises(archive.Unsafe, match=said):
            safekeeping.restore(whole, replace=True)
    (whole / archive.MANIFEST).write_text("{")
    with pytest.raises(archive.Unsafe, match="manifest"):
        safekeeping.restore(whole, replace=True)
    with pytest.raises(CommandError):
        call_command("restore", str(tmp_path))
    assert Candidate.objects.get() == person


@pytest.mark.full
def test_a_restore_that_fails_half_way_leaves_what_was_there(machine, folder, tmp_path):
    factories.candidate(last_name=NAME)
    made = safekeeping.backup(tmp_path / "kept", say=lambda said: None)
    broken = shutil.copytree(made, tmp_path / "broken")
    # Whole by its sums, but not what its manifest promises: found when the rows are counted.
    manifest = json.loads((broken / archive.MANIFEST).read_text())
    manifest["counts"]["cohorts_candidate"] += 1
    (broken / archive.MANIFEST).write_text(json.dumps(manifest))
    assert machine.manage("restore", str(made)).returncode == 0
    with psycopg.connect(machine.url, autocommit=True) as there:
        there.execute("CREATE TABLE was_here (x int)")
        had = there.execute(EVERYTHING).fetchall()
    failed = machine.manage("restore", str(broken), "--replace")
    assert failed.returncode == 1 and "counts differ" in failed.stderr and "cohorts_candidate" in failed.stderr
    with psycopg.connect(machine.url) as there:
        assert there.execute(EVERYTHING).fetchall() == had
        assert there.execute("SELECT last_name FROM public.cohorts_candidate").fetchall() == [(NAME,)]

    # And one that does not fail takes the place of all of it, the table of somebody else too.
    done = machine.manage("restore", str(made), "--replace")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(machine.url) as there:
        assert there.execute(EVERYTHING).fetchall() == [row for row in had if row[1] != "was_here"]


def test_a_full_disk_is_said_and_leaves_nothing_half(here, tmp_path):
    kept = tmp_path / "kept"
    factories.candidate()

    def with_little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    failed = here.manage("backup", str(kept), preexec_fn=with_little_room)
    assert failed.returncode == 1
    assert "CommandError" in failed.stderr and "large" in failed.stderr
    assert list(kept.iterdir()) == []


def test_runs_side_by_side_harm_nobody_and_the_newest_are_kept(tmp_path):
    kept = tmp_path / "kept"
    (kept / ".tandem-of-a-killed-run.1.part").mkdir(parents=True)
    (kept / ".tandem-of-a-killed-run.1.part" / ".lock").touch()
    with archive.whole(kept, "tandem-20200101T000000Z") as beside:
        (beside.part / archive.MANIFEST).write_text("{}")
        first = safekeeping.backup(kept, say=lambda said: None)
        assert not (kept / ".tandem-of-a-killed-run.1.part").exists()
        assert beside.part.exists()
    with archive.whole(kept, first.name) as same_second:
        (same_second.part / archive.MANIFEST).write_text("{}")
    assert same_second.path.name == f"{first.name}-2"
    assert [path.name for path in archive.list_backups(kept)][-1] == "tandem-20200101T000000Z"
    assert archive.keep_newest(kept, 2) == ["tandem-20200101T000000Z"]
    assert sorted(path.name for path in kept.iterdir()) == sorted([first.name, f"{first.name}-2"])


def test_no_backup_is_kept_inside_what_it_saves_nor_made_by_an_older_program(folder, settings, tmp_path):
    with pytest.raises(archive.Unsafe, match="inside DATA_DIR"):
        safekeeping.backup(folder / "kept")
    old = tmp_path / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    (old / "pg_dump").chmod(0o755)
    settings.PG_BIN = str(old)
    with pytest.raises(CommandError, match=r"of version \d+ or newer.*9\.6"):
        call_command("backup", str(tmp_path / "kept"))


@pytest.mark.full
def test_the_demonstration_moves_to_another_machine_and_back_over_itself(machine, folder, tmp_path):
    call_command("load_reference")
    call_command("demo", rentree="2027-09", stdout=io.StringIO())
    shift = (folder / "clock_shift").read_text()
    counts = archive.counts()
    kept = tmp_path / "kept"
    call_command("backup", str(kept), stdout=io.StringIO())
    here = Application.objects.filter(state="confirmed").first()
    services.withdraw(here, reason=ExitReason.MOVED, by=here.candidate)
    personal_data.erase(ref(here.candidate), by=THE_CLOCK)

    for turn in ([], ["--replace"]):
        done = machine.manage("restore", str(kept), "--tombstones", str(folder / "tombstones"), *turn)
        assert done.returncode == 0, done.stderr
        assert f"{sum(counts.values())} rows in {len(counts)} tables, equal" in done.stdout
        # It is told on a clock of its own, which came along.
        machine.environment["CLOCK_SHIFT"] = (machine.data / "clock_shift").read_text()
        assert machine.environment["CLOCK_SHIFT"] == shift
        checked = machine.manage("check_invariants")
        assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr
        with psycopg.connect(machine.url) as there:
            # Live when it was saved: closed and erased as it came back, and their host is not written to twice.
            rows = there.execute(
                "SELECT c.first_name, a.state FROM cohorts_candidate c JOIN cohorts_application a"
                " ON a.candidate_id = c.id WHERE a.id = %s",
                [here.pk],
            ).fetchall()
            assert rows == [("", "withdrawn")]
            due = "SELECT count(*) FROM partnership_outgoingmessage WHERE state = 'pending' AND due_at <= now()"
            assert there.execute(due).fetchone() == (0,)


def test_an_archive_that_would_write_elsewhere_is_refused(tmp_path, folder):
    with tarfile.open(tmp_path / archive.FILES, "w") as packed:
        packed.addfile(tarfile.TarInfo("../elsewhere"))
    with pytest.raises(archive.Unsafe):
        safekeeping._unpack(tmp_path)
    assert not (tmp_path / "elsewhere").exists()
    assert not any(folder.iterdir())
