#!/usr/bin/env python3
"""Tandem's commands, from a fresh clone and nothing but python3 (3.11 or newer):

    python3 dev.py run             the whole site on this machine (PORT=8000 chooses the web port); Ctrl-C stops it
    python3 dev.py test [ARGS]     every test; ARGS go to pytest, --full adds the minutes-long ones
    python3 dev.py bench [P1 …]    what pages, letters and memory cost, each beside its floor; minutes for all of them
    python3 dev.py manage ARGS     a manage.py command, with the development services
    python3 dev.py clean           removes the environment (.venv) and all local data (.local)

The first start makes .venv from the hash-pinned lock. Where DATABASE_URL or REDIS_URL is unset, real PostgreSQL and
Valkey servers are started from wheels, with their data in .local.
"""

# ruff: noqa: UP031, UP036
# Standard library only, and nothing newer than Python 3.6 in the grammar: an old Python must get as far as the sentence
# that refuses it.
import fcntl
import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.lock"


def say(message):
    """Print one line of progress."""
    print("[dev] " + message, flush=True)


def succeeds(*command):
    """Run a command out of sight and tell whether it worked."""
    try:
        return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0
    except OSError:
        return False


def create_venv(uv):
    """Make an empty .venv that has pip, or that uv can fill."""
    shutil.rmtree(VENV, ignore_errors=True)
    if succeeds(sys.executable, "-m", "venv", VENV):
        return
    # Debian splits ensurepip off into python3-venv; three ways round it, the last asks.
    package = "python{}.{}-venv".format(*sys.version_info)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing %s with apt-get, once" % package)
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
        if succeeds(*apt, "update") and succeeds(*apt, "install", "-y", package):
            shutil.rmtree(VENV, ignore_errors=True)
            if succeeds(sys.executable, "-m", "venv", VENV):
                return
    shutil.rmtree(VENV, ignore_errors=True)
    if succeeds(sys.executable, "-m", "venv", "--without-pip", VENV):
        if uv:
            return
        if importlib.util.find_spec("pip"):
            if succeeds(sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"):
                return
    shutil.rmtree(VENV, ignore_errors=True)
    sys.exit("This Python cannot make a virtual environment with pip. On Debian or Ubuntu: apt-get install " + package)


def install():
    """Fill .venv from the lock, with uv or pip, whichever works."""
    started = time.monotonic()
    say("making .venv from %s" % LOCK.name)
    uv = shutil.which("uv")
    create_venv(uv)
    if uv and succeeds(uv, "pip", "install", "--require-hashes", "--python", PYTHON, "-r", LOCK):
        say(".venv ready in %.0f s (uv)" % (time.monotonic() - started))
        return
    # pip honours this machine's pip.conf and PIP_*, which uv does not.
    if not succeeds(PYTHON, "-m", "pip", "--version"):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("uv could not install %s and this Python has no pip to try instead." % LOCK.name)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    if subprocess.run(pip + ["--require-hashes", "-r", str(LOCK)]).returncode:
        sys.exit("pip could not install %s: its reason is above." % LOCK.name)
    say(".venv ready in %.0f s (pip)" % (time.monotonic() - started))


def ensure_environment():
    """Make .venv unless it stands and was made from this very lock by this very Python."""
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / ".made-from"
    folder = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # `run` and `test` started together make it once
        if not (PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted):
            install()  # a changed lock gets a new environment: nothing stale stays behind
            stamp.write_text(wanted)
    finally:
        os.close(folder)


def clean():
    """Remove what the other commands made; refuse while one of them is at work."""
    local = ROOT / ".local"
    for lock in sorted(local.glob("*/lock")):
        with open(str(lock)) as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit("A dev.py command is using this checkout: stop it first.")
    if local.is_symlink():  # the data of a checkout that the servers' user cannot enter lies elsewhere
        shutil.rmtree(str(local.resolve()), ignore_errors=True)
        local.unlink()
    for folder in (VENV, local, ROOT / "staticfiles"):
        shutil.rmtree(str(folder), ignore_errors=True)


def main():
    """Do what the first argument says."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] not in ("run", "test", "bench", "manage", "clean"):
        print(__doc__.strip())
        sys.exit(0 if arguments in ([], ["help"], ["-h"], ["--help"]) else 2)
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is needed; this is {}.{}.{}.".format(*sys.version_info))
    os.chdir(str(ROOT))
    os.umask(0o022)  # PostgreSQL's user must be able to read its programs; what is private is closed by name
    if arguments[0] == "clean":
        clean()
        return
    ensure_environment()
    os.environ["PATH"] = str(PYTHON.parent) + os.pathsep + os.environ.get("PATH", os.defpath)
    os.execv(str(PYTHON), [str(PYTHON), "-m", "config.runner"] + arguments)


if __name__ == "__main__":
    main()
