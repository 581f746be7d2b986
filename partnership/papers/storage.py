"""Where papers lie: under a number that says nothing, outside of what the web server hands out by itself."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from ..states import Scan
from ..workflow import Refused
from .checking import Paper
from .viruses import look_for_viruses

# `upload_to` of every field that names a paper: what lies there without a row is found, and goes after a day.
FOLDER = "papers/"


@contextmanager
def kept(paper: Paper) -> Iterator[str]:
    """Keep a paper under the name given, for the row written inside: afterwards both are there, or neither.

    Called outside of any other transaction; what is left of one that fails after this goes after a day (retention).
    """
    paper.seek(0)
    name = default_storage.save(f"{FOLDER}{uuid.uuid4()}.pdf", paper)
    try:
        with transaction.atomic():
            yield name
    except BaseException:
        default_storage.delete(name)
        raise


def discard(name: str) -> None:
    """Delete a paper's file once its row is gone for good."""
    transaction.on_commit(lambda: default_storage.delete(name))


def look_again(name: str) -> Scan:
    """What the virus scanner says now of a paper that waited for it."""
    with default_storage.open(name) as file:
        return look_for_viruses(file)


def serve(name: str, scan: str, *, filename: str) -> FileResponse:
    """A paper as a file to save, for whoever the view has found that they may; Refused until it is known as clean."""
    if scan == Scan.INFECTED:
        raise Refused(_("A virus was found in this paper, which nobody can open: ask for it again."))
    if scan != Scan.CLEAN:
        raise Refused(_("This paper is still being looked through for viruses: come back in a few minutes."))
    if not name or not default_storage.exists(name):
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return FileResponse(
        default_storage.open(name),
        as_attachment=True,
        filename=filename,
        content_type="application/pdf",
        headers=headers,
    )
