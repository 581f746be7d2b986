"""The development commands, started by dev.py: `run`, `test`, `bench` and `manage`, each with the servers it needs."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import django
from babel.messages import mofile, pofile
from django.core.management import call_command

from .embedded import ROOT, Child, Servers, dies_with_parent, local_folder

STARTED = time.monotonic()
# Each core that tests has a PostgreSQL, a Valkey and a mail catcher of its own; more than these gain little.
MOST_CORES = 4
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADDRESSES = {
    "/fr/": "the public page",
    "/fr/connexion/": "sign in",
    "/fr/admin/": "the reviewers' desk and the administration",
    "/fr/boite/": "every letter that left",
    "/fr/style/": "the components",
}
CHROMIUM_OF_MACOS = pathlib.Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def say(message: str) -> None:
    """Print one line of progress, with the seconds since the start."""
    print(f"[dev {time.monotonic() - STARTED:5.1f} s] {message}", flush=True)


def compile_catalogues(root: pathlib.Path = ROOT) -> None:
    """Compile each .po newer than its .mo, so that nobody needs gettext."""
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        part = target.with_suffix(f".{os.getpid()}.part")
        with source.open("rb") as text, part.open("wb") as compiled:
            mofile.write_mo(compiled, pofile.read_po(text, locale=source.parts[-3]))
        part.replace(target)  # whole or not at all: somebody else may be reading it


# -- one user of the development servers at a time, the others as guests ----------------------------------------------
@contextlib.contextmanager
def _held(path: pathlib.Path, how: int) -> Iterator[bool]:
    """Hold a lock on a file; yields whether we got it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def _served(servers: Servers, web_port: int, *, wait_for_guests: bool = False) -> Iterator[dict[str, str]]:
    """Start the servers, leave their addresses where a guest finds them, and stop them at the end."""
    addresses = servers.folder / "env.json"
    try:
        environment = servers.start(web_port)
        part = addresses.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps(environment))
        part.replace(addresses)
        yield _on_our_clock({**os.environ, **environment})
    finally:
        with _held(servers.folder / "guests", fcntl.LOCK_EX if wait_for_guests else fcntl.LOCK_EX | fcntl.LOCK_NB):
            addresses.unlink(missing_ok=True)
        servers.stop()


def _on_our_clock(environment: dict[str, str]) -> dict[str, str]:
    """Add the shift that the demonstration left with its data: every process lives on its day."""
    shift = pathlib.Path(environment["DATA_DIR"]) / "clock_shift"
    return {"CLOCK_SHIFT": shift.read_text(), **environment} if shift.exists() else environment


