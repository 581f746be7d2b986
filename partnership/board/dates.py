"""Days as the board says and counts them."""

import calendar
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from ..states import Precision
from ..templatetags.figures import longdate, monthdate


def last_day(day: date | None, precision: str) -> date | None:
    """The last day on which a date of the convention is still kept: a month lasts until its end."""
    if day is None or precision == Precision.NONE:
        return None
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def date_words(day: date | None, precision: str) -> str:
    """« 31 juillet 2027 », « janvier 2028 » or « sans date », as precisely as it is known."""
    if day is None or precision == Precision.NONE:
        return _("no date")
    return monthdate(day) if precision == Precision.MONTH else longdate(day)


def countdown(day: date | None, today: date) -> str:
    """« J−47 », « aujourd’hui », « J+6 » once past; nothing without a day."""
    if day is None:
        return ""
    left = (day - today).days
    if left == 0:
        return _("today")
    return _("D−%(n)s") % {"n": left} if left > 0 else _("D+%(n)s") % {"n": -left}


def elapsed_share(start: date, due: date | None, today: date) -> Fraction:
    """The share of the time from the signature to a due date that has passed, 0 to 1; 0 for what has no date."""
    if due is None or today <= start:
        return Fraction(0)
    if today >= due:
        return Fraction(1)
    return Fraction((today - start).days, (due - start).days)
