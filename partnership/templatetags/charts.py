"""Charts drawn on the server, each with the table of its numbers: what grew, who came how far, how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django import template
from django.utils.dates import MONTHS_AP
from django.utils.translation import gettext as _

from . import curves
from .curves import Field, Point
from .figures import longdate, number

register = template.Library()


@dataclass(frozen=True)
class Curve:
    """What grew: its points, and the number promised for a day, if there is one."""

    label: str
    points: Sequence[Point]
    target: Point | None = None

    @property
    def last(self) -> int:
        return self.points[-1][1] if self.points else 0


class Forecast(NamedTuple):
    """What is expected on a day, between a low and a high number."""

    day: date
    low: int
    likely: int
    high: int


# How the first curve and the second one are drawn: young people full, places hollow, as their bars are.
LOOKS = ("young", "places")
# Numbers at the ends of two curves are no closer to each other than this.
APART = 11


@register.inclusion_tag("components/burn_up.html")
def burn_up(*, shown: Sequence[Curve], since: date, until: date, forecast: Forecast | None = None) -> dict[str, Any]:
    """Draw one or two curves from a day to another, dotted to what was promised; the table of the weeks beside them."""
    highest = [number for curve in shown for _day, number in curve.points]
    highest += [curve.target[1] for curve in shown if curve.target]
    top = curves.top_of(max([*highest, forecast.high if forecast else 0, 1]))
    ends = [until, *(curve.target[0] for curve in shown if curve.target), *([forecast.day] if forecast else [])]
    field = Field(since, max(ends), top)
    step = curves.step_of(top)
    lines = [
        {
            "look": look,
            "curve": curve,
            "path": field.line(curve.points),
            "target": field.line([(since, 0), curve.target]) if curve.target else "",
            "end": curve.points[-1] if curve.points else None,
        }
        for look, curve in zip(LOOKS, shown, strict=False)
    ]
    return {
        "width": curves.WIDTH,
        "height": curves.HEIGHT,
        "left": curves.LEFT,
        "right": curves.WIDTH - curves.RIGHT,
        "bottom": curves.HEIGHT - curves.BOTTOM,
        "months_y": curves.HEIGHT - curves.BOTTOM + 14,
        "ticks": [{"n": number(n), "y": field.y(n)} for n in range(0, top + 1, step)],
        "months": [{"x": field.x(day), "words": MONTHS_AP[day.month]} for day in curves.months_of(since, field.last)],
        "lines": lines,
        "ends": _ends(lines, field),
        "forecast": _whisker(forecast, field) if forecast else None,
        "rows": _rows(shown),
        "label": _words(shown, forecast),
    }


def _ends(lines: Sequence[dict[str, Any]], field: Field) -> list[dict[str, str]]:
    """The last number of each curve, beside its end; two that are close give way to each other."""
    ends = [(float(field.y(line["end"][1])), line) for line in lines if line["end"]]
    ends.sort(key=lambda end: end[0])
    placed: list[dict[str, str]] = []
    lowest = 0.0
    for y, line in ends:
        y = max(y, lowest)
        lowest = y + APART
        day, figure = line["end"]
        placed.append({"x": field.x(day), "y": f"{y + 3.5:.1f}", "n": number(figure), "look": line["look"]})
    return placed


def _whisker(forecast: Forecast, field: Field) -> dict[str, str]:
    return {
        "x": field.x(forecast.day),
        "low": field.y(forecast.low),
        "likely": field.y(forecast.likely),
        "high": field.y(forecast.high),
    }


def _rows(shown: Sequence[Curve]) -> list[dict[str, Any]]:
    told = [dict(curve.points) for curve in shown]
    days = sorted({day for points in told for day in points})
    return [{"day": day, "numbers": [points.get(day) for points in told]} for day in days]


def _words(shown: Sequence[Curve], forecast: Forecast | None) -> str:
    """Say in words what the curves show."""
    words = []
    for curve in shown:
        if not curve.points:
            words.append(_("%(label)s: nothing yet") % {"label": curve.label})
            continue
        (first, was), (last, now) = curve.points[0], curve.points[-1]
        said = _("%(label)s: %(was)s on %(first)s, %(now)s on %(last)s")
        figures = {"label": curve.label, "was": number(was), "now": number(now)}
        words.append(said % {**figures, "first": longdate(first), "last": longdate(last)})
        if curve.target:
            day, target = curve.target
            words.append(_("%(n)s promised for %(day)s") % {"n": number(target), "day": longdate(day)})
    if forecast:
        said = _("forecast for %(day)s: %(likely)s, between %(low)s and %(high)s")
        figures = {name: number(getattr(forecast, name)) for name in ("likely", "low", "high")}
        words.append(said % {**figures, "day": longdate(forecast.day)})
    return "; ".join(words)


@register.inclusion_tag("components/funnel.html")
def funnel(*, steps: Sequence[Any], caption: str) -> dict[str, Any]:
    """Draw how many came how far as bars in the rows of their table; steps have a label, a number and a rate."""
    most = max([step.number for step in steps] + [1])
    rows = [{"step": step, "width": _percent(step.number / most), "words": _rate_words(step)} for step in steps]
    return {"rows": rows, "caption": caption}


def _rate_words(step: Any) -> str:
    if step.rate is None:
        return ""
    return _("%(rate)s %% of %(n)s") % {"rate": step.rate, "n": number(step.of)}


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")


@register.inclusion_tag("components/stays.html")
def stays(*, stays: Sequence[Any], caption: str) -> dict[str, Any]:
    """Draw how long files stay in each stage as bars in the rows of their table, all on one scale of time."""
    shares = _shares([stay.nine_tenths for stay in stays])
    rows = [
        {"stay": stay, "nine_tenths": _percent(share), "half": _percent(_of(stay.half, stay.nine_tenths) * share)}
        for stay, share in zip(stays, shares, strict=True)
    ]
    return {"rows": rows, "caption": caption}


@register.inclusion_tag("components/speeds.html")
def speeds(*, speeds: Sequence[Any], caption: str) -> dict[str, Any]:
    """Draw how soon each zone answers as bars in the rows of their table, all on one scale of open hours."""
    shares = _shares([speed.half for speed in speeds])
    rows = [{"speed": speed, "width": _percent(share)} for speed, share in zip(speeds, shares, strict=True)]
    return {"rows": rows, "caption": caption}


def _shares(lengths: Sequence[timedelta | None]) -> list[float]:
    """Each length of the longest one; nothing of what is not known."""
    longest = max((length for length in lengths if length), default=None)
    return [_of(length, longest) for length in lengths]


def _of(length: timedelta | None, whole: timedelta | None) -> float:
    return length / whole if length and whole else 0.0
