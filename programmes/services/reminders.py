"""What reviewers and coordinators are told because time has passed: two and seven days after a submission, and late."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from partnership import clock, measures
from partnership.models import Membership, OutgoingMessage, User
from partnership.reminders import Reminder, untold
from partnership.services import administrators
from partnership.states import Role

from .. import emails
from ..models import Assignment, Curriculum, Interest, Programme
from ..states import REVIEWABLE
from .assigning import coordinators
from .standings import reviewers, standings, with_opinions

# A reviewer who has not read all of a version hears of it after so many days.
DAYS_BEFORE_A_WORD = (2, 7)
WAITING = "waiting_for_content"


def _unread(days: int) -> QuerySet[Assignment]:
    """Those asked who have not read all of what was submitted so many days ago, and may still judge it."""
    reviewing = Membership.objects.current().filter(
        role=Role.REVIEWER,
        user=OuterRef("reviewer"),
        party=OuterRef("curriculum__programme__reviewer_party"),
    )
    told = OutgoingMessage.objects.filter(
        template="programmes/curriculum_waits",
        key__startswith=f"curriculum_waits:{days}:",
        about=Concat(Value("programmes.curriculum:"), Cast(OuterRef("curriculum"), TextField())),
        to_ref=Concat(Value("partnership.user:"), Cast(OuterRef("reviewer"), TextField())),
        written_at__gte=OuterRef("curriculum__submitted_at"),
    )
    declared = Interest.objects.in_force().filter(
        user=OuterRef("reviewer"), programme=OuterRef("curriculum__programme")
    )
    return Assignment.objects.filter(
        Exists(reviewing),
        ~Exists(declared),
        ~Exists(told),
        read_at=None,
        reviewer__is_active=True,
        curriculum__state__in=REVIEWABLE,
        curriculum__submitted_at__lte=clock.now() - timedelta(days=days),
        assigned_at__lte=clock.now() - timedelta(days=days),
    )


def _remind(assignment: Assignment, days: int) -> None:
    curriculum = with_opinions(Curriculum.objects.filter(pk=assignment.curriculum_id)).get()
    reader: User = assignment.reviewer
    unread = sum(line.mine is None for line in standings(curriculum, reader=reader))
    emails.curriculum_waits(curriculum, to=reader, days=days, unread=unread, waiting=waiting_for(curriculum.programme))


def _late() -> QuerySet[Curriculum]:
    """Versions not judged in time, whose coordinators have not heard of it since their last submission."""
    return untold(Curriculum.objects.late(), "programmes/curriculum_late", since="submitted_at")


def _tell_late(curriculum: Curriculum) -> None:
    unread = set(curriculum.assignments.filter(read_at=None).values_list("reviewer", flat=True))
    names = ", ".join(user.full_name for user in reviewers(curriculum) if user.pk in unread)
    for somebody in coordinators(curriculum) or administrators():
        emails.curriculum_late(curriculum, to=somebody, unread=names, waiting=waiting_for(curriculum.programme))


def waiting_for(programme: Programme) -> int:
    """How many people wait for a programme's content to be validated: no place is offered before (the gate)."""
    counted = measures.counts(None, programme.milestone.convention).get(WAITING, {})
    return sum(number for (milestone, _zone), number in counted.items() if milestone == programme.milestone_id)


REMINDERS = (
    *(
        Reminder(
            f"contents_waiting_{days}",
            lambda days=days: _unread(days),
            lambda assignment, days=days: _remind(assignment, days),
        )
        for days in DAYS_BEFORE_A_WORD
    ),
    Reminder("contents_late", _late, _tell_late),
)
