"""When a site works on a day: closed, open from and to, or all day; three controls that a thumb can set."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import MIDNIGHT, HostSite

OPEN, WHOLE = "open", "whole"
STATES = [("", pgettext_lazy("site", "closed")), (OPEN, _("open from… to…")), (WHOLE, _("24 hours"))]
DAYS = tuple(f"day_{weekday}" for weekday in range(7))


def _clock_of(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def said_of(opens: int | None, closes: int | None) -> list[str]:
    """What the three controls say of a day."""
    if opens is None or closes is None:
        return ["", "", ""]
    if (opens, closes) == (0, MIDNIGHT):
        return [WHOLE, "", ""]
    return [OPEN, _clock_of(opens), _clock_of(closes)]


def days_of(site: HostSite) -> dict[str, list[str]]:
    """A site's days as the form shows them."""
    known = {row.weekday: (row.opens, row.closes) for row in site.opening_hours.all()}
    return {name: said_of(*known.get(weekday, (None, None))) for weekday, name in enumerate(DAYS)}


class DayWidget(forms.MultiWidget):
    """A menu and two times."""

    def __init__(self) -> None:
        clocks = [
            forms.TimeInput(attrs={"type": "time", "aria-label": label}, format="%H:%M")
            for label in (_("opens at"), _("closes at"))
        ]
        super().__init__([forms.Select(attrs={"aria-label": _("open or closed")}, choices=STATES), *clocks])

    def decompress(self, value: Any) -> list[str]:
        return list(value) if value else ["", "", ""]


class DayField(forms.MultiValueField):
    """A day of the week: (opens, closes) in minutes after midnight, or nothing where the site is closed."""

    widget = DayWidget

    def __init__(self, weekday: int) -> None:
        wrong = {"invalid": _("Write a time like 8:30.")}
        super().__init__(
            label=capfirst(str(WEEKDAYS[weekday])),
            required=False,
            require_all_fields=False,
            fields=(
                forms.ChoiceField(choices=STATES, required=False),
                forms.TimeField(required=False, error_messages=wrong),
                forms.TimeField(required=False, error_messages=wrong),
            ),
        )

    def compress(self, said: list[Any]) -> tuple[int, int] | None:
        state, opens, closes = (said + [None] * 3)[:3] if said else ("", None, None)
        if state == WHOLE:
            return 0, MIDNIGHT
        # Whoever typed two times means them, whatever the menu still says.
        if state != OPEN and not (opens and closes):
            return None
        if opens is None or closes is None:
            raise forms.ValidationError(_("Say from when to when it is open."), code="times")
        begins, ends = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
        ends = MIDNIGHT if closes == time(0) else ends
        if begins >= ends:
            raise forms.ValidationError(
                _("It closes before it opens: a night goes to midnight, and on from 0:00 the next day."), code="order"
            )
        return begins, ends
