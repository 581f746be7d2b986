"""What becomes of a version that has been judged, by its reviewers or by a commission; the caller holds its row."""

from partnership import clock
from partnership.models import User
from partnership.workflow import move

from .. import emails
from ..models import Curriculum
from ..states import CurriculumState
from .requests import close_requests
from .standings import authors
from .versions import validated_curriculum


def begin_reading(curriculum: Curriculum, *, by: User) -> None:
    """Note with the first opinion that reading has begun: its author takes it back no more."""
    if curriculum.state == CurriculumState.SUBMITTED:
        move(curriculum, CurriculumState.IN_REVIEW, by=by)


def send_back(curriculum: Curriculum, *, modules: str = "", reason: str = "", by: User) -> None:
    """Give a version back to its authors, who are told which modules to rework, or what a commission asks."""
    move(curriculum, CurriculumState.CHANGES_REQUESTED, by=by)
    for author in authors(curriculum):
        emails.curriculum_changes_requested(curriculum, to=author, by=by, modules=modules, reason=reason)


def close_as_refused(curriculum: Curriculum, *, reason: str, modules: str = "", by: User) -> None:
    """Close a version as refused, and tell its authors why."""
    decided = {"decided_at": clock.now(), "decided_by": by}
    move(curriculum, CurriculumState.REFUSED, by=by, reason=reason[:500], **decided)
    for author in authors(curriculum):
        emails.curriculum_refused(curriculum, to=author, modules=modules, reason=reason)


def put_in_force(curriculum: Curriculum, *, by: User) -> None:
    """Validate a version in the place of the one in force, and tell its authors."""
    close_requests(curriculum, by=by)
    # The old version goes first: the database allows one validated version a programme at any moment.
    in_force = validated_curriculum(curriculum.programme)
    if in_force is not None:
        move(in_force, CurriculumState.SUPERSEDED, by=by)
    decided = {"decided_at": clock.now(), "decided_by": by}
    move(curriculum, CurriculumState.VALIDATED, by=by, content_hash=curriculum.text_hash(), **decided)
    for author in authors(curriculum):
        emails.curriculum_validated(curriculum, to=author)
