"""Backups of the whole: database, files and tombstones, of one moment; and their return onto a new machine.

What a restored database knows is old. Whoever was erased since is erased again; nobody is signed in; a letter that was
due may have left in the meantime, so a person decides about it; the links in people's mailboxes still open.
"""

import shutil
import tarfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from . import archive, clock, invariants, personal_data, services, tombstones
from .archive import DATABASE, FILES, TOMBSTONES, Unsafe
from .models import OutgoingMessage, Tombstone
from .states import MessageState

Say = Callable[[str], object]
# Small files of DATA_DIR that no row names: the demonstration's clock.
LOOSE = ("clock_shift",)
# A database that has none of these is nobody's: `migrate` and `load_reference` may already have run.
_SOMEBODYS = ("partnership_user", "partnership_convention", "cohorts_candidate")
# Sessions of before: whoever was dismissed or signed out since must not come back in.
_SESSIONS = (("sessions", "Session"), ("usersessions", "UserSession"))
SIGN_IN_CODE = "partnership/sign_in_code"
BEFORE = "before_the_restore"


# -- there ----------------------------------------------------------------------------------------------------------


def backup(place: Path, *, keep: int = 0, say: Say = print) -> Path:
    """Write a backup into a folder, whole or not at all, and return it; of the older ones the newest `keep` stay."""
    place = place.resolve()
    if place.is_relative_to(settings.DATA_DIR.resolve()):
        raise Unsafe("A backup inside DATA_DIR would be lost with it: choose another folder, best another machine.")
    pg_dump = archive.program("pg_dump", at_least=archive.server_version())
    made_at = clock.now()
    name = f"tandem-{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    try:
        with archive.whole(place, name) as folder:
            _write(folder.part, pg_dump, made_at)
    except OSError as problem:
        raise Unsafe(f"No backup was made: {problem.strerror or problem}.") from problem
    made = folder.path
    services.note_backup()
    size = sum(path.stat().st_size for path in made.iterdir())
    say(f"{made}: {size / 1e6:.1f} MB")
    if keep:
        for gone in archive.keep_newest(place, keep):
            say(f"removed {gone}")
    return made


def _write(part: Path, pg_dump: Path, made_at: datetime) -> None:
    # One snapshot for the counts, the names of the files and the dump: everybody goes on working meanwhile.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            cursor.execute("SHOW server_version")
            server = cursor.fetchone()[0]
        counts = archive.counts()
        names = set(invariants.named_files()) | {name for name in LOOSE if (settings.DATA_DIR / name).exists()}
        migrations = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
        missing = archive.pack_files(names, part / FILES)
        archive.run(
            pg_dump,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={part / DATABASE}",
        )
    # Last: whoever was erased while we wrote is among them.
    if tombstones.path().exists():
        shutil.copyfile(tombstones.path(), part / TOMBSTONES)
    archive.write_manifest(
        part,
        made_at=made_at.isoformat(),
        tandem=settings.VERSION,
        postgresql=server,
        migrations=migrations,
        counts=counts,
        files=len(names) - len(missing),
        missing=missing,
    )


# -- and back -------------------------------------------------------------------------------------------------------


def restore(folder: Path, *, replace: bool = False, erased: Iterable[Path] = (), say: Say = print) -> None:
    """Bring a backup back into this database and DATA_DIR; Unsafe, and nothing changed, where that is not safe.

    `erased` are tombstone files younger than the backup; the one in DATA_DIR, where it survived, is always read.
    """
    folder = _newest(folder)
    manifest = archive.read_manifest(folder)
    _must_be_known(manifest)
    _must_be_free(replace=replace)
    again = _erased_since(folder, erased)
    pg_restore = archive.program(
        "pg_restore", at_least=max(archive.server_version(), int(manifest["postgresql"].split(".")[0]))
    )
    unpacked = _unpack(folder)
    try:
        _replace_database(pg_restore, folder / DATABASE, manifest["counts"])
        _replace_files(unpacked)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    for table, number in manifest["counts"].items():
        if number:
            say(f"{number:>9}  {table}")
    say(f"restored {folder.name}: {sum(manifest['counts'].values())} rows in {len(manifest['counts'])} tables, equal")
    call_command("migrate", interactive=False, verbosity=0)
    _end_what_must_not_live_twice(say)
    _erase_again(again, say)
    if findings := invariants.check():
        say(f"{len(findings)} findings: manage.py check_invariants names them")


def _newest(folder: Path) -> Path:
    if (folder / archive.MANIFEST).exists() or not (found := archive.list_backups(folder)):
        return folder
    return found[0]


def _must_be_known(manifest: dict[str, Any]) -> None:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    if unknown := sorted(set(manifest["migrations"]) - ours):
        raise Unsafe(
            f"The backup is of a newer release ({manifest['tandem']}): {unknown[0]} is not known here. "
            "Install that release first."
        )


