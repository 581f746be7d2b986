"""What is due: contacts and applications in one list, by when their next thing is due; an agreed date comes first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Count, DateTimeField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from partnership import clock
from partnership.models import User
from partnership.templatetags.figures import number
from partnership.working_time import ONE_DAY, add_working_days, open_days_before, open_hours_between

from .listing import OVERDUE, TO_RECORD, stages
from .models import Absence, Application, ApplicationQuerySet, Booking
from .states import AWAITING, LIVE, ApplicationState, BookingState, SlotKind

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
BY_TELEPHONE = tuple(state for state in AWAITING if _OF_STATE[state] in CALLS)
# Since when whoever awaits something from us has waited, where no date was agreed: its indexes say it in these words.
_AWAITED = Coalesce("next_at", Greatest("state_since", "acted_at"))


def what_is_due(application: Application) -> Due:
    """What is due in a file of the list."""
    return Due.CALL_BACK if application.next_at else _OF_STATE[ApplicationState(application.state)]


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
    found = files.alias(awaited_at=_AWAITED).filter(past | awaiting)
    dated = found.annotate(due_at=Coalesce("next_at", derived)).filter(due_at__lte=at)
    return dated.annotate(late=_is_late(at)).order_by("-late", "due_at", "pk")


def _is_late(at: datetime) -> Case:
    # One comparison: each mention of `due_at` writes out its whole expression.
    late_before = Case(
        When(next_at=None, state=S.INTERVIEWED, then=Value(_undecided_since(at))),
        default=Value(_promised_since(at)),
        output_field=DateTimeField(),
    )
    return Case(
        When(next_at=None, state=S.ADMITTED, then=Value(True)),
        When(due_at__lt=late_before, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _promised_since(at: datetime) -> datetime:
    """What has been due since before this moment is late."""
    return open_days_before(at, PROMISED_WORKING_DAYS)


def _undecided_since(at: datetime) -> datetime:
    """The same of a decision."""
    return min(at - timedelta(days=PROMISED_DAYS_TO_DECIDE), _promised_since(at))


# -- the same, in parts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Some of what is due: files that an index walks by their moment (`due_at`); those before one, or all, are late.

    `by_owner`: there are many of them, and another index walks those of one follower.
    """

    files: ApplicationQuerySet
    late_before: datetime | None = None
    by_owner: bool = False

    @property
    def late(self) -> ApplicationQuerySet:
        """Those that are past their time."""
        return self.files.filter(due_at__lt=self.late_before) if self.late_before else self.files

    def is_late(self) -> Case | Value:
        """Whether one of them is, to annotate it with."""
        if self.late_before is None:
            return Value(True)
        return Case(When(due_at__lt=self.late_before, then=True), default=False, output_field=BooleanField())

    def followed_by(self, owners: Collection[UUID | None] | None) -> list[ApplicationQuerySet]:
        """Those that some people follow (None among them: nobody), or all, in lists to walk one by one."""
        if owners is None:
            return [self.files]
        if self.by_owner:
            return [self.files.filter(owner=owner) for owner in owners]
        return [self.files.filter(of(owners))]


Parts = Mapping[Due, Part]


def awaiting(files: ApplicationQuerySet, states: Iterable[ApplicationState] = AWAITING) -> ApplicationQuerySet:
    """Those of the files that await something from us and have no date, with since when (`due_at`)."""
    return files.filter(next_at=None, state__in=states).annotate(due_at=_AWAITED)


def parts(files: ApplicationQuerySet, *, at: datetime | None = None) -> Parts:
    """What is due among the files (`due_among`) in parts: one need not look through all of it for the first or the sum.

    A first contact and a new date are one part.
    """
    at = at or clock.now()
    undated = files.filter(next_at=None)
    recorded = _met(undated, bookings__slot__starts_at__lte=min(at, clock.now()))
    agreed = files.filter(next_at__lte=at, state__in=LIVE).annotate(due_at=F("next_at"))
    offered = undated.filter(stages()[OVERDUE], reply_before__lte=at).annotate(due_at=F("reply_before"))
    contact, decision = (awaiting(files, states).filter(due_at__lte=at) for states in (BY_TELEPHONE, [S.INTERVIEWED]))
    promised, undecided = _promised_since(at), _undecided_since(at)
    return {
        Due.CALL_BACK: Part(agreed, promised),
        Due.ANSWER: Part(offered),
        Due.CONTACT: Part(contact, promised, by_owner=True),
        Due.RECORD: Part(recorded, promised),
        Due.DECISION: Part(decision, undecided, by_owner=True),
    }


def to_call(found: Parts) -> Parts:
    """Of the parts those that are done by telephone, of people who have one."""
    return {
        due: replace(part, files=part.files.exclude(candidate__phone="")) for due, part in found.items() if due in CALLS
    }


