"""What the board counted of the contents and of the chair at a moment that is past.

The journal tells each state; the days that a programme gives its reviewers are those of today, and so is its kind. A
programme that was deleted since counts no more, and one written otherwise than in the administration always has.
"""

from collections import Counter
from datetime import datetime, time, timedelta

from django.db.models import Count, Exists, QuerySet

from partnership import clock
from partnership.measures import Counts
from partnership.models import Convention
from partnership.past import former, lines, said

from .models import ChairActivity, Curriculum, Programme, Registration
from .states import ACTIVITY_DELIVERED, REVIEWABLE, ActivityState, Attendance, CurriculumState, RegistrationState

# What marking an attendance says of a registration; taking the mark back says that they are expected.
_MARKS = (*Attendance.values, "expected")
_COUNTING = [state for state in ActivityState if state != ActivityState.CANCELLED]


def taught(convention: Convention, at: datetime) -> dict[int, int]:
    """The milestone in which each programme of the convention stood."""
    milestones = set(convention.milestones.values_list("pk", flat=True))
    rows = Programme.objects.exclude(Exists(lines(Programme, ["added"]).filter(at__gt=at))).order_by()
    rows = rows.values_list("pk", "milestone", former(Programme, at))
    stood = {programme: int(before) if before else milestone for programme, milestone, before in rows}
    return {programme: milestone for programme, milestone in stood.items() if milestone in milestones}


def validated(at: datetime) -> set[int]:
    """The programmes of which a version was in force."""
    return set(_versions(at).filter(then=CurriculumState.VALIDATED).values_list("programme", flat=True))


def _versions(at: datetime) -> QuerySet[Curriculum]:
    """The versions there are, by the state in which each was (`then`)."""
    return Curriculum.objects.order_by().alias(then=said(Curriculum, CurriculumState.values, at))


def contents(convention: Convention, at: datetime) -> Counts:
    """Contents by milestone, in no zone."""
    stood = taught(convention, at)
    with_content = Programme.objects.with_content().filter(pk__in=stood).values_list("pk", flat=True)
    in_force, late = validated(at), _late(at)
    figures: Counts = {"contents": {}, "contents_validated": {}, "contents_late": {}}
    for programme in with_content:
        cell = (stood[programme], None)
        for key, number in (
            ("contents", 1),
            ("contents_validated", programme in in_force),
            ("contents_late", late[programme]),
        ):
            figures[key][cell] = figures[key].get(cell, 0) + number
    return figures


def _late(at: datetime) -> Counter[int]:
    """How many versions of each programme their reviewers were to have judged before that day."""
    midnight = datetime.combine(at.astimezone(clock.PARIS).date(), time(), clock.PARIS)
    sent = said(Curriculum, [CurriculumState.SUBMITTED], at, field="at")
    read = _versions(at).filter(then__in=REVIEWABLE).values_list("programme", "programme__review_days", sent)
    return Counter(programme for programme, days, since in read if since + timedelta(days=days) < midnight)


def chair(convention: Convention, at: datetime) -> Counts:
    """What the chair had done, by milestone, in no zone."""
    stood = taught(convention, at)
    figures: Counts = {"activities": {}, "activities_delivered": {}, "registrations": {}, "attendances": {}}

    def add(key: str, programme: int, number: int) -> None:
        cell = (stood[programme], None)
        figures[key][cell] = figures[key].get(cell, 0) + number

    activities = ChairActivity.objects.filter(programme__in=stood).order_by()
    activities = activities.annotate(then=said(ChairActivity, ActivityState.values, at)).filter(then__in=_COUNTING)
    for programme, then, number in activities.values_list("programme", "then").annotate(number=Count("pk")):
        add("activities", programme, number)
        add("activities_delivered", programme, number if then in ACTIVITY_DELIVERED else 0)
    places = (
        Registration.objects.filter(activity__programme__in=stood)
        .order_by()
        .alias(
            then=said(Registration, RegistrationState.values, at),
            held=said(ChairActivity, ActivityState.values, at, key="activity"),
        )
        .annotate(mark=said(Registration, _MARKS, at))
        .filter(then=RegistrationState.REGISTERED, held__in=_COUNTING)
    )
    for programme, mark, number in places.values_list("activity__programme", "mark").annotate(number=Count("pk")):
        add("registrations", programme, number)
        add("attendances", programme, number if mark == Attendance.PRESENT else 0)
    return figures


def past(convention: Convention, at: datetime) -> Counts:
    """Both together."""
    return contents(convention, at) | chair(convention, at)
