"""Dates, hours, figures and telephones as each language writes them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

NBSP = "\u00a0"
THIN = "\u202f"
# Reading a number costs more than the rest of its row, and a list is looked at again and again.
PHONES_KEPT = 4_096


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def _french() -> bool:
    return (get_language() or "fr").startswith("fr")


@register.filter
def shortdate(value: date | datetime | None) -> str:
    """« 28 mars », « 1er juin »: a day whose year is known."""
    if not value:
        return ""
    day = _day(value)
    figure = "1er" if day.day == 1 and _french() else str(day.day)
    return f"{figure}{NBSP}{MONTHS[day.month]}"


@register.filter
def longdate(value: date | datetime | None) -> str:
    """« 28 mars 2027 », « 1er juin 2027 »."""
    return f"{shortdate(value)} {_day(value).year}" if value else ""


@register.filter
def daydate(value: date | datetime | None) -> str:
    """« lundi 14 juin 2027 »: a date on which the reader must act."""
    return f"{WEEKDAYS[_day(value).weekday()]} {longdate(value)}" if value else ""


@register.filter
def monthdate(value: date | datetime | None) -> str:
    """« janvier 2028 »: a date known to the month."""
    return f"{MONTHS[_day(value).month]} {_day(value).year}" if value else ""


@register.filter
def clocktime(value: datetime | time | None) -> str:
    """« 9 h 45 », « 20 h »; in English 09:45."""
    if not value:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    if not _french():
        return f"{local:%H:%M}"
    minutes = f"{NBSP}{local.minute:02d}" if local.minute else ""
    return f"{local.hour}{NBSP}h{minutes}"


@register.filter
def daytime(value: datetime | None) -> str:
    """« lundi 14 juin 2027, 10 h 12 »."""
    return f"{daydate(value)}, {clocktime(value)}" if value else ""


@register.filter
def duration(value: timedelta | None) -> str:
    """« 40 secondes », « 12 minutes », « 5 heures », « 3 jours »: the largest unit that counts at least two."""
    if value is None:
        return ""
    seconds = max(int(value.total_seconds()), 0)
    if seconds < 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 2 * 3600:
        return ngettext("%(n)s minute", "%(n)s minutes", seconds // 60) % {"n": seconds // 60}
    if seconds < 48 * 3600:
        return ngettext("%(n)s hour", "%(n)s hours", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)s day", "%(n)s days", seconds // 86400) % {"n": number(seconds // 86400)}


@register.filter
def lasting(minutes: int | None) -> str:
    """« 45 minutes », « 1 h 30 », « 3 h »: how long something lasts."""
    if not minutes:
        return ""
    hours, left = divmod(minutes, 60)
    if not hours:
        return ngettext("%(n)s minute", "%(n)s minutes", left) % {"n": left}
    return f"{hours}{NBSP}h" + (f"{NBSP}{left:02d}" if left else "")


@register.filter
def number(value: int | float | Decimal | None) -> str:
    """Write a figure as the language does: « 1 823,5 » with a thin space, 1,823.5 in English."""
    if value is None:
        return ""
    text = f"{value:,}".replace("-", "−")
    return text.translate(str.maketrans({",": THIN, ".": ","})) if _french() else text


@register.filter
def rate(value: Fraction) -> str:
    """So many a week: « 9 », or with one decimal where it is not whole, « 9,5 »."""
    return number(value.numerator if value.denominator == 1 else round(float(value), 1))


@register.filter
def megabytes(size: int) -> str:
    """« 4 Mo »: how large a file or a form may be, in whole megabytes."""
    return _("%(n)s MB") % {"n": size // 1024**2}


@register.filter
@lru_cache(PHONES_KEPT, typed=True)
def phone(value: str) -> str:
    """Write a stored telephone number as it is read aloud: « 04 65 71 00 12 »; a foreign one keeps its country."""
    try:
        number_ = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    said = phonenumbers.format_number(number_, style.NATIONAL if number_.country_code == 33 else style.INTERNATIONAL)
    return said.replace(" ", NBSP)
