"""Who was erased, written down beside the database: one line each, a moment and a reference, never a name."""

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from .models import Tombstone


def path() -> Path:
    """Where the lines are, from which an older database learns who was erased since."""
    return settings.DATA_DIR / "tombstones"


def read(file: Path) -> dict[str, datetime]:
    """The erased of such a file, and when; a line cut short by a power failure is no line."""
    if not file.exists():
        return {}
    found = {}
    for line in file.read_text().splitlines():
        moment, _space, subject = line.partition(" ")
        try:
            found[subject] = datetime.fromisoformat(moment)
        except ValueError:
            continue
    return {subject: moment for subject, moment in found.items() if ":" in subject}


def engrave(tombstone: Tombstone) -> None:
    """Add the line of a tombstone, once, and wait until it is on the disk."""
    file = path()
    if tombstone.subject in read(file):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    is_new = not file.exists()
    is_torn = not is_new and file.read_bytes()[-1:] not in (b"", b"\n")
    with open(file, "a", opener=lambda name, flags: os.open(name, flags, 0o600)) as lines:
        lines.write("\n" * is_torn + f"{tombstone.erased_at.isoformat()} {tombstone.subject}\n")
        lines.flush()
        os.fsync(lines.fileno())
    if is_new:
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