def _must_be_free(*, replace: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        if others := cursor.fetchone()[0]:
            raise Unsafe(f"The database is in use ({others} connections): stop web, workers, relay and beat first.")
        if replace:
            return
        for table in _SOMEBODYS:
            cursor.execute("SELECT to_regclass(%s)", [table])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 (a name of ours)
            if cursor.fetchone()[0]:
                raise Unsafe("The database is not empty: --replace puts the backup in its place.")
    if any(any(path.is_file() for path in folder.rglob("*")) for folder in _upload_folders()):
        raise Unsafe("DATA_DIR is not empty: --replace puts the backup's files in the place of those.")


def _upload_folders() -> list[Path]:
    names = {str(field.upload_to).partition("/")[0] for field in invariants.file_fields()}
    return [settings.DATA_DIR / name for name in sorted(names)]


def _erased_since(folder: Path, given: Iterable[Path]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for path in given:
        if not path.is_file():
            raise Unsafe(f"{path} is no file of tombstones.")
        found |= tombstones.read(path)
    return found | tombstones.read(tombstones.path()) | tombstones.read(folder / TOMBSTONES)


def _unpack(folder: Path) -> Path:
    """The files beside their place, on the same disk: too little room is known before anything is touched."""
    unpacked = settings.DATA_DIR / ".restored.part"
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        unpacked.mkdir(parents=True, mode=0o700)
        with tarfile.open(folder / FILES) as packed:
            packed.extractall(unpacked, filter="data")
    except OSError as problem:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise Unsafe(f"The files find no room: {problem.strerror or problem}. Nothing has been changed.") from problem
    except tarfile.TarError as problem:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise Unsafe(f"{folder / FILES} is no archive of files of ours. Nothing has been changed.") from problem
    return unpacked


def _replace_database(pg_restore: Path, dump: Path, counts: dict[str, int]) -> None:
    """Put the dump in the place of what is there, in full or not at all: the old schema waits until it is counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {BEFORE} CASCADE")
        cursor.execute(f"ALTER SCHEMA public RENAME TO {BEFORE}")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
        cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        _move_extensions(cursor, BEFORE, "public")
    connection.close()  # nothing it has prepared holds any more
    try:
        archive.run(
            pg_restore,
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            f"--dbname={connection.settings_dict['NAME']}",
            str(dump),
        )
        found = archive.counts()
        if found != counts:
            wrong = sorted(table for table in {*found, *counts} if found.get(table) != counts.get(table))
            raise Unsafe(f"The counts differ after the restore ({', '.join(wrong[:5])}).")
    except BaseException:
        with transaction.atomic(), connection.cursor() as cursor:
            _move_extensions(cursor, "public", BEFORE)
            cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
            cursor.execute(f"ALTER SCHEMA {BEFORE} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {BEFORE} CASCADE")
        cursor.execute("ANALYZE")


def _move_extensions(cursor: CursorWrapper, here: str, there: str) -> None:
    """A database has an extension once, and the dump looks for its operators in the schema that it fills."""
    cursor.execute("SELECT quote_ident(extname) FROM pg_extension WHERE extnamespace = to_regnamespace(%s)", [here])
    for (name,) in cursor.fetchall():
        cursor.execute(f"ALTER EXTENSION {name} SET SCHEMA {there}")


def _replace_files(unpacked: Path) -> None:
    for folder in _upload_folders():
        shutil.rmtree(folder, ignore_errors=True)
    for path in unpacked.iterdir():
        path.replace(settings.DATA_DIR / path.name)


# -- what is old is not taken for new ---------------------------------------------------------------------------------


def _end_what_must_not_live_twice(say: Say) -> None:
    ended = 0
    for app, model in _SESSIONS:
        if apps.is_installed(f"django.contrib.{app}") or apps.is_installed(f"allauth.{app}"):
            ended += apps.get_model(app, model)._default_manager.all().delete()[0]
    cache.clear()
    codes = OutgoingMessage.objects.filter(
        template=SIGN_IN_CODE, state__in=[MessageState.PENDING, MessageState.SENDING]
    )
    # A code that was asked for on the old machine opens nothing here.
    codes.update(state=MessageState.CANCELLED, lease_token=None, lease_until=None, secret="")  # noqa: S106 (forgotten)
    say(f"sessions ended: {ended}; letters held: {hold_due_letters()} (they may have left since: a person decides)")


def hold_due_letters() -> int:
    """Hold every letter that was due: what became of it since the backup nobody here knows; the number held."""
    due = OutgoingMessage.objects.filter(state=MessageState.PENDING, due_at__lte=clock.now())
    under_way = OutgoingMessage.objects.filter(state=MessageState.SENDING)
    held = {"state": MessageState.HELD, "last_error": "held by the restore: it may have left since the backup"}
    return due.update(**held) + under_way.update(lease_token=None, lease_until=None, **held)


def _erase_again(again: dict[str, datetime], say: Say) -> None:
    known = dict(Tombstone.objects.values_list("subject", "erased_at"))
    personal_data.replay(known | again)
    # Closing an open file writes to its host, who heard of it at the time; those letters are blanked the second time.
    hold_due_letters()
    personal_data.replay(known | again)
    say(f"erased again: {len(again.keys() - known.keys())} erased since the backup, {len(known)} before it")
