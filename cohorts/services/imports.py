"""Lists from elsewhere: received, matched, checked without writing anything, confirmed, then written in slices."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import translation
from django.utils.translation import gettext as _

from partnership import clock, jobs, sheets
from partnership.models import Job, User, Zone
from partnership.states import JobState
from partnership.workflow import Refused, edit, move, record, record_all

from .. import emails
from ..handover import owners_for
from ..imports.columns import guess, signature
from ..imports.people import Answers, Judgement, Known, Seen
from ..imports.rows import Circumstances, Read, Told, joinable, read
from ..models import (
    RECRUITMENT,
    Application,
    Candidate,
    Cohort,
    Import,
    ImportRow,
    Intake,
    KnownHeadings,
    RecruitmentSource,
)
from ..states import BECOMES_SOMETHING, ApplicationState, ImportState, RowVerdict
from .sameness import take_turns

CHECK, WRITE = "import_check", "import_write"
BATCH = 500
# After so long a step says how far it has come and lets the next one go on: no slice lasts a minute.
SECONDS = 20
SHOWN = 3
_PERSON = ("first_name", "last_name", "phone", "email", "birth_year", "birth_month", "postcode")
_PROJECT = ("level", "languages", "source", "supported_by", "has_employer", "availability")


# -- receiving --------------------------------------------------------------------------------------------------------


def receive_list(
    file: BinaryIO,
    *,
    name: str,
    intake: Intake,
    zone: Zone | None,
    source: str,
    by: User,
    came_by: RecruitmentSource | None = None,
) -> Import:
    """Keep a list and what its columns seem to be; sheets.Unreadable for what is none."""
    with sheets.read(file) as sheet:
        sample = [list(map(str, cells)) for _line, cells in islice(sheet.rows, SHOWN)]
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 16):
        digest.update(block)
    file.seek(0)
    headings = [heading[:120] for heading in sheet.header]
    known = KnownHeadings.objects.filter(signature=signature(headings)).first()
    imported = Import(
        name=name[:120],
        digest=digest.hexdigest(),
        reading={
            "kind": sheet.kind,
            "encoding": sheet.encoding,
            "delimiter": sheet.delimiter,
            "other_sheets": sheet.other_sheets,
        },
        headings=headings,
        sample=[[cell[:120] for cell in row] for row in sample],
        columns=known.columns if known else guess(headings, sample),
        intake=intake,
        zone=zone,
        source=source,
        recruitment_source=came_by,
        made_at=clock.now(),
        made_by=by,
    )
    imported.file.save(str(imported.pk), File(file), save=False)
    with transaction.atomic():
        imported.save(force_insert=True)
        record(imported, ImportState.RECEIVED, by=by)
    return imported


def same_list(imported: Import) -> Import | None:
    """An import of the very same file that has been written."""
    others = Import.objects.filter(digest=imported.digest, state=ImportState.WRITTEN).exclude(pk=imported.pk)
    return others.select_related("made_by").first()


@transaction.atomic
def match_columns(imported: Import, *, columns: Sequence[str], by: User) -> None:
    """Say what each column is, remember it for these headings, and have every row checked."""
    KnownHeadings.objects.update_or_create(signature=signature(imported.headings), defaults={"columns": list(columns)})
    move(imported, ImportState.CHECKING, by=by, columns=list(columns), problem="")
    imported.rows.all().delete()
    _begin(imported, CHECK, by=by)


def _begin(imported: Import, kind: str, *, by: User) -> None:
    language = translation.get_language() or "fr"
    imported.job = jobs.start(kind, by=by, of=str(imported.pk), language=language)
    imported.save(update_fields=["job"])


@transaction.atomic
def drop_list(imported: Import, *, by: User) -> None:
    """Forget a list and its rows; what was written from it stays. Refused while it is at work."""
    imported.refresh_from_db(from_queryset=Import.objects.select_for_update(of=("self",)).select_related("job"))
    at_work = imported.state in (ImportState.CHECKING, ImportState.WRITING)
    if at_work and (imported.job is None or imported.job.state != JobState.FAILED):
        raise Refused(_("This list is being read at this moment: wait until that is over."))
    record(imported, "removed", by=by)
    forget_lists([imported])


def forget_lists(lists: Iterable[Import]) -> int:
    """Delete lists with their rows and files."""
    lists = list(lists)
    names = [one.file.name for one in lists if one.file]
    Import.objects.filter(pk__in=[one.pk for one in lists]).delete()
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names])
    return len(lists)


# -- checking: nothing but the list's own rows is written -------------------------------------------------------------


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _circumstances(imported: Import) -> Circumstances:
    return Circumstances(
        imported.intake,
        imported.made_by,
        zone=imported.zone_id,
        source=imported.source,
        columns=imported.columns,
    )


def _known(rows: Iterable[Answers], imported: Import) -> Known:
    return Known(rows, intake=imported.intake_id, zones=imported.made_by.zones_as(*RECRUITMENT))


def _at_work(job: Job, state: ImportState) -> Import | None:
    """The list a task works on, as long as it is there and waits for that work."""
    lists = Import.objects.select_related("intake__programme", "made_by")
    return lists.filter(pk=job.parameters["of"], state=state).first()


def check_step(job: Job) -> bool:
    """Read rows and keep what would become of them, from where the last step has stopped."""
    imported = _at_work(job, ImportState.CHECKING)
    if imported is None:
        return True
    until = time.monotonic() + SECONDS
    try:
        with (
            translation.override(job.parameters["language"]),
            imported.file.open("rb") as file,
            sheets.read(file) as sheet,
        ):
            is_all = _check(imported, sheet.rows, job, until)
    except sheets.Unreadable as problem:
        with transaction.atomic():
            imported.rows.all().delete()
            move(imported, ImportState.RECEIVED, by=imported.made_by, problem=str(problem)[:300])
        return True
    if is_all:
        move(imported, ImportState.CHECKED, by=imported.made_by)
    return is_all


def _check(imported: Import, rows: Iterable[sheets.Row], job: Job, until: float) -> bool:
    at, seen = _circumstances(imported), Seen()
    last = imported.rows.aggregate(last=Max("line"))["last"] or 0
    for batch in _batches(rows):
        at.look_up(cells for _line, cells in batch)
        said = [(line, cells, row) for line, cells in batch if (row := read(cells, at)) is not None]
        known = _known([row.answers for line, _cells, row in said if line > last and not row.is_wrong], imported)
        kept = []
        for line, cells, row in said:
            judged = _judge(row, line, seen, known)
            if line > last:
                kept.append(_row(imported, line, cells, row, judged))
        _look_at_enquiries([row for row in kept if row.verdict == RowVerdict.COMPLETES])
        ImportRow.objects.bulk_create(kept)
        job.done = job.total = job.done + len(kept)
        Job.objects.filter(pk=job.pk).update(done=job.done, total=job.total)
        # What was read before is only read again: a step that did no more would be one too many.
        if kept and time.monotonic() > until:
            return False
    return True


def _judge(row: Read, line: int, seen: Seen, known: Known) -> Judgement:
    if row.is_wrong:
        return Judgement(RowVerdict.WRONG)
    above = seen.line_of(row.answers)
    if above is not None:
        return Judgement(RowVerdict.REPEATED, [Told("repeated", value=str(above))])
    seen.add(row.answers, line)
    return known.judge(row.answers)


def _row(imported: Import, line: int, cells: Sequence[Any], row: Read, judged: Judgement) -> ImportRow:
    is_wrong = judged.verdict == RowVerdict.WRONG
    return ImportRow(
        of=imported,
        line=line,
        verdict=judged.verdict,
        cells=[str(cell) for cell in cells] if is_wrong else [],
        answers={} if is_wrong else row.answers,
        told=[*row.told, *judged.told],
        application_id=judged.file,
    )


def _look_at_enquiries(rows: Sequence[ImportRow]) -> None:
    """An enquiry that lacks nothing of what its row says is known already."""
    enquiries = Application.objects.select_related("candidate").in_bulk([row.application_id for row in rows])
    for row in rows:
        if not any(_lacks(enquiries[row.application_id], row.answers)):
            _is_known(row)


def _is_known(row: ImportRow) -> None:
    row.verdict = RowVerdict.KNOWN
    row.told = [*row.told, Told("open", about=str(row.application_id))]


def _lacks(enquiry: Application, answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a row says that an enquiry does not know yet: of the person, and of the project; nothing is overwritten."""
    person = {name: answers[name] for name in _PERSON if answers.get(name) and not getattr(enquiry.candidate, name)}
    if "postcode" in person and answers.get("commune") and not enquiry.candidate.commune_id:
        person["commune_id"] = answers["commune"]
    project = {
        name: answers[name]
        for name in _PROJECT
        if answers.get(name) not in (None, "", []) and getattr(enquiry, name) in (None, "", [])
    }
    return person, project


