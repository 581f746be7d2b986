"""A version: begun, submitted, taken back; and what other apps ask of it."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import User
from partnership.states import Scan
from partnership.workflow import Refused, move, record

from .. import emails
from ..models import Attachment, Curriculum, Module, Programme
from ..states import OPENS_APPLICATIONS, REVIEWABLE, WRITABLE, CurriculumState, ProgrammeKind
from .assigning import assign_for_submission
from .holding import hold
from .requests import must_be_answered

TEXTS = ("block", *Module.TEXTS)


def validated_curriculum(programme: Programme) -> Curriculum | None:
    """The version in force: without one, no offer, no contract, no start."""
    return programme.curricula.validated().first()


def curriculum_for_applications(programme: Programme) -> Curriculum | None:
    """The version on which applications may open: the validated one, else the one being judged."""
    return validated_curriculum(programme) or programme.curricula.filter(state__in=OPENS_APPLICATIONS).first()


@transaction.atomic
def create_curriculum(programme: Programme, *, by: User) -> Curriculum:
    """Begin a version: a copy of the validated one (else of the last refused one), else empty; one at a time."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    if programme.kind == ProgrammeKind.CHAIR:
        raise Refused(_("A chair has activities, no content to validate."))
    if programme.curricula.filter(state__in=[*WRITABLE, *REVIEWABLE]).exists():
        raise Refused(_("A version of this content is already being prepared."))
    refused = programme.curricula.filter(state=CurriculumState.REFUSED)
    source = validated_curriculum(programme) or refused.first()
    last = programme.curricula.aggregate(last=Max("number"))["last"] or 0
    curriculum = Curriculum.objects.create(programme=programme, number=last + 1, created_at=clock.now(), created_by=by)
    if source is not None:
        _copy(source, curriculum)
    record(curriculum, CurriculumState.DRAFT, by=by)
    return curriculum


def _copy(source: Curriculum, curriculum: Curriculum) -> None:
    """The same modules with the same attachments: a copy names the same files."""
    pairs = [
        (
            module,
            Module(
                curriculum=curriculum,
                lineage=module.lineage,
                order=module.order,
                **{name: getattr(module, name) for name in TEXTS},
            ),
        )
        for module in source.modules.prefetch_related("attachments")
    ]
    Module.objects.bulk_create(copy for _module, copy in pairs)
    kept = ("title", "file", "sha256", "pages", "scan", "added_at", "added_by_id")
    Attachment.objects.bulk_create(
        Attachment(module=copy, **{name: getattr(attachment, name) for name in kept})
        for module, copy in pairs
        for attachment in module.attachments.all()
    )


@transaction.atomic
def submit(curriculum: Curriculum, *, by: User) -> None:
    """Hand a version over to its reviewers and tell those who are asked; Refused while a request has no answer."""
    hold(curriculum)
    if not curriculum.modules.exists():
        raise Refused(_("A content needs at least one module before it is submitted."))
    if infected := Attachment.objects.filter(module__curriculum=curriculum, scan=Scan.INFECTED).first():
        raise Refused(_("A virus was found in “%(title)s”: take this attachment away.") % {"title": infected.title})
    must_be_answered(curriculum)
    move(curriculum, CurriculumState.SUBMITTED, by=by, submitted_at=clock.now(), submitted_by=by)
    for reviewer in assign_for_submission(curriculum):
        emails.curriculum_submitted(curriculum, to=reviewer)


@transaction.atomic
def withdraw(curriculum: Curriculum, *, by: User) -> None:
    """Take back a version nobody has read yet; letters that have not left do not leave."""
    hold(curriculum)
    move(curriculum, CurriculumState.DRAFT, by=by)
    outbox.cancel(about=curriculum)
