"""When a site works, in words: « lun.–sam. 8 h–21 h »."""

from collections.abc import Iterable
from datetime import time
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partnership.templatetags.figures import clocktime

from ..models import MIDNIGHT, HostSite, OpeningHours

Day = tuple[int, int, int]


def _short(weekday: int) -> str:
    return (
        pgettext("day, short", "Mon"),
        pgettext("day, short", "Tue"),
        pgettext("day, short", "Wed"),
        pgettext("day, short", "Thu"),
        pgettext("day, short", "Fri"),
        pgettext("day, short", "Sat"),
        pgettext("day, short", "Sun"),
    )[weekday]


def _clock(minutes: int) -> str:
    # 24 hours is no time of a clock, and 0 would read as the morning.
    return _("24:00") if minutes == MIDNIGHT else clocktime(time(minutes // 60, minutes % 60))


def in_words(days: Iterable[Day]) -> str:
    """Days (weekday, opens, closes) in words, those with the same hours together; empty if there are none."""
    days = sorted(days)
    if len(days) == 7 and all((opens, closes) == (0, MIDNIGHT) for _weekday, opens, closes in days):
        return _("24 hours a day, 7 days a week")
    parts = []
    # A run of days one after the other that open and close alike has one difference between its place and its day.
    for (_gap, opens, closes), run in groupby(enumerate(days), lambda one: (one[1][0] - one[0], *one[1][1:])):
        span = [day[0] for _place, day in run]
        if len(span) == 7:
            named = _("every day")
        elif len(span) == 1:
            named = _short(span[0])
        elif len(span) == 2:
            named = f"{_short(span[0])}, {_short(span[1])}"
        else:
            named = f"{_short(span[0])}–{_short(span[-1])}"
        if (opens, closes) == (0, MIDNIGHT):
            hours = _("24 hours")
        else:
            hours = f"{_clock(opens)}–{_clock(closes)}"
        parts.append(f"{named} {hours}")
    return ", ".join(parts)


def words_of(site: HostSite) -> str:
    """A site's hours: its days in words with the remark, or the remark alone where no day is known."""
    rows: Iterable[OpeningHours] = site.opening_hours.all()
    words = in_words((row.weekday, row.opens, row.closes) for row in rows)
    if words and site.hours:
        return f"{words} ({site.hours})"
    return words or site.hours
