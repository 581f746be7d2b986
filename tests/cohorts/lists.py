"""Lists as they arrive: made into a file, brought, matched, checked and confirmed, as recruitment does."""

import csv
import io

from django.core.files.base import ContentFile

from cohorts import services
from cohorts.models import Import, ImportRow
from partnership import jobs

HEADINGS = ["Nom", "Prénom", "Téléphone", "E-mail", "Code postal"]


def text(rows, headings=HEADINGS, *, encoding="utf-8", delimiter=";") -> bytes:
    """A list as a spreadsheet saves it."""
    page = io.StringIO()
    csv.writer(page, delimiter=delimiter).writerows([headings, *rows])
    return page.getvalue().encode(encoding)


def receive(content: bytes, *, by, intake, zone=None, source="fair", name="forum.csv") -> Import:
    """Bring a list."""
    file = ContentFile(content, name=name)
    return services.receive_list(file, name=name, intake=intake, zone=zone, source=source, by=by)


def work(imported: Import) -> Import:
    """Let the worker do what there is to do, and see what has become of the list."""
    imported.refresh_from_db()
    while imported.job.state == "waiting":
        jobs.run_slice(str(imported.job_id))
        imported.job.refresh_from_db()
    assert imported.job.state == "done", imported.job.errors
    imported.refresh_from_db()
    return imported


def check(content: bytes, *, by, intake, **options) -> Import:
    """Bring a list and have it checked, its columns being what they seem."""
    imported = receive(content, by=by, intake=intake, **options)
    services.match_columns(imported, columns=imported.columns, by=by)
    return work(imported)


def confirm(imported: Import, *, by) -> Import:
    """Confirm what was shown."""
    services.confirm_list(imported, by=by)
    return work(imported)


def verdicts(imported: Import) -> dict[int, str]:
    """What becomes of each line."""
    return dict(imported.rows.values_list("line", "verdict"))


def told(imported: Import, line: int) -> list[str]:
    """The codes of what there is to say of a line."""
    return [code for code, *_rest in ImportRow.objects.get(of=imported, line=line).told]
