"""The letters caught by the development mail server, for the page that shows them; nothing of it runs in production."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings

AT_MOST = 100
# The catcher's own names: nanoseconds and a little chance, so that no name leads out of the folder.
_NAME = re.compile(r"[0-9]{1,20}-[0-9a-f]{1,12}")


@dataclass(frozen=True)
class Letter:
    """A letter as its reader has it."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str
    html: str


def newest(wanted: str = "") -> list[Letter]:
    """The newest letters, of which the recipient or the subject holds the wanted words."""
    if not settings.MAILBOX_DIR:
        return []
    found: list[Letter] = []
    for path in sorted(Path(settings.MAILBOX_DIR).glob("*.eml"), key=_when, reverse=True):
        letter = read(path.stem)
        if letter is not None and wanted.casefold() in f"{letter.to} {letter.subject}".casefold():
            found.append(letter)
            if len(found) == AT_MOST:
                break
    return found


def read(name: str) -> Letter | None:
    """The letter of a name, or None."""
    if not settings.MAILBOX_DIR or not _NAME.fullmatch(name):
        return None
    path = Path(settings.MAILBOX_DIR) / f"{name}.eml"
    if not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    return Letter(
        name=name,
        at=_at(path),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=parts["plain"].get_content() if parts["plain"] else "",
        html=parts["html"].get_content() if parts["html"] else "",
    )


def _when(path: Path) -> int:
    first = path.stem.partition("-")[0]
    return int(first) if first.isdigit() else 0


def _at(path: Path) -> datetime:
    # The catcher writes the machine's time; the site lives on its own clock.
    return datetime.fromtimestamp(_when(path) / 1e9, tz=UTC) + timedelta(seconds=settings.CLOCK_SHIFT)
