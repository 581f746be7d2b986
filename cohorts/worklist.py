"""What is due: contacts and applications in one list, by when their next thing is due; an agreed date comes first."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Count, DateTimeField, F, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from partnership import clock
from partnership.models import User
from partnership.templatetags.figures import number
from partnership.working_time import ONE_DAY, add_working_days, open_days_before, open_hours_between

from .listing import OVERDUE, TO_RECORD, stages
from .models import Absence, Application, ApplicationQuerySet, Booking
from .states import AWAITING, LIVE, ApplicationState, SlotKind

S = ApplicationState
# What applicants are promised (« sous un jour ouvré », « sous 5 jours »): past it, a file is late.
PROMISED_WORKING_DAYS, PROMISED_DAYS_TO_DECIDE = 1, 5


class Due(models.TextChoices):
    """What is due in a file."""

    CALL_BACK = "call_back", gettext_lazy("Call as agreed")
    ANSWER = "answer", gettext_lazy("Answer to the offer")
    CONTACT = "contact", gettext_lazy("First contact")
    NEW_DATE = "new_date", gettext_lazy("New date after an absence")
    RECORD = "record", gettext_lazy("Interview to record")
    DECISION = "decision", gettext_lazy("Decision after the interview")
    INTERVIEW = "interview", gettext_lazy("Interview")


_OF_STATE = {
    S.ENQUIRY: Due.CONTACT,
    S.SUBMITTED: Due.CONTACT,
    S.NO_SHOW: Due.NEW_DATE,
    S.INTERVIEWED: Due.DECISION,
    S.INTERVIEW_SCHEDULED: Due.RECORD,
    S.ADMITTED: Due.ANSWER,
}
# What is done by telephone.
CALLS = (Due.CALL_BACK, Due.ANSWER, Due.CONTACT, Due.NEW_DATE)
CALLED = Q(next_at__isnull=False) | Q(state__in=[state for state, due in _OF_STATE.items() if due in CALLS])
CALLED &= ~Q(candidate__phone="")


def what_is_due(application: Application) -> Due:
    """What is due in a file of the list."""
    return Due.CALL_BACK if application.next_at else _OF_STATE[ApplicationState(application.state)]


def due(user: User, *, at: datetime | None = None) -> ApplicationQuerySet:
    """The files one may see in which something is due, the late ones first, then by their moment (`due_at`)."""
    return due_among(Application.objects.visible_to(user), at=at)


def due_among(files: ApplicationQuerySet, *, at: datetime | None = None) -> ApplicationQuerySet:
    """Those of the files in which something is due, with since when (`due_at`) and whether it is late (`late`)."""
    at = at or clock.now()
    waits = Greatest("state_since", "acted_at")
    interview = Booking.objects.booked().filter(kind=SlotKind.INTERVIEW, application=OuterRef("pk"))
    derived = Case(
        When(state__in=AWAITING, then=waits),
        When(state=S.ADMITTED, then="reply_before"),
        When(state=S.INTERVIEW_SCHEDULED, then=Subquery(interview.values("slot__starts_at")[:1])),
    )
    # Each of these has its index: whatever else there is is not looked at.
    past = Q(next_at__lte=at, state__in=LIVE) | Q(next_at=None) & (stages()[OVERDUE] | stages()[TO_RECORD])
    awaiting = Q(state__in=AWAITING, awaited_at__lte=at)
    found = files.alias(awaited_at=Coalesce("next_at", waits)).filter(past | awaiting)
    dated = found.annotate(due_at=Coalesce("next_at", derived)).filter(due_at__lte=at)
    return dated.annotate(late=_is_late(at)).order_by("-late", "due_at", "pk")


def _is_late(at: datetime) -> Case:
    worked_by, decided_by = open_days_before(at, PROMISED_WORKING_DAYS), at - timedelta(days=PROMISED_DAYS_TO_DECIDE)
    # One comparison: each mention of `due_at` writes out its whole expression.
    late_before = Case(
        When(next_at=None, state=S.INTERVIEWED, then=Value(min(decided_by, worked_by))),
        default=Value(worked_by),
        output_field=DateTimeField(),
    )
    return Case(
        When(next_at=None, state=S.ADMITTED, then=Value(True)),
        When(due_at__lt=late_before, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def silent_since(days: int) -> datetime:
    """What has been due since before this moment has been so for so many working days."""
    return datetime.combine(add_working_days(clock.today() + ONE_DAY, -days), time.min, clock.PARIS)


def silent(files: ApplicationQuerySet, *, days: int) -> ApplicationQuerySet:
    """Those of the files in which something has been due for so many working days without a deed, the longest first."""
    return due_among(files).filter(due_at__lt=silent_since(days)).order_by("due_at", "pk")


def interviews(files: ApplicationQuerySet, *, since: datetime, until: datetime) -> ApplicationQuerySet:
    """Those of the files with an interview between two moments, the nearest first."""
    booked = Booking.objects.booked().filter(kind=SlotKind.INTERVIEW, application=OuterRef("pk"))
    moments = booked.filter(slot__starts_at__gte=since, slot__starts_at__lt=until).values("slot__starts_at")
    found = files.filter(state=S.INTERVIEW_SCHEDULED).annotate(due_at=Subquery(moments[:1]))
    return found.filter(due_at__isnull=False).annotate(late=Value(False)).order_by("due_at", "pk")


def this_week() -> tuple[datetime, datetime]:
    """Monday's first moment, and the next Monday's."""
    today = clock.today()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time.min, clock.PARIS)
    return monday, datetime.combine(monday.date() + timedelta(days=7), time.min, clock.PARIS)


def ahead(files: ApplicationQuerySet, *, until: datetime) -> ApplicationQuerySet:
    """Those of the files whose agreed date comes by a moment, the nearest first."""
    agreed = files.filter(next_at__gt=clock.now(), next_at__lte=until, state__in=LIVE)
    return agreed.annotate(due_at=F("next_at")).order_by("next_at", "pk")


def of(owners: Iterable[UUID]) -> Q:
    """The files that people follow, and those nobody does."""
    return Q(owner__in=list(owners)) | Q(owner=None)


def covered_by(user: User) -> set[UUID]:
    """Whose work somebody does today (keys): their own, and that of the absent ones for whom they stand in."""
    stand_ins = Absence.objects.stand_ins(clock.today())
    return {user.pk} | {absent for absent, cover in stand_ins.items() if cover == user.pk}


def mine(user: User, *, at: datetime | None = None) -> ApplicationQuerySet:
    """What is due in the files whose work somebody does today, and in those nobody follows."""
    return due(user, at=at).filter(of(covered_by(user)))


def next_call(user: User, *, but: object = None) -> Application | None:
    """The file that comes first among somebody's calls; `but` is the key of the one just called."""
    return mine(user).filter(CALLED).exclude(pk=but).first()


