"""What must always hold: each app registers its own; one statement each, so that a million applications take seconds.

A finding names a reference (`app.model:key`), never a person. Statements compare what is written with what is written:
whoever calls them may do so while everybody works.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import tombstones
from .models import Amendment, Convention, OutgoingMessage, Tombstone
from .states import AmendmentState, ConventionState, JobState, MessageState

# Of one broken promise no more references than anybody would read.
MOST = 200
# What is at work may be late by this much: a slow server, a sweep that comes round every few seconds.
MARGIN = timedelta(minutes=5)
# A file is written before its row is committed: what is younger than this may still be waiting for it.
YOUNG = timedelta(hours=1)
# The laws that only a trigger can hold; a restore or a hand that disabled one is found here.
TRIGGERS = {
    "a_signed_amendment_is_immutable",
    "a_signed_convention_is_immutable",
    "changes_of_a_signed_amendment_stay",
    "commitments_change_by_amendment",
    "journal_is_append_only",
    "milestones_change_by_amendment",
    "objectives_change_by_amendment",
    "signatures_of_a_signed_amendment_stay",
    "signatures_of_a_signed_convention_stay",
}


@dataclass(frozen=True)
class Invariant:
    """A promise, and the references of whatever breaks it."""

    key: str
    label: str | Promise
    find: Callable[[], list[str]]


@dataclass(frozen=True)
class Finding:
    """One thing that breaks a promise."""

    key: str
    label: str
    reference: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reference} ({self.label})"


INVARIANTS: dict[str, Invariant] = {}


def register(*invariants: Invariant) -> None:
    """Make an app's promises known; called where it gets ready."""
    INVARIANTS.update({invariant.key: invariant for invariant in invariants})


def check() -> list[Finding]:
    """Everything that does not hold; an empty list is what there must be."""
    return [
        Finding(invariant.key, str(invariant.label), reference)
        for invariant in INVARIANTS.values()
        for reference in invariant.find()
    ]


