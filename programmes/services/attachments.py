"""Attachments of a module: PDFs that are part of its text, added and removed while its author holds the version."""

import hashlib

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from partnership import clock, papers
from partnership.models import User
from partnership.states import Scan
from partnership.workflow import Refused, record

from ..models import Attachment, CommissionOpinion, Module
from .holding import hold_to_write, refresh

# On one module; what is longer belongs into its texts.
MOST_ATTACHMENTS = 10
# At once; the next sweep goes on.
MOST_SCANS = 20


def attach(module: Module, paper: papers.Paper, *, title: str, by: User) -> Attachment:
    """Add a PDF to a module's text, in place of one of the same title; called outside of any transaction."""
    sha256 = hashlib.sha256()
    for chunk in paper.chunks():
        sha256.update(chunk)
    with papers.kept(paper) as name:
        hold_to_write(module.curriculum)
        refresh(module)
        former = module.attachments.filter(title=title).first()
        if former is not None:
            _take(former)
        elif module.attachments.count() >= MOST_ATTACHMENTS:
            raise Refused(_("A module has %(n)s attachments at most.") % {"n": MOST_ATTACHMENTS})
        attachment = Attachment.objects.create(
            module=module,
            title=title,
            file=name,
            sha256=sha256.hexdigest(),
            pages=paper.pages,
            scan=paper.scan,
            added_at=clock.now(),
            added_by=by,
        )
        _touch(module)
        record(attachment, "attached", by=by, reason=title)
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Take an attachment out of a module's text; versions decided before keep theirs."""
    hold_to_write(attachment.module.curriculum)
    if not Attachment.objects.filter(pk=attachment.pk).exists():
        raise Refused(_("This attachment has been removed meanwhile."))
    record(attachment, "detached", by=by, reason=attachment.title)
    _touch(attachment.module)
    _take(attachment)


def _take(attachment: Attachment) -> None:
    name = attachment.file.name
    attachment.delete()
    # The version it was copied from may name the same file.
    if not Attachment.objects.filter(file=name).exists():
        papers.discard(name)


def _touch(module: Module) -> None:
    # An author who has the module's page open reads it again before writing over it.
    Module.objects.filter(pk=module.pk).update(version=F("version") + 1)


def look_again() -> int:
    """Ask the virus scanner again about attachments and minutes it did not answer for; how many it has answered for."""
    answered = 0
    for model, file in ((Attachment, "file"), (CommissionOpinion, "minutes")):
        waiting = model.objects.filter(scan=Scan.PENDING)
        for name in waiting.order_by("?").values_list(file, flat=True)[:MOST_SCANS]:
            scan = papers.look_again(name)
            if scan == Scan.PENDING:
                return answered  # it is still away: the next sweep asks
            # A copy names the same file.
            answered += waiting.filter(**{file: name}).update(scan=scan)
    return answered
