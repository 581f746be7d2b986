"""Letters about contents; each is a function and a template of the same name."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from partnership import clock, outbox
from partnership.models import JournalEntry, User, ref

from .models import Curriculum, Reply
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


def curriculum_waits(curriculum: Curriculum, *, to: User, days: int, unread: int, waiting: int) -> None:
    """A reviewer is reminded of a version some days after its submission, and of how many people wait for it."""
    _post(
        "curriculum_waits",
        curriculum,
        to=to,
        page="admin:programmes_curriculum_review",
        reply_to=curriculum.submitted_by,
        event=str(days),
        submitted_on=curriculum.submitted_at.astimezone(clock.PARIS).date(),
        due_on=curriculum.due_on,
        unread=unread,
        waiting=waiting,
    )


def curriculum_late(curriculum: Curriculum, *, to: User, unread: str, waiting: int) -> None:
    """A coordinator learns that a version is not judged in time, and who has not read all of it."""
    _post(
        "curriculum_late",
        curriculum,
        to=to,
        page="programmes:curriculum_assign",
        reply_to=curriculum.submitted_by,
        due_on=curriculum.due_on,
        unread=unread,
        waiting=waiting,
    )


def curriculum_to_assign(curriculum: Curriculum, *, to: User) -> None:
    """A coordinator learns that a version was submitted and nobody is asked to judge it."""
    _post(
        "curriculum_to_assign",
        curriculum,
        to=to,
        page="programmes:curriculum_assign",
        reply_to=curriculum.submitted_by,
        due_on=curriculum.due_on,
    )


def change_request_replied(reply: Reply, *, to: User) -> None:
    """An author learns that a reviewer has written in the thread of a request."""
    request = reply.request
    _post(
        "change_request_replied",
        request.module.curriculum,
        to=to,
        reply_to=reply.written_by,
        event=str(reply.pk),
        module=request.module.title,
        order=request.module.order,
        reviewer=reply.written_by.full_name,
        text=reply.text,
    )


def curriculum_validated(curriculum: Curriculum, *, to: User) -> None:
    """An author learns that the version is validated: offers may be made."""
    _post("curriculum_validated", curriculum, to=to, reply_to=curriculum.decided_by)


def curriculum_changes_requested(
    curriculum: Curriculum, *, to: User, by: User, modules: str = "", reason: str = ""
) -> None:
    """An author learns which modules must be written again, or what a commission asks."""
    _post("curriculum_changes_requested", curriculum, to=to, reply_to=by, modules=modules, reason=reason)


def curriculum_refused(curriculum: Curriculum, *, to: User, modules: str, reason: str) -> None:
    """An author learns that the version is refused, why, and for which modules."""
    _post("curriculum_refused", curriculum, to=to, reply_to=curriculum.decided_by, modules=modules, reason=reason)


def _post(
    name: str,
    curriculum: Curriculum,
    *,
    to: User,
    reply_to: User,
    page: str = "programmes:curriculum_read",
    event: str = "",
    **context: str | int | date,
) -> None:
    # One letter for each event, submission and reader: a version can come back several times.
    turn = JournalEntry.objects.filter(subject=ref(curriculum), after=CurriculumState.SUBMITTED).count()
    with translation.override(to.language):
        url = settings.PUBLIC_URL + reverse(page, args=[curriculum.pk])
    outbox.post(
        f"programmes/{name}",
        key=":".join(filter(None, [name, event, str(curriculum.pk), str(turn), str(to.pk)])),
        about=curriculum,
        to=to,
        reply_to=reply_to.email,
        programme=curriculum.programme.short_title,
        number=curriculum.number,
        party_of_reviewers=str(curriculum.programme.reviewer_party),
        url=url,
        **context,
    )