# -- writing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_list(imported: Import, *, by: User) -> None:
    """Have the rows written that were shown; Refused if none becomes anything."""
    number = imported.rows.filter(verdict__in=BECOMES_SOMETHING).count()
    if not number:
        raise Refused(_("No row of this list becomes anything: there is nothing to confirm."))
    move(imported, ImportState.WRITING, by=by)
    _begin(imported, WRITE, by=by)
    Job.objects.filter(pk=imported.job_id).update(total=number)


def write_step(job: Job) -> bool:
    """Write a batch of confirmed rows, whole or not at all, or say that the list is written."""
    imported = _at_work(job, ImportState.WRITING)
    if imported is None:
        return True
    number = 0
    with transaction.atomic():
        waiting = imported.rows.filter(verdict__in=BECOMES_SOMETHING, written=False).order_by("line")[:BATCH]
        if rows := list(waiting):
            number = _write(imported, rows)
        else:
            _end(imported)
    job.done += number
    return not rows


def _end(imported: Import) -> None:
    """The file goes; whoever follows some of the people from now on is told, once, unless they brought them."""
    name = imported.file.name
    move(imported, ImportState.WRITTEN, by=imported.made_by, file="", sample=[])
    transaction.on_commit(lambda: default_storage.delete(name))
    made = imported.rows.filter(written=True, verdict=RowVerdict.NEW).exclude(application__owner=imported.made_by)
    numbers = dict(made.order_by().values_list("application__owner").annotate(number=Count("pk")))
    for owner in User.objects.filter(pk__in=[key for key in numbers if key]):
        emails.contacts_entrusted(imported, to=owner, number=numbers[owner.pk])


