"""A version: begun, submitted, taken back; and what other apps ask of it."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import User
from partnership.workflow import Refused, move, record

from .. import emails
from ..models import Curriculum, Module, Programme
from ..states import OPENS_APPLICATIONS, REVIEWABLE, WRITABLE, CurriculumState, ProgrammeKind
from .holding import hold
from .standings import reviewers

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
        Module.objects.bulk_create(
            Module(
                curriculum=curriculum,
                lineage=module.lineage,
                order=module.order,
                **{name: getattr(module, name) for name in TEXTS},
            )
            for module in source.modules.all()
        )
    record(curriculum, CurriculumState.DRAFT, by=by)
    return curriculum


@transaction.atomic
def submit(curriculum: Curriculum, *, by: User) -> None:
    """Hand a version over to the reviewers, and tell those who may judge it."""
    hold(curriculum)
    if not curriculum.modules.exists():
        raise Refused(_("A content needs at least one module before it is submitted."))
    move(curriculum, CurriculumState.SUBMITTED, by=by, submitted_at=clock.now(), submitted_by=by)
    for reviewer in reviewers(curriculum):
        emails.curriculum_submitted(curriculum, to=reviewer)


@transaction.atomic
def withdraw(curriculum: Curriculum, *, by: User) -> None:
    """Take back a version nobody has read yet; letters that have not left do not leave."""
    hold(curriculum)
    move(curriculum, CurriculumState.DRAFT, by=by)
    outbox.cancel(about=curriculum)
