"""What authors, reviewers and whoever coordinates a chair do first."""

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from partnership import first_steps
from partnership.first_steps import Step
from partnership.models import JournalEntry, User
from partnership.states import ActorKind, Role

from .models import Assignment, ChairActivity, Curriculum, Programme, Review
from .states import ProgrammeKind


def _taught_by(user: User) -> set[int]:
    return {one.party_id for one in user.current_memberships() if one.role == Role.AUTHOR}


def _written_by(user: User) -> QuerySet[Curriculum]:
    """The versions in which the user has written a module: only the journal knows."""
    wrote = JournalEntry.objects.filter(
        about=Concat(Value("programmes.curriculum:"), Cast(OuterRef("pk"), CharField())),
        subject__startswith="programmes.module:",
        actor_kind=ActorKind.USER,
        actor_ref=str(user.pk),
    )
    return Curriculum.objects.visible_to(user).filter(Exists(wrote))


def _chairs_of(user: User) -> QuerySet[Programme]:
    parties = {one.party_id for one in user.current_memberships() if one.role == Role.COORDINATOR}
    return Programme.objects.filter(kind=ProgrammeKind.CHAIR, milestone__convention__signatures__party__in=parties)


def _has_planned(user: User) -> Q:
    """Whether the chair has an activity, or the convention no chair."""
    chairs = _chairs_of(user)
    return Q(Exists(ChairActivity.objects.filter(programme__in=chairs))) | ~Q(Exists(chairs))


_CONTENTS, _DESK = "programmes:curriculum_list", "admin:index"
OF_AUTHORS = (
    Step(
        "content",
        _("Begin the content of a programme"),
        _CONTENTS,
        lambda user: Exists(Curriculum.objects.filter(programme__provider__in=_taught_by(user))),
    ),
    Step("module", _("Write a first module"), _CONTENTS, lambda user: Exists(_written_by(user))),
    Step(
        "submission",
        _("Submit a version to its reviewers"),
        _CONTENTS,
        lambda user: Exists(Curriculum.objects.filter(submitted_by=user)),
    ),
)
OF_REVIEWERS = (
    Step(
        "opinion",
        _("Give a first opinion on a module"),
        _DESK,
        lambda user: Exists(Review.objects.filter(given_by=user)),
    ),
    Step(
        "whole",
        _("Judge every module of a version"),
        _DESK,
        lambda user: Exists(Assignment.objects.filter(reviewer=user, read_at__isnull=False)),
    ),
)
OF_COORDINATORS = (Step("activity", _("Plan a first activity of the chair"), "programmes:activity_list", _has_planned),)


def register() -> None:
    """Make the first steps around contents and the chair known."""
    first_steps.register(*OF_AUTHORS, roles=[Role.AUTHOR])
    first_steps.register(*OF_REVIEWERS, roles=[Role.REVIEWER])
    first_steps.register(*OF_COORDINATORS, roles=[Role.COORDINATOR])