def _write(imported: Import, rows: Sequence[ImportRow]) -> int:
    by = imported.made_by
    take_turns((row.answers["first_name"] for row in rows), imported.intake)
    known = _known([row.answers for row in rows], imported)
    cohorts = joinable(by).filter(intake=imported.intake_id).in_bulk()
    judgements = {row.pk: known.judge(row.answers) for row in rows}
    # Of two rows about one known person the second waits for the next batch, which knows the first one's file.
    first: dict[UUID, int] = {}
    rows = [
        row
        for row in rows
        if (person := judgements[row.pk].person) is None or first.setdefault(person, row.pk) == row.pk
    ]
    for row in rows:
        judged = judgements[row.pk]
        row.verdict, row.application_id = judged.verdict, judged.file
        if row.answers["cohort"] not in cohorts:
            row.verdict, row.told = RowVerdict.WRONG, [*row.told, Told("no_zone")]
        elif judged.verdict not in BECOMES_SOMETHING:
            row.told = [*row.told, *(one for one in judged.told if list(one) not in row.told)]
    _complete_enquiries([row for row in rows if row.verdict == RowVerdict.COMPLETES], by=by)
    new = [(row, judgements[row.pk].person) for row in rows if row.verdict == RowVerdict.NEW]
    _begin_enquiries(imported, new, cohorts)
    done = [row for row in rows if row.verdict in BECOMES_SOMETHING]
    for row in rows:
        if row.verdict not in BECOMES_SOMETHING:
            row.save(update_fields=["verdict", "told", "application"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ImportRow._meta.db_table} SET written = true, application_id = made.file, "  # noqa: S608 (ours)
            "verdict = made.verdict "
            "FROM unnest(%s::bigint[], %s::uuid[], %s::text[]) AS made (line, file, verdict) WHERE id = made.line",
            [[row.pk for row in done], [row.application_id for row in done], [str(row.verdict) for row in done]],
        )
    return len(rows)


def _begin_enquiries(
    imported: Import, new: Sequence[tuple[ImportRow, UUID | None]], cohorts: Mapping[int, Cohort]
) -> None:
    now, people, files = clock.now(), [], []
    wanted = Counter(row.answers["cohort"] for row, _person in new)
    owners = {key: iter(owners_for(cohorts[key], number)) for key, number in wanted.items()}
    for row, person in new:
        answers = row.answers
        if person is None:
            made = Candidate(**{name: answers[name] for name in _PERSON if name in answers})
            made.commune_id, made.search_text = answers.get("commune") or None, made.searched()
            people.append(made)
            person = made.pk
        files.append(
            Application(
                candidate_id=person,
                cohort_id=answers["cohort"],
                intake_id=imported.intake_id,
                state=ApplicationState.ENQUIRY,
                created_at=now,
                state_since=now,
                owner=next(owners[answers["cohort"]]),
                recruitment_source_id=imported.recruitment_source_id,
                **{name: answers[name] for name in _PROJECT if name in answers},
            )
        )
        row.application_id = files[-1].pk
    Candidate.objects.bulk_create(people)
    Application.objects.bulk_create(files)
    reasons = [f"{imported.name} ({row.line})" for row, _person in new]
    record_all(zip(files, reasons, strict=True), ApplicationState.ENQUIRY, by=imported.made_by)


def _complete_enquiries(rows: Sequence[ImportRow], *, by: User) -> None:
    """Fill in what the enquiries lack, under a lock of theirs; one that lacks nothing any more is known already."""
    locked = Application.objects.select_related("candidate").select_for_update(of=("self", "candidate"), no_key=True)
    wanted = {row.application_id for row in rows}
    enquiries = locked.order_by("pk").in_bulk(wanted)
    # A merge that was waited for has given some of them to somebody else: they are there when they are asked for again.
    enquiries |= locked.order_by("pk").in_bulk(wanted - set(enquiries))
    for row in rows:
        enquiry = enquiries[row.application_id]
        person, project = _lacks(enquiry, row.answers)
        if not person and not project:
            _is_known(row)
            continue
        for name, value in person.items():
            setattr(enquiry.candidate, name, value)
        if person:
            enquiry.candidate.save(update_fields=[*person])
        edit(enquiry, by=by, **project)
