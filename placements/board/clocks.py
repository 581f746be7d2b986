"""How long a student may stay without an employer: derived from the course, the breaks and the placements, never kept.

Three months from the first day of the course (C. trav., L6222-12-1), six from a break (L6231-2, 5°).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Enrolment
from cohorts.states import ENROLMENT_LIVE
from partnership import clock

from ..models import Placement
from ..states import PLACED, PlacementState

WITHOUT_EMPLOYER, AFTER_A_BREAK = relativedelta(months=3), relativedelta(months=6)
# So long before the end the lead is written to.
NOTICE = relativedelta(months=1)
SOON = timedelta(days=31)
# Whoever sits or has sat a placement to its end has, or had, an employer.
_EMPLOYED = (*PLACED, PlacementState.COMPLETED)
# Whoever had found an employer has lost it once it has said no or kept silent, or a placement has been broken off.
_LOST = Q(state=PlacementState.BROKEN) | Q(
    state__in=(PlacementState.DECLINED, PlacementState.LAPSED), seat__site__company__is_partner=False
)


@dataclass(frozen=True)
class Clock:
    """A term that runs: from a break, or from the first day of the course."""

    broken_on: date | None
    ends_on: date

    @property
    def left(self) -> int:
        """Days before the end; negative once it has passed."""
        return (self.ends_on - clock.today()).days

    @property
    def meaning(self) -> str:
        """As the pages colour it: late, risk, or nothing."""
        return "late" if self.left < 0 else "risk" if self.left <= SOON.days else ""

    @property
    def words(self) -> str:
        """How long it still runs, in a sentence."""
        n = abs(self.left)
        if self.left == 0:
            return _("the six months end today") if self.broken_on else _("the three months end today")
        if self.broken_on:
            text = (
                ngettext("%(n)s day before the end of the six months", "%(n)s days before the end of the six months", n)
                if self.left > 0
                else ngettext("the six months ended %(n)s day ago", "the six months ended %(n)s days ago", n)
            )
        else:
            text = (
                ngettext(
                    "%(n)s day before the end of the three months", "%(n)s days before the end of the three months", n
                )
                if self.left > 0
                else ngettext("the three months ended %(n)s day ago", "the three months ended %(n)s days ago", n)
            )
        return text % {"n": n}


def with_clocks(students: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Students with what their clock is read from: their last break, and whether they have an employer.

    `brings_employer` is their own word, as they applied: they have found one, and have not lost it since.
    """
    of = Placement.objects.filter(enrolment=OuterRef("pk"))
    last = of.filter(state=PlacementState.BROKEN).order_by("-ended_on").values("ended_on")[:1]
    found = Q(application__has_employer=True) & ~Exists(of.filter(_LOST))
    return students.annotate(
        broken_on=Subquery(last),
        has_employer=Exists(of.filter(state__in=_EMPLOYED)),
        brings_employer=ExpressionWrapper(found, output_field=BooleanField()),
    )


def after_a_break(day: date) -> date:
    """Until when somebody is helped whose placement was broken off on a day."""
    return day + AFTER_A_BREAK


def ends_on(enrolment: Enrolment) -> date:
    """When the term of a student without an employer ends, whether it has begun or not."""
    if enrolment.broken_on:
        return after_a_break(enrolment.broken_on)
    return begins_on(enrolment) + WITHOUT_EMPLOYER


def begins_on(enrolment: Enrolment) -> date:
    """The first day of the course for a student: whoever comes later begins later."""
    return max(enrolment.application.intake.starts_on, enrolment.enrolled_at.astimezone(clock.PARIS).date())


def clock_of(enrolment: Enrolment) -> Clock | None:
    """The clock that runs for a student `with_clocks`, if one does."""
    if enrolment.has_employer or enrolment.state not in ENROLMENT_LIVE:
        return None
    if enrolment.broken_on is None and begins_on(enrolment) > clock.today():
        return None
    return Clock(enrolment.broken_on, ends_on(enrolment))


def rank(enrolment: Enrolment) -> tuple:
    """Who is placed first."""
    return (
        enrolment.broken_on is None,  # whoever lost their place,
        ends_on(enrolment),  # then whose time runs out first,
        enrolment.enrolled_at,  # then who waits longest
        str(enrolment.pk),
    )
