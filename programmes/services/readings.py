"""The versions somebody is asked to judge, and who is asked in their place when they leave."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnership.handover import Belonging, Left
from partnership.models import User

from ..models import Assignment, Curriculum
from ..states import REVIEWABLE
from .assigning import ask_instead
from .holding import hold
from .standings import reviewers


def _unread_by(person: User) -> QuerySet[Assignment]:
    return Assignment.objects.filter(reviewer=person, read_at=None, curriculum__state__in=REVIEWABLE)


def _left_by(person: User) -> Left:
    versions = Curriculum.objects.filter(pk__in=_unread_by(person).values("curriculum")).select_related("programme")
    return Left.of(versions)


def _heirs_of(person: User) -> list[User]:
    """Whoever may judge at least one of these versions."""
    able = {
        user
        for version in Curriculum.objects.filter(pk__in=_unread_by(person).values("curriculum"))
        for user in reviewers(version)
    }
    return sorted(able - {person}, key=lambda user: user.full_name)


@transaction.atomic
def _hand_over(person: User, *, heir: User | None, by: User) -> int:
    """Ask the heir where they may judge, else as the programme says; how many versions nobody is asked to judge."""
    nobody = 0
    for assignment in _unread_by(person).select_related("curriculum__programme"):
        hold(assignment.curriculum)
        nobody += not ask_instead(assignment, heir, by=by)
    return nobody


READINGS = Belonging(
    "readings",
    _("contents to judge"),
    _("They go to the colleague who is chosen, or else to others as the programme says."),
    _left_by,
    _heirs_of,
    _hand_over,
)