@contextlib.contextmanager
def development_environment(web_port: int) -> Iterator[dict[str, str]]:
    """The environment of the servers that are up in this checkout, or of our own, which wait for our guests."""
    servers = Servers("dev", durable=True)
    while True:
        with _held(servers.folder / "lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as ours:
            if ours:
                with _served(servers, web_port, wait_for_guests=True) as environment:
                    yield environment
                return
        with _held(servers.folder / "guests", fcntl.LOCK_SH), contextlib.suppress(FileNotFoundError):
            known = json.loads((servers.folder / "env.json").read_text())
            yield _on_our_clock({**os.environ, **known})
            return
        time.sleep(0.2)


# -- run --------------------------------------------------------------------------------------------------------------
def run(web_port: int) -> int:
    """Serve the whole site until somebody stops it."""
    servers = Servers("dev", durable=True)
    with _held(servers.folder / "lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as ours:
        if not ours:
            sys.exit("Another dev.py command (run or manage) is using this checkout: stop it first.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", web_port))
            except OSError as error:
                sys.exit(f"Port {web_port} cannot be used ({error.strerror}): choose another with PORT.")
        with _served(servers, web_port) as environment:
            say("PostgreSQL, Valkey and the mail catcher are up")
            if _python("-m", "config.runner", "prepare", environment=environment):
                sys.exit("The database could not be prepared: the reason is above.")
            say("the database is up to date")
            environment = _on_our_clock(environment)  # at the first start, the demonstration has just set it
            processes = commands(web_port, servers.folder / "schedule").items()
            children = [program(name, command, environment) for name, command in processes]
            try:
                return _supervise(children, servers, environment)
            finally:
                _stop(children)
                say("stopped")


def commands(web_port: int, schedule: pathlib.Path) -> dict[str, list[str]]:
    """The command of every process of Tandem, the same as docker-compose.yml; beat remembers in the file `schedule`."""
    granian = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(web_port), "--no-ws"]
    granian += ["--blocking-threads", "4", "--workers-kill-timeout", "5", "--log-level", "warning"]
    # Celery warns root at each start; production's image runs as an ordinary user.
    celery = ["-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "config"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    return {
        "web": [*granian, "config.wsgi:application"],
        "relay": [str(ROOT / "manage.py"), "relay"],
        "quick worker": [*worker, "-Q", "quick", "-n", "quick@tandem"],
        "jobs worker": [*worker, "-Q", "jobs", "-n", "jobs@tandem"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile="],
    }


def program(name: str, command: list[str], environment: dict[str, str], log: pathlib.Path | None = None) -> Child:
    """Start one process of Tandem; it writes where we do, or to a log of its own."""
    if name == "web":
        environment = {**environment, "DATABASE_POOL": os.environ.get("DATABASE_POOL") or "10"}

    def launch(**how: object) -> subprocess.Popen:
        with contextlib.ExitStack() as files:
            output = files.enter_context(log.open("ab")) if log else None
            how |= {"env": environment, "stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            return subprocess.Popen([sys.executable, *command], **how)

    # An orphan web server must still end its own worker; Celery's children see for themselves that theirs is gone.
    return Child(name, launch, orphan_with=signal.SIGTERM if name == "web" else signal.SIGKILL)


def _supervise(children: list[Child], servers: Servers, environment: dict[str, str]) -> int:
    """Keep every process alive, and say when the site answers."""
    ready, asked = False, time.monotonic()
    try:
        while True:
            for child in [*servers.children, *children]:
                child.tend(say)
            if ready and time.monotonic() - asked > 30:
                # As the health check of docker-compose.yml does: the web tells of its life when it is asked.
                asked = time.monotonic()
                _answers(f"{environment['PUBLIC_URL']}/readyz")
            if not ready and _answers(f"{environment['PUBLIC_URL']}/readyz"):
                ready = True
                say(f"ready: {environment['PUBLIC_URL']}/")
                for path, what in ADDRESSES.items():
                    print(f"    {environment['PUBLIC_URL']}{path:<16} {what}")
                print("Ctrl-C stops everything.", flush=True)
            time.sleep(0.25)
    except KeyboardInterrupt:
        return 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 – our own address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _stop(children: list[Child]) -> None:
    """End the processes of Tandem: ten seconds for what they have in hand, then no more."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + 10
    for child in children:
        child.wait(deadline - time.monotonic())


def prepare() -> int:
    """Bring the database up to date and fill it at the first start (a process of its own: it needs Django)."""
    compile_catalogues()
    django.setup()
    call_command("prepare_database", verbosity=0)
    call_command("demo")
    call_command("demo", accounts=True)
    return 0


# -- test, bench and manage -------------------------------------------------------------------------------------------
def test(arguments: list[str]) -> int:
    """Run the tests on servers of their own, beside whatever runs in this checkout; all of them on several cores."""
    is_whole = not any(argument.startswith("tests") for argument in arguments)
    # The longest file of the long run waits for most of its half hour: its core takes another turn beside it.
    cores = min(os.cpu_count() or 1, MOST_CORES) + ("--full" in arguments) if is_whole else 1
    options = ["-p", "tests.servers", "--durations=10"]
    if cores > 1:
        # A file at a time: what its tests share is made once.
        options += [f"--numprocesses={cores}", "--dist=loadfile"]
    with contextlib.ExitStack() as stack:
        each = [stack.enter_context(_servers_of_our_own(number)) for number in range(cores)]
        own = [{key: value for key, value in one.items() if os.environ.get(key) != value} for one in each]
        environment = each[0] | {"BROWSER": find_browser(), "SERVERS": json.dumps(own), "PUBLIC_FORM_GUARD": "0"}
        if "--full" in arguments:
            arguments.remove("--full")
            # Without a path the long tests alone: the others have their own run, and the two make a whole.
            environment["FULL"] = "long ones" if is_whole else "everything"
            # In the order of tests/conftest.py, where the longest files begin first.
            options += ["--timeout=900", *(["--no-loadscope-reorder"] if cores > 1 else [])]
        return _python("-m", "pytest", *options, *arguments, environment=environment)


def bench(arguments: list[str]) -> int:
    """Print what things cost beside their floors, on servers of its own."""
    with _servers_of_our_own() as environment:
        return _python("-m", "tests.bench", *arguments, environment=environment | {"PUBLIC_FORM_GUARD": "0"})


@contextlib.contextmanager
def _servers_of_our_own(number: int = 0) -> Iterator[dict[str, str]]:
    """Servers that leave nothing behind, for one run or one of its cores."""
    for left in local_folder().glob("test-*"):
        if not _is_alive(int(left.name.split("-")[1])):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
    compile_catalogues()
    servers = Servers(f"test-{os.getpid()}-{number}", durable=False)
    with _held(servers.folder / "lock", fcntl.LOCK_EX), _served(servers, 8000) as environment:
        yield environment


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def find_browser() -> str:
    """The path of a Chromium, installed by apt where we may, or nothing."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not found and CHROMIUM_OF_MACOS.exists():
        found = str(CHROMIUM_OF_MACOS)
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Chromium with apt-get, once")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        quiet["env"] = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-q", "update"], **quiet)
        subprocess.run(["apt-get", "-q", "install", "-y", "--no-install-recommends", "chromium"], **quiet)
        found = shutil.which("chromium")
    return found or ""


def manage(arguments: list[str]) -> int:
    """Run one manage.py command with the development services."""
    compile_catalogues()
    with development_environment(_web_port()) as environment:
        return _python(str(ROOT / "manage.py"), *arguments, environment=environment)


def _python(*arguments: str, environment: dict[str, str]) -> int:
    """Run a Python program in the foreground, where Ctrl-C reaches it, and return how it ended."""
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, preexec_fn=dies_with_parent(signal.SIGTERM)
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)  # Ctrl-C reached it too: let it say what it has to say
        process.terminate()
        process.wait(20)
        raise


# -- the command line -------------------------------------------------------------------------------------------------
def _web_port() -> int:
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        sys.exit(f"PORT is a number from 1 to 65535, not {port!r}.")
    return int(port)


def _stop_like_ctrl_c(signum: int, frame: object) -> None:
    """TERM and a closed terminal end a command as Ctrl-C does."""
    for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Do what dev.py was asked."""
    command, arguments = sys.argv[1], sys.argv[2:]
    commands: dict[str, Callable[[], int]] = {
        "run": lambda: run(_web_port()),
        "prepare": prepare,
        "test": lambda: test(arguments),
        "bench": lambda: bench(arguments),
        "manage": lambda: manage(arguments),
    }
    for signum in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(signum) != signal.SIG_IGN:  # nohup asked for that
            signal.signal(signum, _stop_like_ctrl_c)
    try:
        return commands[command]()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
