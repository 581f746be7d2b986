"""P5 and P9: the list taken out as a file, a list from elsewhere brought in; beside Django's ORM doing the bare work.

Rows a second are rows a second of CPU, this process's and its PostgreSQL backend's together: no time is compared.
"""

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, BinaryIO

import psutil
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from cohorts import exports, listing, services
from cohorts.models import Application, Candidate, Cohort, Import
from cohorts.states import ApplicationState, Source
from partnership import clock, jobs
from partnership.states import JobState
from tests import factories

from . import sizes
from .measure import Line, alternate

if TYPE_CHECKING:
    from .bench import Bench

# What the floor's objects are made of: no column that the file does not hold.
_HELD = (
    "number",
    "state",
    "state_since",
    "source",
    "recruitment_source__name",
    "supported_by",
    "submitted_at",
    "candidate__first_name",
    "candidate__last_name",
    "candidate__phone",
    "candidate__email",
    "cohort__zone__name",
    "intake__starts_on",
    "intake__programme__short_title",
    "owner__full_name",
)


def take_out(bench: "Bench") -> Iterator[Line]:
    """The usual columns of every row, formula-safe and streamed; then what memory that takes."""
    bench.use(bench.scale.exported)
    rows = listing.rows(bench.recruiter, {}, "")
    number = rows.count()
    # Before any other file is written: what an earlier one took stays with the process and would hide what this takes.
    growth = grown_by(lambda file: exports.write(file, rows, exports.Layout.of("csv")))
    ours, least = into_a_file(lambda file: exports.write(file, rows, exports.Layout.of("csv"))), into_a_file(floor)
    mine, bare = alternate(ours, least, rounds=max(1, bench.scale.rounds // 3), times=1, warm=1)
    ratio = bare.cpu / mine.cpu
    yield Line(
        "P5",
        f"CSV export of {number:,} rows",
        f"{1000 * number / mine.cpu:,.0f} rows/s",
        f"{1000 * number / bare.cpu:,.0f} rows/s",
        f"{ratio:.2f}×",
        "≥ 5×",
        round(ratio, 2) >= 5,
    )
    yield Line("P5", "… its memory beside none", f"{growth:.1f} MB", "–", "–", "≤ 10 MB", growth <= 10)


def bring_in(bench: "Bench") -> Iterator[Line]:
    """A list received, read, checked, matched with whoever is known, confirmed and written, by turns with its floor."""
    bench.use(bench.scale.small)
    cohort, number = sizes.coming_cohort(), bench.scale.imported
    factories.commune()
    turn = count()

    def ours() -> None:
        file = ContentFile(_list(next(turn), number), name="liste.csv")
        said = {"name": "liste.csv", "intake": cohort.intake, "zone": cohort.zone, "source": "fair"}
        received = services.receive_list(file, by=bench.recruiter, **said)
        services.match_columns(received, columns=received.columns, by=bench.recruiter)
        _work(received)
        services.confirm_list(received, by=bench.recruiter)
        _work(received)
        assert received.rows.filter(written=True).count() == number

    def least() -> None:
        kept_in_bulk(_people(next(turn), number), cohort)

    mine, bare = alternate(ours, least, rounds=max(1, bench.scale.rounds // 3), times=1, warm=1)
    ratio = bare.cpu / mine.cpu
    yield Line(
        "P9",
        f"import of {number:,} rows, checked and written",
        f"{1000 * number / mine.cpu:,.0f} rows/s",
        f"{1000 * number / bare.cpu:,.0f} rows/s",
        f"{ratio:.2f}×",
        "≥ 0.3×",
        round(ratio, 2) >= 0.3,
    )


def _people(turn: int, number: int) -> list[list[str]]:
    """People of whom nobody is known, and no two are one."""
    first, last = sizes.FIRST_NAMES, sizes.LAST_NAMES
    return [
        [
            f"{last[place % len(last)]}-{turn}",
            first[place % len(first)],
            f"+3346{turn % 10}{place:06d}",
            f"p{turn}-{place}@exemple.test",
            "69100",
            "Terminale",
        ]
        for place in range(number)
    ]


def _list(turn: int, number: int) -> bytes:
    page = io.StringIO()
    headings = ["Nom", "Prénom", "Téléphone", "E-mail", "Code postal", "Niveau"]
    csv.writer(page, delimiter=";").writerows([headings, *_people(turn, number)])
    return page.getvalue().encode("cp1252")


def _work(received: Import) -> None:
    while received.job.state == JobState.WAITING:
        jobs.run_slice(str(received.job_id))
        received.job.refresh_from_db()
    received.refresh_from_db()


def kept_in_bulk(people: list[list[str]], cohort: Cohort) -> None:
    """The floor: the same people and enquiries by bulk_create, nothing read, nothing checked, nothing journalled."""
    now, persons, files = clock.now(), [], []
    for last, first, phone, email, postcode, _level in people:
        persons.append(Candidate(first_name=first, last_name=last, phone=phone, email=email, postcode=postcode))
        files.append(
            Application(
                candidate=persons[-1],
                cohort=cohort,
                intake=cohort.intake,
                state=ApplicationState.ENQUIRY,
                created_at=now,
                state_since=now,
                level="4",
                source="fair",
            )
        )
    with transaction.atomic():
        Candidate.objects.bulk_create(persons, batch_size=500)
        Application.objects.bulk_create(files, batch_size=500)


def into_a_file(write: Callable[[BinaryIO], object]) -> Callable[[], None]:
    """Write into a file of the disk."""

    def work() -> None:
        with tempfile.TemporaryFile() as file:
            write(file)

    return work


def floor(file: BinaryIO) -> None:
    """The ORM's iterator: an object a row, its neighbours joined, and Python's csv; no formula is looked for."""
    states, sources = dict(ApplicationState.choices), dict(Source.choices)
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text, delimiter=";")
    related = ("candidate", "cohort__zone", "intake__programme", "owner", "recruitment_source")
    rows = Application.objects.exclude(state=ApplicationState.DRAFT).select_related(*related).only(*_HELD)
    for row in rows.order_by("-submitted_at").iterator(chunk_size=2_000):
        writer.writerow(
            [
                row.reference,
                row.candidate.last_name,
                row.candidate.first_name,
                row.candidate.phone,
                row.candidate.email,
                states[row.state],
                timezone.localtime(row.state_since).strftime("%d/%m/%Y"),
                row.cohort.zone.name,
                row.intake.programme.short_title,
                row.intake.starts_on.strftime("%d/%m/%Y"),
                sources.get(row.source, ""),
                row.recruitment_source.name if row.recruitment_source else "",
                row.supported_by,
                row.owner.full_name if row.owner else "",
                timezone.localtime(row.submitted_at).strftime("%d/%m/%Y") if row.submitted_at else "",
            ]
        )
    text.detach()


def grown_by(write: Callable[[BinaryIO], object]) -> float:
    """How many MB more than before this process holds at most while it writes, looked at each time a block leaves."""
    process = psutil.Process(os.getpid())
    before = highest = process.memory_info().rss

    class Watched(io.FileIO):
        def write(self, block: bytes) -> int:
            nonlocal highest
            highest = max(highest, process.memory_info().rss)
            return super().write(block)

    with tempfile.NamedTemporaryFile() as place, Watched(place.name, "w") as file:
        write(file)
    return (highest - before) / 1e6