def past_their_time(found: Parts) -> Parts:
    """Of the parts what is late."""
    return {due: replace(part, files=part.late) for due, part in found.items()}


def silent_in(found: Parts, *, days: int) -> Parts:
    """Of the parts what has been due for so many working days without a deed."""
    since = silent_since(days)
    return {due: replace(part, files=part.files.filter(due_at__lt=since)) for due, part in found.items()}


def first_of(
    found: Parts,
    owners: Collection[UUID | None] | None = None,
    *,
    start: int = 0,
    stop: int,
    by_moment: bool = False,
) -> list[tuple]:
    """The first of the parts together, as key, moment and whether it is late: the late ones first, then by moment.

    Of what some people follow, or of all. Each part is walked no further than to `stop`. `by_moment` puts nothing
    before the moment.
    """
    each = [
        files.annotate(late=part.is_late()).order_by("due_at", "id").values_list("id", "due_at", "late")[:stop]
        for part in found.values()
        for files in part.followed_by(owners)
    ]
    order = ("due_at", "id") if by_moment else ("-late", "due_at", "id")
    return list(each[0].union(*each[1:], all=True).order_by(*order)[start:stop])


def with_moments(rows: Iterable[tuple], files: ApplicationQuerySet) -> list[Application]:
    """The files of such rows, in their order, each with its moment (`due_at`) and whether it is late (`late`)."""
    told = {key: (due_at, late) for key, due_at, late in rows}
    # Asked again: one of them may have moved on meanwhile.
    still_due = Q(next_at__isnull=False) | Q(state__in=list(_OF_STATE))
    found = {file.pk: file for file in files.filter(still_due, pk__in=told)}
    for key, file in found.items():
        file.due_at, file.late = told[key]
    return [found[key] for key in told if key in found]


# -- what else there is -----------------------------------------------------------------------------------------------


def silent_since(days: int) -> datetime:
    """What has been due since before this moment has been so for so many working days."""
    return datetime.combine(add_working_days(clock.today() + ONE_DAY, -days), time.min, clock.PARIS)


def silent(files: ApplicationQuerySet, *, days: int) -> ApplicationQuerySet:
    """Those of the files in which something has been due for so many working days without a deed, the longest first."""
    return due_among(files).filter(due_at__lt=silent_since(days)).order_by("due_at", "pk")


def interviews(files: ApplicationQuerySet, *, since: datetime, until: datetime) -> ApplicationQuerySet:
    """Those of the files with an interview between two moments, the nearest first."""
    found = _met(files, bookings__slot__starts_at__gte=since, bookings__slot__starts_at__lt=until)
    return found.annotate(late=Value(False)).order_by("due_at", "pk")


def _met(files: ApplicationQuerySet, **when: datetime) -> ApplicationQuerySet:
    """Those of the files whose interview is at some time (`due_at`): the database allows one booked at once."""
    booked = {"bookings__kind": SlotKind.INTERVIEW, "bookings__state": BookingState.BOOKED}
    found = files.filter(state=S.INTERVIEW_SCHEDULED, **booked, **when)
    return found.annotate(due_at=F("bookings__slot__starts_at"))


def this_week() -> tuple[datetime, datetime]:
    """Monday's first moment, and the next Monday's."""
    today = clock.today()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time.min, clock.PARIS)
    return monday, datetime.combine(monday.date() + timedelta(days=7), time.min, clock.PARIS)


def ahead(files: ApplicationQuerySet, *, until: datetime) -> ApplicationQuerySet:
    """Those of the files whose agreed date comes by a moment, the nearest first."""
    agreed = files.filter(next_at__gt=clock.now(), next_at__lte=until, state__in=LIVE)
    return agreed.annotate(due_at=F("next_at")).order_by("next_at", "pk")


def of(owners: Collection[UUID | None]) -> Q:
    """The files that some people follow; with None, those that nobody follows as well."""
    nobodys = Q(owner=None) if None in owners else Q()
    return Q(owner__in=[owner for owner in owners if owner is not None]) | nobodys


def covered_by(user: User) -> set[UUID]:
    """Whose work somebody does today (keys): their own, and that of the absent ones for whom they stand in."""
    stand_ins = Absence.objects.stand_ins(clock.today())
    return {user.pk} | {absent for absent, cover in stand_ins.items() if cover == user.pk}


def next_call(user: User, *, but: object = None) -> Application | None:
    """The file that comes first among somebody's calls; `but` is the key of the one just called."""
    others = Application.objects.visible_to(user).exclude(pk=but)
    rows = first_of(to_call(parts(others)), {*covered_by(user), None}, stop=1)
    first = with_moments(rows, others)
    return first[0] if first else None


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


def total(files: ApplicationQuerySet) -> tuple[int, int]:
    """How many files of a list there are, and how many of them are late."""
    counted = files.order_by().aggregate(all=Count("pk"), past=Count("pk", filter=Q(late=True)))
    return counted["all"], counted["past"]
