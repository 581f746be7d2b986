"""Opinions: each on the exact text of a module; the last of them decides the version, once."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, Stale, move, record

from .. import emails
from ..models import Curriculum, Module, Review
from ..states import CurriculumState, Opinion
from .holding import hold_to_review, refresh
from .standings import Standing, authors, standings
from .versions import validated_curriculum


@transaction.atomic
def review_module(module: Module, *, opinion: str, comment: str = "", text_hash: str, by: User) -> Review:
    """Give an opinion on a module's exact text; it may decide the version. Stale if the text is no longer that one."""
    curriculum = module.curriculum
    hold_to_review(curriculum, by=by)
    refresh(module)
    if module.text_hash() != text_hash:
        raise Stale(module)
    review = _give(module, opinion, comment.strip(), by=by)
    _read_on(curriculum, by=by)
    return review


@transaction.atomic
def approve_rest(curriculum: Curriculum, *, by: User, text_hash: str | None = None) -> int:
    """Give a favourable opinion on every module the reviewer has not commented; the number of opinions given.

    Stale if the text is no longer the one of `text_hash`: its author may have taken it back and submitted another.
    """
    hold_to_review(curriculum, by=by)
    if text_hash is not None and curriculum.text_hash() != text_hash:
        raise Stale(curriculum)
    lines = standings(curriculum, reader=by)
    to_read = [line.module for line in lines if line.mine is None and not line.is_unanswered]
    for module in to_read:
        _give(module, Opinion.FAVOURABLE, "", by=by)
    _read_on(curriculum, by=by)
    return len(to_read)


def _give(module: Module, opinion: str, comment: str, *, by: User) -> Review:
    if opinion != Opinion.FAVOURABLE and not comment:
        raise Refused(_("Say why: a comment is needed unless the opinion is favourable."))
    review, _created = Review.objects.update_or_create(
        module=module,
        given_by=by,
        text_hash=module.text_hash(),
        defaults={"opinion": opinion, "comment": comment, "given_at": clock.now(), "read": module.texts()},
    )
    record(review, opinion, by=by, reason=module.title)
    return review


def _read_on(curriculum: Curriculum, *, by: User) -> None:
    """Note that reading has begun and, once every module is judged, decide; the caller holds the version's row."""
    if curriculum.state == CurriculumState.SUBMITTED:
        move(curriculum, CurriculumState.IN_REVIEW, by=by)
    standing = standings(curriculum)
    if not all(line.opinions for line in standing):
        return
    refused = [line for line in standing if line.has(Opinion.UNFAVOURABLE)]
    to_change = [line for line in standing if line.has(Opinion.CHANGES)]
    if refused:
        move(curriculum, CurriculumState.REFUSED, by=by, decided_at=clock.now(), decided_by=by)
        for author in authors(curriculum):
            emails.curriculum_refused(curriculum, to=author, modules=_titles(refused))
    elif to_change:
        move(curriculum, CurriculumState.CHANGES_REQUESTED, by=by)
        for author in authors(curriculum):
            emails.curriculum_changes_requested(curriculum, to=author, by=by, modules=_titles(to_change))
    elif all(line.favourable >= curriculum.programme.quorum for line in standing):
        _validate(curriculum, by=by)


def _validate(curriculum: Curriculum, *, by: User) -> None:
    # The old version goes first: the database allows one validated version a programme at any moment.
    in_force = validated_curriculum(curriculum.programme)
    if in_force is not None:
        move(in_force, CurriculumState.SUPERSEDED, by=by)
    move(
        curriculum,
        CurriculumState.VALIDATED,
        by=by,
        decided_at=clock.now(),
        decided_by=by,
        content_hash=curriculum.text_hash(),
    )
    for author in authors(curriculum):
        emails.curriculum_validated(curriculum, to=author)


def _titles(lines: Iterable[Standing]) -> str:
    return ", ".join(f"{line.module.title} ({line.module.order})" for line in lines)
