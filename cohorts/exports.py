"""The list as a file: exactly its rows in its order, in our columns or in those that other software expects.

PostgreSQL writes the texts of the cells, in one statement however many rows there are: none becomes an object here.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import EmptyResultSet
from django.core.files import File
from django.db import connection, transaction
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Expression,
    F,
    Func,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Length, LPad
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership import files, sheets
from partnership.models import Job, User
from partnership.workflow import record

from . import listing
from .models import RECRUITMENT, Application, ApplicationQuerySet, ColumnTemplate
from .states import ApplicationState, Availability, ExitReason, Funding, Level, Source

# More rows than this are written by the worker.
AT_ONCE = 5_000
BATCH = 5_000


# -- columns ----------------------------------------------------------------------------------------------------------


class _Written(Func):
    """A day or a number as PostgreSQL writes it by a pattern."""

    function = "to_char"
    output_field = CharField()


def _text(name: str) -> Callable[[], Expression]:
    return lambda: Coalesce(F(name), Value(""))


def _number(name: str) -> Callable[[], Expression]:
    return lambda: Coalesce(Cast(name, CharField()), Value(""))


def _day(name: str, pattern: str = "DD/MM/YYYY") -> Callable[[], Expression]:
    return lambda: Coalesce(_Written(F(name), Value(pattern)), Value(""))


def _moment(name: str, pattern: str = "DD/MM/YYYY") -> Callable[[], Expression]:
    here = Func(Value(settings.TIME_ZONE), F(name), function="timezone", output_field=DateTimeField())
    return lambda: Coalesce(_Written(here, Value(pattern)), Value(""))


def _word(name: str, choices: Iterable[tuple[str, Any]]) -> Callable[[], Expression]:
    return lambda: Case(*(When(**{name: key}, then=Value(str(word))) for key, word in choices), default=Value(""))


def _yes_or_no() -> Expression:
    known = When(has_employer=True, then=Value(str(_("yes")))), When(has_employer=False, then=Value(str(_("no"))))
    return Case(*known, default=Value(""))


def _moments_free() -> Expression:
    words = (Case(When(availability__contains=[key], then=Value(str(word)))) for key, word in Availability.choices)
    return Func(Value(", "), *words, function="concat_ws", output_field=CharField())


def _other_zones() -> Expression:
    theirs = Application.other_zones.through.objects.filter(application=OuterRef("pk")).order_by()
    names = theirs.values("application").annotate(names=StringAgg("zone__name", ", ", order_by="zone__order"))
    return Coalesce(Subquery(names.values("names")), Value(""), output_field=CharField())


def _reference() -> Expression:
    number = Cast("number", CharField())
    return Concat(
        Value("CV-"),
        _Written(F("intake__starts_on"), Value("YY")),
        Value("-"),
        LPad(number, Greatest(Value(4), Length(number)), Value("0")),
    )


def _birth() -> Expression:
    month = LPad(Cast("candidate__birth_month", CharField()), 2, Value("0"))
    return Func(
        Value("/"),
        month,
        Cast("candidate__birth_year", CharField()),
        function="concat_ws",
        output_field=CharField(),
    )


@dataclass(frozen=True)
class Column:
    """What one may take out of a file: its title, and what PostgreSQL writes into its cells."""

    title: Promise
    value: Callable[[], Expression]
    usual: bool = True


COLUMNS: dict[str, Column] = {
    "reference": Column(_("Reference"), _reference),
    "last_name": Column(_("Last name"), _text("candidate__last_name")),
    "first_name": Column(_("First name"), _text("candidate__first_name")),
    "phone": Column(_("Telephone"), _text("candidate__phone")),
    "email": Column(_("E-mail address"), _text("candidate__email")),
    "state": Column(_("State"), _word("state", ApplicationState.choices)),
    "state_since": Column(_("In this state since"), _moment("state_since")),
    "zone": Column(_("Zone"), _text("cohort__zone__name")),
    "programme": Column(_("Programme"), _text("intake__programme__short_title")),
    "intake": Column(_("Intake"), _day("intake__starts_on")),
    "source": Column(_("Heard of us through"), _word("source", Source.choices)),
    "recruitment_source": Column(_("Recruitment source"), _text("recruitment_source__name")),
    "supported_by": Column(_("Supported by"), _text("supported_by")),
    "owner": Column(_("Followed by"), _text("owner__full_name")),
    "submitted_at": Column(_("Submitted on"), _moment("submitted_at")),
    "created_at": Column(_("Begun on"), _moment("created_at"), usual=False),
    "birth": Column(_("Month of birth"), _birth, usual=False),
    "postcode": Column(_("Postcode"), _text("candidate__postcode"), usual=False),
    "commune": Column(_("Commune"), _text("candidate__commune__name"), usual=False),
    "level": Column(_("Level"), _word("level", Level.choices), usual=False),
    "diploma_on": Column(_("Diploma"), _day("diploma_on", "MM/YYYY"), usual=False),
    "languages": Column(_("Languages"), _text("languages"), usual=False),
    "availability": Column(_("Availability"), _moments_free, usual=False),
    "has_employer": Column(_("Employer"), _yes_or_no, usual=False),
    "employer_name": Column(_("Present employer"), _text("employer_name"), usual=False),
    "employer_siret": Column(_("SIRET of the employer"), _text("employer_siret"), usual=False),
    "job": Column(_("Position held"), _text("job"), usual=False),
    "management_years": Column(_("Years of management"), _number("management_years"), usual=False),
    "funding": Column(_("Paid for by"), _word("funding", Funding.choices), usual=False),
    "class_days": Column(_("Days free for the course"), _text("class_days"), usual=False),
    "other_zones": Column(_("Other possible zones"), _other_zones, usual=False),
    "reply_before": Column(_("Offer answered by"), _moment("reply_before", "DD/MM/YYYY HH24:MI"), usual=False),
    "waiting_rank": Column(_("Rank on the waiting list"), _number("waiting_rank"), usual=False),
    "exit_reason": Column(_("Closed because"), _word("exit_reason", ExitReason.choices), usual=False),
}


@dataclass(frozen=True)
class Layout:
    """Which columns a file has, in which order and under which titles, and the kind of file."""

    kind: str
    columns: Sequence[tuple[str, str]]
    template: str = ""

    @classmethod
    def of(cls, kind: str, template: ColumnTemplate | None = None) -> "Layout":
        """The columns of a template, or the usual ones in the present language."""
        if template is None:
            return cls(kind, [(key, str(column.title)) for key, column in COLUMNS.items() if column.usual])
        known = [(key, title) for key, title in template.columns if key in COLUMNS]
        return cls(kind, [(key, title or str(COLUMNS[key].title)) for key, title in known], template.name)

    @property
    def header(self) -> list[str]:
        """The titles."""
        return [title for _key, title in self.columns]


# -- writing ----------------------------------------------------------------------------------------------------------


@contextmanager
def cells(applications: ApplicationQuerySet, columns: Sequence[tuple[str, str]]) -> Iterator[Iterator[list[str]]]:
    """The rows of the export, in the present language: set down by the server at once, then read one by one.

    It is asked for by COPY, which needs no cursor that a pooler could lose, and done before the sheet is begun.
    """
    values = [COLUMNS[key].value() for key, _title in columns]
    with files.scratch() as raw:
        with suppress(EmptyResultSet):  # whoever sees no zone
            query = applications.select_related(None).values_list(*values).query
            asked = connection.ops.compose_sql(*query.sql_with_params())
            with connection.cursor() as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT csv)") as blocks:
                for block in blocks:
                    raw.write(block)
        raw.seek(0)
        yield csv.reader(TextIOWrapper(raw, "utf-8", newline=""))


def write(file: BinaryIO, applications: ApplicationQuerySet, layout: Layout, job: Job | None = None) -> int:
    """Write the applications into an open file; their number. A job sees it grow."""
    with cells(applications, layout.columns) as found:
        return sheets.write(layout.kind, file, layout.header, _seen_by(job, found) if job else found)


def _seen_by(job: Job, found: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(found, start=1):
        yield row
        if number % BATCH == 0:
            Job.objects.filter(pk=job.pk).update(done=number)


def note(number: int, filters: Mapping[str, Any], layout: Layout, *, by: User) -> None:
    """Journal who took how many rows away, as what and by which filters; of a search, only that it was."""
    said = [f"{key}={'…' if key == 'q' else value}" for key, value in filters.items() if value]
    said += [f"format={layout.kind}", *([f"template={layout.template}"] if layout.template else [])]
    record(by, "exported", by=by, reason=" ".join([f"applications={number}", *said])[:500])


def parameters(filters: Mapping[str, Any], order: str, layout: Layout) -> dict[str, Any]:
    """What the worker must know to write a long export: a template may have changed when it begins."""
    language = translation.get_language() or "fr"
    return {"filters": dict(filters), "order": order, "layout": asdict(layout), "language": language}


def step(job: Job) -> bool:
    """Write a long export to the job's file, as whoever asked for it sees the list now; always the last step."""
    if job.result:
        # Written and journalled by a worker that died before it could say so.
        return True
    asked = job.parameters
    applications = listing.rows(job.started_by, asked["filters"], asked["order"])
    job.total = applications.count()
    Job.objects.filter(pk=job.pk).update(total=job.total, done=0)
    with files.scratch() as file:
        with translation.override(asked["language"]):
            layout = Layout(**asked["layout"]) if "layout" in asked else Layout.of("csv")
            job.done = job.total = write(file, applications, layout, job)
        zones = job.started_by.zones_as(*RECRUITMENT)
        job.parameters["zones"] = None if zones is None else sorted(zones)
        job.result.save(f"candidatures-{job.pk}.{layout.kind}", File(file), save=False)
    with transaction.atomic():
        note(job.done, asked["filters"], layout, by=job.started_by)
        job.save(update_fields=["result", "done", "total", "parameters"])
    return True
