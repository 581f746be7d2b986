"""The one way to change a state: compare and set, then a line in the journal."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.sql import UpdateQuery
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from . import clock
from .models import JournalEntry, ref
from .states import ActorKind, Channel

P = ParamSpec("P")
T = TypeVar("T")


class Actor(Protocol):
    """Whoever does a deed: a User, a Candidate, a HostSite, or THE_CLOCK."""

    actor_kind: ActorKind
    pk: Any


class _Clock:
    actor_kind = ActorKind.CLOCK
    pk = ""


THE_CLOCK = _Clock()


class Refused(Exception):
    """A deed the rules do not allow; its text is the reason, in the user's language."""

    def __init__(self, reason: str | Promise):
        super().__init__(str(reason))
        self.reason = str(reason)


class Stale(Exception):
    """Somebody else has changed the thing since it was shown: answered with a 409 and the newer state."""

    def __init__(self, thing: models.Model):
        super().__init__(str(thing))
        self.thing = thing
        self.thing.refresh_from_db()
        self.state = thing.get_state_display() if hasattr(thing, "get_state_display") else ""


def must_be_shown(thing: models.Model, version: str) -> None:
    """Stale unless a page that was sent showed the thing as it is now; `version` is what its form carried."""
    if version != str(thing.version):
        raise Stale(thing)


def _whole(deed: Callable[P, T]) -> Callable[P, T]:
    """Run a deed within its caller's transaction, as a part that fails with it; else in a transaction of its own.

    Unlike `atomic`, no savepoint inside: two statements a move, and nobody goes on after half of one.
    """

    @wraps(deed)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        if transaction.get_connection().in_atomic_block:
            return deed(*args, **kwargs)
        with transaction.atomic():
            return deed(*args, **kwargs)

    return whole


def _changed(thing: models.Model, rows: models.QuerySet, changes: dict[str, Any]) -> bool:
    """Change the thing's row, if it still is among the rows, and the thing with it; False if it is not.

    The new version comes back with the change; whatever is related to the thing stays fetched, for the letter.
    """
    versioned = hasattr(thing, "version")
    if versioned:
        query = rows.query.chain(UpdateQuery)
        query.clear_ordering(force=True)
        query.add_update_values(changes | {"version": models.F("version") + 1})
        sql, parameters = query.get_compiler(connection=transaction.get_connection()).as_sql()
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(f"{sql} RETURNING version", parameters)
            row = cursor.fetchone()
        if row is None:
            return False
        (thing.version,) = row
    elif not rows.update(**changes):
        return False
    computed = [name for name, value in changes.items() if hasattr(value, "resolve_expression")]
    for name, value in changes.items():
        if name not in computed:
            setattr(thing, name, value)
    if computed:
        thing.refresh_from_db(fields=computed)
    return True


@_whole
def move(
    thing: models.Model,
    to: str,
    *,
    by: Actor,
    reason: str = "",
    channel: Channel = Channel.WEB,
    version: int | None = None,
    **changes: Any,
) -> None:
    """Move a thing to a state of its flow and journal it; Refused if the flow forbids it, Stale if it has changed."""
    labels = dict(type(thing)._meta.get_field("state").flatchoices)
    if to not in thing.FLOW[thing.state]:
        raise Refused(
            _("%(thing)s cannot go from “%(old)s” to “%(new)s”.")
            % {"thing": thing, "old": labels[thing.state], "new": labels[to]}
        )
    before = thing.state
    rows = type(thing)._default_manager.filter(pk=thing.pk, state=before)
    if version is not None and hasattr(thing, "version"):
        rows = rows.filter(version=version)
    if not _changed(thing, rows, {"state": to, **changes}):
        raise Stale(thing)
    record(thing, to, by=by, before=before, reason=reason, channel=channel)


@_whole
def edit(
    thing: models.Model,
    *,
    by: Actor,
    version: int | None = None,
    channel: Channel = Channel.WEB,
    deed: str = "edited",
    before: str = "",
    reason: str = "",
    **changes: Any,
) -> None:
    """Change fields of a versioned thing that keeps its state, and journal it; Stale if it has changed since.

    The line says which fields, or the reason where one is given; `before` is what a field said on which figures of the
    past hang (past.py).
    """
    rows = type(thing)._default_manager.filter(pk=thing.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not _changed(thing, rows, changes):
        raise Stale(thing)
    said = reason or ", ".join(sorted(changes))[:500]
    record(thing, deed, by=by, before=before, reason=said, channel=channel)


def record(
    thing: models.Model,
    after: str,
    *,
    by: Actor,
    before: str = "",
    reason: str = "",
    channel: Channel = Channel.WEB,
) -> None:
    """Write a line of the journal about a thing, in the file it belongs to (`thing.about`, else itself)."""
    _line(thing, after, by=by, before=before, reason=reason, channel=channel).save(force_insert=True)


def record_all(
    things: Iterable[tuple[models.Model, str]], after: str, *, by: Actor, channel: Channel = Channel.WEB
) -> None:
    """Write a line about each of several things, with its reason, in one statement."""
    JournalEntry.objects.bulk_create(
        _line(thing, after, by=by, reason=reason, channel=channel) for thing, reason in things
    )


def _line(
    thing: models.Model, after: str, *, by: Actor, before: str = "", reason: str = "", channel: Channel = Channel.WEB
) -> JournalEntry:
    return JournalEntry(
        at=clock.now(),
        actor_kind=by.actor_kind,
        actor_ref=str(by.pk),
        channel=channel,
        subject=ref(thing),
        about=getattr(thing, "about", None) or ref(thing),
        before=before,
        after=after,
        reason=reason,
    )


@contextmanager
def refusing(reasons: Mapping[str, str | Promise]) -> Iterator[None]:
    """Turn the database's refusal by a named constraint into a Refused with its reason; any other one goes on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refusal:
        name = getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", None)
        if name not in reasons:
            raise
        raise Refused(reasons[name]) from refusal
