"""Letters about contents; each is a function and a template of the same name."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from partnership import clock, outbox
from partnership.models import JournalEntry, User, ref

from .models import Curriculum
from .states import CurriculumState


def curriculum_submitted(curriculum: Curriculum, *, to: User) -> None:
    """A reviewer learns that a version awaits their opinion."""
    modules = list(curriculum.modules.all())
    _post(
        "curriculum_submitted",
        curriculum,
        to=to,
        page="admin:programmes_curriculum_review",
        reply_to=curriculum.submitted_by,
        author=curriculum.submitted_by.full_name,
        party=str(curriculum.programme.provider),
        submitted_on=curriculum.submitted_at.astimezone(clock.PARIS).date(),
        modules=len(modules),
        hours=sum(module.hours for module in modules),
    )


def curriculum_validated(curriculum: Curriculum, *, to: User) -> None:
    """An author learns that the version is validated: offers may be made."""
    _post("curriculum_validated", curriculum, to=to, reply_to=curriculum.decided_by)


def curriculum_changes_requested(curriculum: Curriculum, *, to: User, by: User, modules: str) -> None:
    """An author learns which modules must be written again."""
    _post("curriculum_changes_requested", curriculum, to=to, reply_to=by, modules=modules)


def curriculum_refused(curriculum: Curriculum, *, to: User, modules: str) -> None:
    """An author learns that the version is refused, and for which modules."""
    _post("curriculum_refused", curriculum, to=to, reply_to=curriculum.decided_by, modules=modules)


def _post(
    name: str,
    curriculum: Curriculum,
    *,
    to: User,
    reply_to: User,
    page: str = "programmes:curriculum_read",
    **context: str | int | date,
) -> None:
    # One letter for each submission and reader: a version can come back several times.
    turn = JournalEntry.objects.filter(subject=ref(curriculum), after=CurriculumState.SUBMITTED).count()
    with translation.override(to.language):
        url = settings.PUBLIC_URL + reverse(page, args=[curriculum.pk])
    outbox.post(
        f"programmes/{name}",
        key=f"{name}:{curriculum.pk}:{turn}:{to.pk}",
        about=curriculum,
        to=to,
        reply_to=reply_to.email,
        programme=curriculum.programme.short_title,
        number=curriculum.number,
        party_of_reviewers=str(curriculum.programme.reviewer_party),
        url=url,
        **context,
    )