def references(statement: str, **values: Any) -> list[str]:
    """The first column of a statement, at most MOST lines of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({statement}) AS found LIMIT {MOST}", values)  # noqa: S608 (ours, no input)
        return [str(row[0]) for row in cursor.fetchall()]


def of(model: type[models.Model], keys: Iterable[object]) -> list[str]:
    """The references of records of a model by their keys."""
    return [f"{model._meta.label_lower}:{key}" for key in keys]


def rows(queryset: models.QuerySet) -> list[str]:
    """The references of the records of a queryset, at most MOST of them."""
    return of(queryset.model, queryset.order_by().values_list("pk", flat=True)[:MOST])


# -- the journal ----------------------------------------------------------------------------------------------------


def journal_agrees(model: type[models.Model], *, begins_silently: bool = False) -> Invariant:
    """The last line of the journal that says a state of a thing says the one it is in.

    Lines are numbered while the thing's row is held, so the highest number is the last word, whatever the clocks say.
    """
    state = model._meta.get_field("state")
    table, label = connection.ops.quote_name(model._meta.db_table), model._meta.label_lower
    silent = "AND NOT (line.after IS NULL AND thing.state = %(first)s)" if begins_silently else ""
    statement = f"""
        WITH last AS (
            SELECT max(id) AS id FROM partnership_journalentry
            WHERE subject LIKE %(prefix)s AND after = ANY(%(states)s) GROUP BY subject
        ), line AS (SELECT subject, after FROM partnership_journalentry JOIN last USING (id))
        SELECT %(label)s || thing.id FROM {table} AS thing LEFT JOIN line ON line.subject = %(label)s || thing.id
        WHERE line.after IS DISTINCT FROM thing.state {silent}
    """  # noqa: S608 (names of ours, no input)
    values = {
        "prefix": f"{label}:%",
        "label": f"{label}:",
        "states": [choice for choice, _name in state.flatchoices],
        "first": str(state.default),
    }
    find = partial(references, statement, **values)
    return Invariant(f"{model._meta.model_name}_as_journal_says", _("a state is the last one its journal says"), find)


# -- the laws -------------------------------------------------------------------------------------------------------


def _laws_missing() -> list[str]:
    ours = [model for model in apps.get_models() if model._meta.app_config.label in _our_apps()]
    named = {constraint.name for model in ours for constraint in model._meta.constraints}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE convalidated AND connamespace = current_schema()::regnamespace "
            "UNION SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE indisvalid AND relnamespace = current_schema()::regnamespace"
        )
        constraints = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        triggers = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled NOT IN ('O', 'A')")
        disabled = {row[0] for row in cursor.fetchall()}
    return sorted(f"law:{name}" for name in (named - constraints) | (TRIGGERS - triggers) | disabled)


def _our_apps() -> set[str]:
    return {"partnership", "programmes", "cohorts", "placements"}


# -- letters and tasks ----------------------------------------------------------------------------------------------


def _letters_kept_too_long() -> list[str]:
    return references(
        "SELECT 'partnership.outgoingmessage:' || id FROM partnership_outgoingmessage "
        "WHERE state = %(sending)s AND lease_until < now() - %(margin)s",
        sending=MessageState.SENDING,
        margin=MARGIN,
    )


def _letters_to_the_wrong_person() -> list[str]:
    """A letter that has yet to leave goes to somebody, and its link opens something."""
    waiting = OutgoingMessage.objects.filter(
        state__in=[MessageState.PENDING, MessageState.SENDING, MessageState.HELD, MessageState.DEAD]
    )
    half_a_link = models.Q(link_purpose="") ^ models.Q(link_subject="")
    return rows(waiting.filter(models.Q(to_email="") | half_a_link))


def _tasks_nobody_works_on() -> list[str]:
    return references(
        "SELECT 'partnership.job:' || id FROM partnership_job "
        "WHERE (state = %(running)s AND (lease_until IS NULL OR lease_until < now() - %(margin)s)) "
        "OR (state <> %(running)s AND lease_until IS NOT NULL) "
        "OR (state = ANY(%(over)s) AND ended_at IS NULL)",
        running=JobState.RUNNING,
        margin=MARGIN,
        over=[JobState.DONE, JobState.FAILED],
    )


def _pointing_to_nothing(table: str, column: str, *, only: str = "true") -> list[str]:
    """The things named by a text column (`app.model:key`) that do not exist; the names of kinds are few."""
    table, column = connection.ops.quote_name(table), connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT split_part({column}, ':', 1) FROM {table} WHERE {column} <> '' AND {only}"  # noqa: S608
        )
        kinds = [row[0] for row in cursor.fetchall()]
    found = []
    known = {model._meta.label_lower: model for model in apps.get_models()}
    for kind in kinds:
        if kind not in known:
            found += [kind]
            continue
        target = connection.ops.quote_name(known[kind]._meta.db_table)
        found += references(
            f"SELECT DISTINCT {column} FROM {table} AS pointing WHERE {column} LIKE %(prefix)s AND {only} "  # noqa: S608
            f"AND NOT EXISTS (SELECT FROM {target} AS thing WHERE %(kind)s || thing.id = pointing.{column})",
            prefix=f"{kind}:%",
            kind=f"{kind}:",
        )
    return found


def _links_to_nothing() -> list[str]:
    return _pointing_to_nothing("partnership_accesslink", "subject", only="revoked_at IS NULL")


def _letters_about_nothing() -> list[str]:
    return _pointing_to_nothing("partnership_outgoingmessage", "about", only="state IN ('pending', 'sending')")


# -- files ----------------------------------------------------------------------------------------------------------


def file_fields() -> list[models.FileField]:
    """Every field that keeps a file, in every app."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ]