def waited(since: datetime, now: datetime, *, brief: bool = False) -> str:
    """How long somebody has waited, counted while we were there to answer: « 3 h ouvrées », « 2 jours ouvrés ».

    Brief, under a head that says of what: « 3 h », « 2 j ».
    """
    length, opening = open_hours_between(since, now), settings.OPENING
    day = datetime.combine(date.min, opening[1]) - datetime.combine(date.min, opening[0])
    if length >= day:
        days = length // day
        words = _("%(n)s d") if brief else ngettext("%(n)s working day", "%(n)s working days", days)
        return words % {"n": number(days)}
    hours = max(int(length.total_seconds() // 3600), 0)
    if brief:
        return _("%(n)s h") % {"n": hours}
    if hours < 1:
        return _("under an open hour")
    return npgettext("a wait", "%(n)s open hour", "%(n)s open hours", hours) % {"n": hours}


def counts(files: ApplicationQuerySet, owners: Iterable[UUID]) -> dict[str, int]:
    """How much is due: `all` and `late_all`, of some people `mine`, `late_mine` and `calls`, in one statement."""
    parts = list(files.order_by().values("late", theirs=of(owners), called=CALLED).annotate(number=Count("pk")))

    def counted(*facts: str) -> int:
        return sum(part["number"] for part in parts if all(part[fact] for fact in facts))

    return {
        "all": counted(),
        "late_all": counted("late"),
        "mine": counted("theirs"),
        "late_mine": counted("theirs", "late"),
        "calls": counted("theirs", "called"),
    }


def total(files: ApplicationQuerySet) -> tuple[int, int]:
    """How many files of a list there are, and how many of them are late."""
    counted = files.order_by().aggregate(all=Count("pk"), past=Count("pk", filter=Q(late=True)))
    return counted["all"], counted["past"]


def loads(files: ApplicationQuerySet) -> dict[UUID | None, dict[str, Any]]:
    """How much whoever follows files has in hand (None: nobody follows them); three statements.

    Each live state by its value, `live` for all of them; of what is due `past` (its time), `to_call`, `silent`, and
    since when the first (`oldest`); the `interviews` of this week.
    """
    states = {state.value: Count("pk", filter=Q(state=state)) for state in LIVE}
    silent_now = Q(due_at__lt=silent_since(settings.SILENCE_DAYS_OWNER))
    since, until = this_week()
    found: dict[UUID | None, dict[str, Any]] = {}
    for rows in (
        files.filter(state__in=LIVE).order_by().values("owner").annotate(live=Count("pk"), **states),
        due_among(files)
        .order_by()
        .values("owner")
        .annotate(
            past=Count("pk", filter=Q(late=True)),
            to_call=Count("pk", filter=CALLED),
            silent=Count("pk", filter=silent_now),
            oldest=Min("due_at"),
        ),
        interviews(files, since=since, until=until).order_by().values("owner").annotate(interviews=Count("pk")),
    ):
        for row in rows:
            found.setdefault(row.pop("owner"), {}).update(row)
    return found
