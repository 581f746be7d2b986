"""What is kept about a person: each app says what it holds, hands it over, and erases it; the figures stay.

A person is known by a reference (`cohorts.candidate:<key>`). Erasing leaves a tombstone, a row and a line in a file of
DATA_DIR, without a name: a backup older than the erasure is restored with the tombstones that are younger than it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from . import clock, notices, tombstones
from .models import AccessLink, JournalEntry, OptOut, OutgoingMessage, Tombstone
from .states import MessageState
from .workflow import THE_CLOCK, Actor, Refused

# The version that whoever applies today is shown.
NOTICE_VERSION = notices.CURRENT.version

Held = dict[str, list[dict[str, Any]]]
Erased = dict[str, int]


@dataclass(frozen=True)
class Holder:
    """What an app does for a person: hand over what it holds, say whether their file is live, close it, erase it."""

    key: str
    collect: Callable[[str], Held]
    erase: Callable[[str, datetime], Erased]
    is_live: Callable[[str], bool] = lambda subject: False
    close: Callable[[str, Actor], None] = lambda subject, by: None
    # Leaves the line of the journal, in the person's own file.
    note: Callable[[str, Actor], None] = lambda subject, by: None
    # Has the person to itself until the commit: nobody merges them with another meanwhile.
    hold: Callable[[str], None] = lambda subject: None
    # The other references by which the person was once known; each leaves a tombstone.
    aliases: Callable[[str], list[str]] = lambda subject: []


HOLDERS: dict[str, Holder] = {}


def register(holder: Holder) -> None:
    """Make a holder known; called where an app gets ready."""
    HOLDERS[holder.key] = holder


def collect(subject: str) -> Held:
    """Everything that is held about a person, by section, in plain values."""
    held: Held = {}
    for holder in HOLDERS.values():
        held |= holder.collect(subject)
    return {section: lines for section, lines in held.items() if lines}


@transaction.atomic
def erase(subject: str, *, by: Actor, even_if_live: bool = False, at: datetime | None = None) -> Erased:
    """Erase a person, once or again; what was erased, by kind. `at` is when it was first done, if it was.

    Refused while they are a candidate or a student, unless asked: their file is then closed first, so that whoever
    expects them hears of it. A second time erases what has been written since, and says nothing twice.
    """
    erased, names = _erase_rows(subject, by=by, even_if_live=even_if_live, at=at or clock.now())
    # Last: if the line cannot be written, nothing has been erased; the other way round a restore would undo it.
    for tombstone in Tombstone.objects.filter(subject__in=names).order_by("pk"):
        tombstones.engrave(tombstone)
    return erased


def would_erase(subject: str, *, by: Actor, even_if_live: bool = False) -> Erased:
    """What erasing would take, done and undone so that nothing is changed."""
    with transaction.atomic():
        erased, _names = _erase_rows(subject, by=by, even_if_live=even_if_live, at=clock.now())
        transaction.set_rollback(True)
    return erased


def _aliases(subject: str) -> list[str]:
    return [alias for holder in HOLDERS.values() for alias in holder.aliases(subject)]


def _erase_rows(subject: str, *, by: Actor, even_if_live: bool, at: datetime) -> tuple[Erased, list[str]]:
    """What was erased, and every reference by which the person was known before it was."""
    for holder in HOLDERS.values():
        holder.hold(subject)
    tombstone = Tombstone.objects.filter(subject=subject).first()
    if any(holder.is_live(subject) for holder in HOLDERS.values()):
        if not even_if_live:
            raise Refused(_("This file is still open: a host or a recruiter counts on it. Close it first."))
        for holder in HOLDERS.values():
            holder.close(subject, by)
    if tombstone is None:
        tombstone = Tombstone.objects.create(subject=subject, erased_at=at)
        for holder in HOLDERS.values():
            holder.note(subject, by)
    others = _aliases(subject)
    graves = [Tombstone(subject=alias, erased_at=tombstone.erased_at) for alias in others]
    Tombstone.objects.bulk_create(graves, ignore_conflicts=True)
    erased: Erased = {}
    for holder in HOLDERS.values():
        erased |= holder.erase(subject, tombstone.erased_at)
    return {kind: number for kind, number in erased.items() if number}, [subject, *others]


# -- again ----------------------------------------------------------------------------------------------------------


def replay(erased: dict[str, datetime]) -> int:
    """Erase again whoever these say was erased, as after a restore of an older backup; the number of people."""
    for subject, moment in erased.items():
        erase(subject, by=THE_CLOCK, even_if_live=True, at=moment)
    return len(erased)


# -- what holders call ------------------------------------------------------------------------------------------------

_BLANK = dict.fromkeys(("subject", "text", "html", "calendar", "secret", "last_error"), "")
_ON_ITS_WAY = (MessageState.PENDING, MessageState.SENDING)


def erase_letters(*, people: Iterable[str], files: Iterable[str], last: str) -> int:
    """Blank the letters to people and about their files; none of theirs leaves any more. The row and its key stay.

    A letter to somebody else that is on its way (a host learns that a student does not come) leaves first, and so does
    the one that tells the person of the erasure (`last`, a template): they are blanked by the next day's retention.
    """
    people, files = list(people), list(files)
    theirs = OutgoingMessage.objects.filter(to_ref__in=people)
    others = OutgoingMessage.objects.filter(about__in=[*files, *people]).exclude(to_ref__in=people)
    unsent = Q(sent_at__isnull=True) | Q(state=MessageState.BOUNCED)
    gone = dict.fromkeys(("lease_token", "lease_until")) | {"state": MessageState.CANCELLED}
    # What they were offered to want no more of says nothing of anybody now.
    label = OutgoingMessage._meta.label_lower
    revoke_links(f"{label}:{key}" for key in theirs.exclude(kind="").values_list("pk", flat=True))
    theirs = theirs.exclude(template=last, state__in=_ON_ITS_WAY)
    theirs.filter(unsent).exclude(state=MessageState.CANCELLED).update(**gone)
    others.filter(unsent).exclude(state__in=[*_ON_ITS_WAY, MessageState.CANCELLED]).update(**gone)
    number = theirs.exclude(text="", to_email="").update(to_email="", to_name="", **_BLANK)
    return number + blank_letters(others)


def blank_letters(letters: models.QuerySet) -> int:
    """Blank the bodies of letters to somebody else; what is on its way leaves first (`erase_letters`)."""
    return letters.exclude(state__in=_ON_ITS_WAY).exclude(text="").update(**_BLANK)


def revoke_links(subjects: Iterable[str]) -> int:
    """Close every open link to these things."""
    open_links = AccessLink.objects.filter(subject__in=list(subjects), revoked_at__isnull=True)
    return open_links.update(revoked_at=clock.now())


def erase_reasons(files: Iterable[str], *, keep: Iterable[str]) -> int:
    """Blank what people typed as reasons in the journal of these files; codes (`keep`) and everything else stay.

    The one change the journal's trigger allows, and only while `tandem.erasing` is on in the same transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.erasing', 'on', true)")
    lines = JournalEntry.objects.filter(about__in=list(files)).exclude(reason="").exclude(reason__in=list(keep))
    number = lines.update(reason="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.erasing', 'off', true)")
    return number