def named_files() -> dict[str, str]:
    """The files that rows speak of, and the row of each."""
    return {
        name: f"{field.model._meta.label_lower}:{key}"
        for field in file_fields()
        for key, name in field.model._default_manager.exclude(**{field.name: ""}).values_list("pk", field.name)
    }


def files_without_rows(*, younger: timedelta = YOUNG) -> list[str]:
    """Files in the folders of uploads that no row speaks of; what was written just now may still get its row."""
    if not isinstance(default_storage, FileSystemStorage):
        return []  # elsewhere, listing is the provider's own tool
    root = Path(default_storage.location)
    with connection.cursor() as cursor:
        # Compared with the machine's own time, as files are: the demonstration's clock is months away.
        cursor.execute("SELECT extract(epoch FROM now() - %s)", [younger])
        before = float(cursor.fetchone()[0])
    folders = {str(field.upload_to).partition("/")[0] for field in file_fields()}
    there = [
        path.relative_to(root).as_posix()
        for folder in sorted(folders)
        for path in (root / folder).rglob("*")
        if path.is_file() and path.stat().st_mtime < before
    ]
    # Asked after the files were listed: a row that came in between is seen.
    named = named_files() if there else {}
    return [f"file:{name}" for name in there if name not in named][:MOST]


def _rows_without_files() -> list[str]:
    missing = {name: reference for name, reference in named_files().items() if not default_storage.exists(name)}
    # A row that went away together with its file in the meantime is no finding.
    still = named_files() if missing else {}
    return [reference for name, reference in missing.items() if name in still][:MOST]


# -- the erased ---------------------------------------------------------------------------------------------------


def _tombstones_kept_once() -> list[str]:
    """A row without its line would be forgotten by a restored backup; a line without its row was not done."""
    rows_first = set(Tombstone.objects.values_list("subject", flat=True))
    lines = set(tombstones.read(tombstones.path()))
    rows_last = set(Tombstone.objects.values_list("subject", flat=True))
    return sorted((rows_first - lines) | (lines - rows_last))[:MOST]


# -- the convention -------------------------------------------------------------------------------------------------


def _signed_without_all_hands() -> list[str]:
    signed = Convention.objects.exclude(state=ConventionState.DRAFT)
    return rows(
        signed.filter(models.Q(signatures__isnull=True) | models.Q(signatures__signed_at__isnull=True)).distinct()
    )


def _amended_without_all_hands() -> list[str]:
    signed = Amendment.objects.filter(state=AmendmentState.SIGNED)
    return rows(
        signed.filter(models.Q(signatures__isnull=True) | models.Q(signatures__signed_at__isnull=True)).distinct()
    )


def register_ours() -> None:
    """Make the partnership's own promises known."""
    register(
        Invariant("laws_in_force", _("every constraint and trigger is in force"), _laws_missing),
        Invariant("letters_leased", _("a letter is not being sent for longer than its lease"), _letters_kept_too_long),
        Invariant(
            "letters_addressed", _("a letter to send has a reader, and a whole link"), _letters_to_the_wrong_person
        ),
        Invariant("letters_about_something", _("a letter to send is about something"), _letters_about_nothing),
        Invariant("links_open_something", _("an open link leads to something"), _links_to_nothing),
        Invariant(
            "tasks_leased", _("a task is leased exactly while it runs, and dated once over"), _tasks_nobody_works_on
        ),
        Invariant("files_have_rows", _("every file belongs to a row"), files_without_rows),
        Invariant("rows_have_files", _("every row has its file"), _rows_without_files),
        Invariant("erased_written_down", _("an erasure is written down beside the database"), _tombstones_kept_once),
        Invariant(
            "conventions_signed_by_all", _("a signed convention bears every signature"), _signed_without_all_hands
        ),
        Invariant(
            "amendments_signed_by_all", _("a signed amendment bears every signature"), _amended_without_all_hands
        ),
        journal_agrees(Convention, begins_silently=True),
        journal_agrees(Amendment, begins_silently=True),
    )
