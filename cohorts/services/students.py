"""Students from the confirmation to the first day: kept warm until then, and seen to arrive."""

from datetime import time, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, Greatest
from django.utils.translation import gettext as _

from partnership import clock, outbox, working_time
from partnership.models import JournalEntry, User
from partnership.reminders import Reminder, untold
from partnership.states import ActorKind, Channel
from partnership.templatetags.figures import longdate
from partnership.workflow import THE_CLOCK, Actor, Refused, edit, move, record

from .. import emails
from ..models import Application, Cohort, Enrolment, names_of
from ..states import ApplicationState, EnrolmentState
from .moves import WITH_ALL_A_LETTER_SAYS

# They are asked once in so long, counted from the last time they were asked or answered.
PERIOD = timedelta(days=14)
# So near the first day its own letter speaks: nobody is asked any more.
DAYS_OF_THE_LETTER = 7
ASKED = "asked_if_coming"


def _to_ask() -> QuerySet[Enrolment]:
    """Expected students of whom nothing was asked or heard for a fortnight, until a week before their first day.

    Whoever has no address is asked nothing by letter; that nobody heard of them counts all the same, so that they are
    called.
    """
    now = clock.now()
    if working_time.next_polite_moment(now) > now:
        return Enrolment.objects.none()
    last_day = clock.today() + timedelta(days=DAYS_OF_THE_LETTER)
    return (
        Enrolment.objects.expected()
        .filter(application__intake__starts_on__gt=last_day)
        .alias(last=Greatest("enrolled_at", "asked_at", "answered_at"))
        .filter(last__lte=now - PERIOD)
        .select_related(
            "application__candidate",
            "application__owner",
            "application__intake__programme",
            "application__cohort__zone",
            "application__cohort__intake__programme__provider",
        )
    )


def _ask(enrolment: Enrolment) -> None:
    enrolment.asked_at = clock.now()
    Enrolment.objects.filter(pk=enrolment.pk).update(asked_at=enrolment.asked_at, unanswered=F("unanswered") + 1)
    record(enrolment, ASKED, by=THE_CLOCK)
    event = f"still_coming:{enrolment.pk}:{enrolment.asked_at:%Y%m%d}"
    emails.still_coming(enrolment.application, event=event)


@transaction.atomic
def answer_if_coming(enrolment: Enrolment, answer: str, *, by: Actor, channel: Channel = Channel.WEB) -> None:
    """Keep whether a student still comes, said by them or told to us; Refused once the course has begun for them."""
    enrolment = _held(enrolment)
    if enrolment.state != EnrolmentState.EXPECTED:
        raise Refused(_("This student is no longer awaited: there is nothing to answer."))
    hand = by if by.actor_kind == ActorKind.USER else None
    said = {"answer": answer, "answered_at": clock.now(), "answered_by": hand, "unanswered": 0}
    Enrolment.objects.filter(pk=enrolment.pk).update(**said)
    record(enrolment, answer, by=by, channel=channel)
    # A question that has not left is answered.
    outbox.cancel(about=enrolment.application, template="cohorts/still_coming")


# -- the first day ----------------------------------------------------------------------------------------------------


@transaction.atomic
def say_first_day(
    cohort: Cohort, *, first_day_time: time, first_day_place: str, first_day_bring: str, by: User, version: int
) -> None:
    """Say where and when students are expected; whoever was written to already is written to again.

    Stale if somebody else has changed the cohort; the same once more changes nothing.
    """
    said = {
        "first_day_time": first_day_time,
        "first_day_place": first_day_place,
        "first_day_bring": first_day_bring,
    }
    changes = {name: value for name, value in said.items() if getattr(cohort, name) != value}
    if changes:
        changes |= {"first_day_said_at": clock.now(), "first_day_said_by": by}
        edit(cohort, by=by, version=version, deed="first_day", **changes)


def _to_welcome() -> QuerySet[Application]:
    """Awaited students whose first day is within a week, and who were not told what is known of it today."""
    now = clock.now()
    if working_time.next_polite_moment(now) > now:
        return Application.objects.none()
    today = clock.today()
    last_day = today + timedelta(days=DAYS_OF_THE_LETTER)
    files = WITH_ALL_A_LETTER_SAYS.filter(
        state=ApplicationState.CONFIRMED,
        pk__in=Enrolment.objects.expected().values("application"),
        cohort__first_day_said_at__isnull=False,
        intake__starts_on__gt=today,
        intake__starts_on__lte=last_day,
    )
    subject = Concat(Value("cohorts.application:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    moved = JournalEntry.objects.filter(subject=subject, after="transferred").order_by("-pk").values("at")[:1]
    # Whoever comes from another zone was told of that one.
    files = files.annotate(told_from=Greatest("cohort__first_day_said_at", Subquery(moved)))
    return untold(files.exclude(candidate__email=""), "cohorts/first_day", since="told_from")


def _welcome(application: Application) -> None:
    cohort = application.cohort
    cohort.intake = application.intake
    missing = application.papers.missing().in_order()
    emails.first_day(
        application,
        event=f"first_day:{application.pk}:{application.told_from:%Y%m%d%H%M%S}",
        starts_at=cohort.first_day_at,
        place=cohort.first_day_place,
        bring=cohort.first_day_bring,
        papers=names_of((one.kind for one in missing), application.candidate.language),
    )


@transaction.atomic
def arrive(enrolment: Enrolment, *, by: User) -> None:
    """A student is here; Refused before the first day."""
    held = _held(enrolment)
    starts_on = held.application.intake.starts_on
    if clock.today() < starts_on:
        raise Refused(_("The course begins on %(day)s: nobody has come yet.") % {"day": longdate(starts_on)})
    if held.state == EnrolmentState.PRESENT:
        return  # a second tap says the same
    move(held, EnrolmentState.PRESENT, by=by, present_at=clock.now(), present_by=by)


@transaction.atomic
def expect_student_again(enrolment: Enrolment, *, by: User) -> None:
    """A student was ticked by mistake: they are still expected."""
    held = _held(enrolment)
    if held.state != EnrolmentState.PRESENT:
        raise Refused(_("This student is not ticked."))
    if held.blocks.exists():
        raise Refused(_("This student has acquired a block already: they have come."))
    move(held, EnrolmentState.EXPECTED, by=by, present_at=None, present_by=None)


def _held(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("application__intake", "application__candidate").get(pk=enrolment.pk)


STUDENTS = (
    Reminder("still_coming", _to_ask, _ask),
    Reminder("first_day", _to_welcome, _welcome),
)