def letters_of(*, people: Iterable[str], files: Iterable[str]) -> list[dict[str, Any]]:
    """The letters somebody was written, as they were."""
    theirs = OutgoingMessage.objects.filter(Q(to_ref__in=list(people)) & Q(about__in=[*files, *people]))
    return list(theirs.order_by("written_at").values("written_at", "sent_at", "to_email", "subject", "text"))


def opt_outs_of(people: Iterable[str]) -> list[dict[str, Any]]:
    """The letters somebody wants no more of."""
    return list(OptOut.objects.filter(person__in=list(people)).order_by("at").values("kind", "at"))


def erase_opt_outs(people: Iterable[str]) -> int:
    """Forget what somebody wanted no more of: nothing is written to them."""
    return OptOut.objects.filter(person__in=list(people)).delete()[0]


def journal_of(files: Iterable[str]) -> list[dict[str, Any]]:
    """What was done with somebody's files, without the names of who did it."""
    lines = JournalEntry.objects.filter(about__in=list(files)).order_by("pk")
    return list(lines.values("at", "subject", "actor_kind", "channel", "before", "after", "reason"))


def key_of(subject: str, model: type[models.Model]) -> str | None:
    """The key in a reference, if it names a record of this model."""
    label, _colon, key = subject.partition(":")
    return key if label == model._meta.label_lower else None
