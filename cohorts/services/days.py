"""The days of class of a part-time cohort: planned by block, and taken out again."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.templatetags.figures import daydate, longdate
from partnership.workflow import Refused, record, record_all
from partnership.working_time import public_holidays
from programmes.models import blocks_of

from ..models import Cohort, CourseDay
from .blocks import content_of
from .moves import hold_queue

PLANNED, DROPPED = "day_planned", "day_dropped"
_SUNDAY = 6


@transaction.atomic
def plan_days(
    cohort: Cohort,
    days: Iterable[date],
    *,
    block: str,
    begins: time,
    ends: time,
    hours: Decimal,
    place: str,
    by: User,
) -> list[CourseDay]:
    """Plan a block on some days, all of them or none.

    Refused before the course, on Sundays and public holidays, over another class, for longer than the day lasts.
    """
    # Two who plan at once take turns: the second sees what the first has planned.
    hold_queue(cohort.pk)
    content = content_of(cohort)
    if content is None or block not in {one.name for one in blocks_of(content.modules.all())}:
        raise Refused(_("Choose a block of the content."))
    if hours > Decimal((datetime.combine(date.min, ends) - datetime.combine(date.min, begins)).seconds) / 3600:
        raise Refused(_("More hours of class than from the beginning to the end of the day."))
    wanted = sorted({*days})
    for day in wanted:
        _must_be_a_day_of_class(cohort, day)
    taken = CourseDay.objects.filter(cohort=cohort, day__in=wanted, begins__lt=ends, ends__gt=begins).first()
    if taken is not None:
        said = {"day": daydate(taken.day), "block": taken.block}
        raise Refused(_("On %(day)s there is class already at these hours: %(block)s.") % said)
    now = clock.now()
    planned = CourseDay.objects.bulk_create(
        CourseDay(
            cohort=cohort,
            block=block,
            day=day,
            begins=begins,
            ends=ends,
            hours=hours,
            place=place,
            planned_at=now,
            planned_by=by,
        )
        for day in wanted
    )
    record_all([(one, f"{one.day:%d/%m/%Y}") for one in planned], PLANNED, by=by)
    return planned


def _must_be_a_day_of_class(cohort: Cohort, day: date) -> None:
    starts_on = cohort.intake.starts_on
    if day < starts_on:
        raise Refused(_("The course begins on %(day)s: no class before.") % {"day": longdate(starts_on)})
    if is_closed(day):
        raise Refused(_("%(day)s is a Sunday or a public holiday: choose another day.") % {"day": daydate(day)})


def is_closed(day: date) -> bool:
    """Whether nobody teaches on a day: a Sunday, or a public holiday."""
    return day.weekday() == _SUNDAY or day in public_holidays(day.year)


@transaction.atomic
def drop_day(day: CourseDay, *, by: User) -> None:
    """Take a day of class out of the plan; nothing if somebody just has."""
    deleted, _of = CourseDay.objects.filter(pk=day.pk).delete()
    if deleted:
        record(day, DROPPED, by=by, reason=f"{day.day:%d/%m/%Y}")
