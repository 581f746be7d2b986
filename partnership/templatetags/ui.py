"""The parts of the interface that need arithmetic or a locale: tandem bars, seat pips, shapes, badges, dates, figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, MultiWidget, RadioSelect, Select
from django.forms.boundfield import BoundWidget
from django.forms.widgets import ChoiceWidget, SelectDateWidget
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, npgettext
from django.utils.translation import gettext as _

register = template.Library()

NBSP = "\u00a0"
THIN = "\u202f"

# -- shapes ------------------------------------------------------------------------------------------------------------
# One drawing a name, in a 14 by 14 box and the colour of the words beside it: a shape never stands without a word.
RING = '<circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" stroke-width="1.5"'
OCTAGON = '<path d="M4.4.8h5.2l3.6 3.6v5.2l-3.6 3.6H4.4L.8 9.6V4.4z"'
LINE = 'fill="none" stroke="currentColor" stroke-width="1.3"'
SHAPES = {
    "tick": '<circle cx="7" cy="7" r="6" fill="currentColor"/>'
    '<path d="M4 7.2l2.1 2.1L10 5.2" fill="none" stroke="#fff" stroke-width="1.6"/>',
    "arrow": f'{RING}/><path d="M4.2 7h5M7 4.6L9.4 7 7 9.4" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    "triangle": '<path d="M7 1l6.2 11.5H.8z" fill="currentColor"/>'
    '<path d="M7 5v3.6M7 9.8v1.4" stroke="#fff" stroke-width="1.5"/>',
    "octagon": f'{OCTAGON} fill="currentColor"/><path d="M7 3.6v4M7 9v1.5" stroke="#fff" stroke-width="1.6"/>',
    "refused": f'{OCTAGON} fill="none" stroke="currentColor" stroke-width="1.5"/>'
    '<path d="M4.8 4.8l4.4 4.4M9.2 4.8L4.8 9.2" stroke="currentColor" stroke-width="1.5"/>',
    "dashed": f'{RING} stroke-dasharray="2.4 2"/>',
    "ring": f"{RING}/>",
    "half": f'{RING}/><path d="M7 1.7a5.3 5.3 0 0 1 0 10.6z" fill="currentColor"/>',
    "disc": '<circle cx="7" cy="7" r="6" fill="currentColor"/>',
    "cross": '<path d="M3.5 3.5l7 7M10.5 3.5l-7 7" stroke="currentColor" stroke-width="1.5"/>',
    "letter": f'<rect x="1" y="2.8" width="12" height="8.6" rx="1" {LINE}/><path d="M1.4 3.6L7 7.8l5.6-4.2" {LINE}/>',
    "document": f'<path d="M3 1h5.5L11.5 4v9H3z" {LINE}/>'
    '<path d="M5 7h4.5M5 9.5h4.5" stroke="currentColor" stroke-width="1.2"/>',
    "calendar": f'<rect x="1.2" y="2.4" width="11.6" height="10.4" rx="1" {LINE}/>'
    '<path d="M1.2 5.6h11.6M4.4 1v2.6M9.6 1v2.6" stroke="currentColor" stroke-width="1.3"/>',
    "pencil": f'<path d="M2 12l.8-3L10 1.8l2.2 2.2L5 11.2z" {LINE}/>',
    "phone": '<path d="M3 1.5h2.2l1 3-1.5 1.2a8 8 0 0 0 3.6 3.6l1.2-1.5 3 1V11a1.5 1.5 0 0 1-1.6 1.5A10 10 0 0 1 1.5 3.1 '
    f'1.5 1.5 0 0 1 3 1.5z" {LINE}/>',
    "download": f'<path d="M7 1.2v7.4M4 5.8l3 3 3-3M1.5 12.4h11" {LINE}/>',
    "seat": f'<rect x="1.6" y="1.6" width="10.8" height="10.8" {LINE}/>',
}


@register.simple_tag
def icon(name: str, size: int = 14, css: str = "") -> SafeString:
    """Draw one shape by name, hidden from assistive technology: the words beside it say the same."""
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 14 14" aria-hidden="true"{1}>{2}</svg>',
        size,
        format_html(' class="{}"', css) if css else "",
        mark_safe(SHAPES[name]),  # noqa: S308 - a constant of this module
    )


@register.simple_tag
def logo(width: int = 36, css: str = "logo") -> SafeString:
    """Draw the mark, two linked rings; the name stands beside it in words."""
    return format_html(
        '<svg class="{0}" width="{1}" height="{2}" viewBox="0 0 35 22" aria-hidden="true">'
        '<path class="logo__young" d="M15.9 18.2A9 9 0 1 1 18.68 14.76"/>'
        '<path class="logo__place" d="M19.1 3.8A9 9 0 1 1 16.32 7.24"/>'
        '<circle class="logo__dot" cx="9.6" cy="11" r="2"/>'
        '<rect class="logo__square" x="23.6" y="9.2" width="3.6" height="3.6"/></svg>',
        css,
        width,
        round(width * 22 / 35),
    )


# -- states ------------------------------------------------------------------------------------------------------------
# value of a state → (meaning, shape); the word is the state's own translated label.
APPEARANCE = {
    # applications
    "enquiry": ("idle", "ring"),
    "draft": ("idle", "dashed"),
    "submitted": ("go", "ring"),
    "interview_scheduled": ("go", "half"),
    "no_show": ("late", "octagon"),
    "interviewed": ("go", "disc"),
    "waitlisted": ("idle", "half"),
    "admitted": ("go", "arrow"),
    "confirmed": ("done", "tick"),
    "rejected": ("late", "refused"),
    "declined": ("late", "refused"),
    "expired": ("late", "refused"),
    "withdrawn": ("late", "refused"),
    "unreachable": ("late", "octagon"),
    # curricula, reviews, conventions and commitments
    "in_review": ("go", "half"),
    "changes_requested": ("risk", "triangle"),
    "validated": ("done", "tick"),
    "refused": ("late", "refused"),
    "superseded": ("idle", "disc"),
    "favourable": ("done", "tick"),
    "favourable_with_remark": ("done", "arrow"),
    "unfavourable": ("late", "refused"),
    "signed": ("done", "tick"),
    "ended": ("late", "refused"),
    "kept": ("done", "tick"),
    # enrolments
    "expected": ("go", "arrow"),
    "present": ("done", "tick"),
    # seats and placements
    "open": ("go", "ring"),
    "free": ("go", "ring"),
    "taken": ("done", "tick"),
    "closed": ("idle", "refused"),
    "proposed": ("go", "ring"),
    "accepted": ("go", "disc"),
    "lapsed": ("late", "refused"),
    "cancelled": ("idle", "refused"),
    "active": ("done", "tick"),
    "completed": ("done", "tick"),
    "broken": ("late", "octagon"),
    # messages and jobs
    "pending": ("go", "ring"),
    "sending": ("go", "half"),
    "sent": ("go", "disc"),
    "delivered": ("done", "tick"),
    "bounced": ("late", "octagon"),
    "held": ("risk", "triangle"),
    "dead": ("late", "octagon"),
    "waiting": ("go", "ring"),
    "running": ("go", "half"),
    "failed": ("late", "octagon"),
    # milestones
    "done": ("done", "tick"),
    "on_track": ("done", "arrow"),
    "at_risk": ("risk", "triangle"),
    "late": ("late", "octagon"),
    "undated": ("idle", "dashed"),
}
# The same value can weigh differently in another class.
APPEARANCE_IN_CLASS = {
    ("ConventionState", "draft"): ("go", "half"),
    ("ConventionState", "ended"): ("idle", "disc"),
    ("SlotState", "cancelled"): ("late", "refused"),
}
UNKNOWN = ("idle", "ring")


@register.inclusion_tag("components/badge.html")
def state_badge(thing: Any, label: str = "", fill: bool = False) -> dict[str, Any]:
    """Show a state as colour, shape and word; takes a TextChoices member, an object with a state, or a value and a label."""
    value, owner, word = _state_of(thing, label)
    meaning, shape = APPEARANCE_IN_CLASS.get((owner, value), APPEARANCE.get(value, UNKNOWN))
    return {"meaning": meaning, "shape": shape, "label": word, "fill": fill}


def _state_of(thing: Any, label: str) -> tuple[str, str, str]:
    if isinstance(thing, Enum):
        return str(thing.value), type(thing).__name__, str(label or getattr(thing, "label", thing.value))
    if hasattr(thing, "get_state_display"):
        state = thing.state
        owner = type(state).__name__ if isinstance(state, Enum) else f"{type(thing).__name__}State"
        return str(getattr(state, "value", state)), owner, str(label or thing.get_state_display())
    if label:
        return str(thing), "", str(label)
    raise TypeError("state_badge needs a TextChoices member, an object with a state, or a label.")


# -- tandem bars (design.md §3) ----------------------------------------------------------------------------------------
# size → (bar height, gap between the two bars)
BAR_SIZES = {"table": (10, 4), "public": (16, 6), "hero": (18, 6)}
BAR_WIDTHS = {"table": 274, "public": 430, "hero": 620}
LANE = 8


@register.inclusion_tag("components/tandem_bars.html")
def tandem_bars(
    *,
    young: int,
    seats: int | None,
    linked: int = 0,
    young_target: int | None = None,
    seats_target: int | None = None,
    scale: int | None = None,
    width: int | None = None,
    size: str = "table",
    forecast: tuple[int, int, int] | None = None,
    lane: bool = False,
) -> dict[str, Any]:
    """Draw young people above places on one scale (`scale` in people); `seats=None` means no host place applies.

    `forecast` is (middle, low, high); `lane` keeps its height where a row of the same table has a forecast.
    """
    bar, gap = BAR_SIZES[size]
    width = width or BAR_WIDTHS[size]
    lane = lane or forecast is not None
    top = 5 + (LANE if lane else 0)
    second = top + bar + gap
    highest = max(x for x in (scale, young, seats, young_target, seats_target, *(forecast or ()), 1) if x is not None)
    # 1 px for the baseline on the left, 3 px for the last tick's halo on the right.
    pixel = (width - 4) / highest
    tied = min(linked, young, seats or 0)
    marks = [_young_bar(young, tied, top, bar, pixel)]
    if seats is not None:
        marks.append(_seats_bar(seats, tied, second, bar, pixel))
    if forecast is not None:
        marks.append(_whisker(forecast, pixel))
    if young_target is not None:
        marks.append(_tick(young_target, top, bar, pixel, beyond=young > young_target))
    if seats is not None and seats_target is not None:
        marks.append(_tick(seats_target, second, bar, pixel, beyond=seats > seats_target))
    height = second + bar + 5
    return {
        "width": width,
        "height": height,
        "base_top": top - 2,
        "base_bottom": (second if seats is not None else top) + bar + 2,
        "marks": mark_safe("".join(marks)),  # noqa: S308 - numbers formatted below
        "label": tandem_words(young, seats, linked, young_target, seats_target, forecast),
        "size": size,
        "lane": lane,
        "young": young,
        "seats": seats,
        "young_target": young_target,
        "seats_target": seats_target,
    }


def tandem_words(
    young: int,
    seats: int | None,
    linked: int,
    young_target: int | None = None,
    seats_target: int | None = None,
    forecast: tuple[int, int, int] | None = None,
) -> str:
    """Say in words everything a pair of tandem bars shows."""
    words = [ngettext("%(n)s young person confirmed", "%(n)s young people confirmed", young) % {"n": number(young)}]
    words.append(_of_target(young_target, npgettext("young people", "of %(n)s expected", "of %(n)s expected", young_target or 0)))
    if seats is None:
        words.append(", " + _("no host place needed"))
    else:
        words.append(", " + ngettext("%(n)s place confirmed", "%(n)s places confirmed", seats) % {"n": number(seats)})
        words.append(_of_target(seats_target, npgettext("places", "of %(n)s expected", "of %(n)s expected", seats_target or 0)))
        words.append(", " + ngettext("%(n)s tandem formed", "%(n)s tandems formed", linked) % {"n": number(linked)})
    if forecast is not None:
        mid, low, high = (number(x) for x in forecast)
        words.append(", " + _("forecast %(mid)s, between %(low)s and %(high)s") % {"mid": mid, "low": low, "high": high})
    return "".join(words)


def _of_target(target: int | None, words: str) -> str:
    return " " + (_("without an objective") if target is None else words % {"n": number(target)})


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _young_bar(young: int, tied: int, y: int, bar: int, pixel: float) -> str:
    if not young:
        return _stub(y, bar)
    dark = f'<rect class="bar-link" x="1" y="{y}" width="{_px(tied * pixel)}" height="{bar}"/>' if tied else ""
    if young == tied:
        return dark
    return dark + (
        f'<rect class="bar-wait" x="{_px(1 + tied * pixel)}" y="{y}" '
        f'width="{_px((young - tied) * pixel)}" height="{bar}"/>'
    )


def _seats_bar(seats: int, tied: int, y: int, bar: int, pixel: float) -> str:
    if not seats:
        return _stub(y, bar)
    # Half a stroke inwards, so that hollow and solid bars of the same number end on the same pixel.
    hollow = (
        f'<rect class="bar-free" x="1.6" y="{_px(y + 0.6)}" width="{_px(max(seats * pixel - 1.2, 1))}" '
        f'height="{_px(bar - 1.2)}"/>'
    )
    dark = f'<rect class="bar-link" x="1" y="{y}" width="{_px(tied * pixel)}" height="{bar}"/>' if tied else ""
    return hollow + dark


def _stub(y: int, bar: int) -> str:
    return f'<rect class="bar-zero" x="1.6" y="{_px(y + 0.6)}" width="10" height="{_px(bar - 1.2)}"/>'


def _tick(target: int, y: int, bar: int, pixel: float, *, beyond: bool) -> str:
    x = target * pixel
    halo = f'<rect class="bar-halo" x="{_px(x - 1)}" y="{y - 2}" width="4" height="{bar + 4}"/>' if beyond else ""
    return halo + f'<rect class="bar-tick" x="{_px(x)}" y="{y - 2}" width="2" height="{bar + 4}"/>'


def _whisker(forecast: tuple[int, int, int], pixel: float) -> str:
    mid, low, high = (_px(1 + x * pixel) for x in forecast)
    return (
        f'<path class="bar-fore" d="M{low} 6H{high}M{low} 3.5v5M{high} 3.5v5"/>'
        f'<circle class="bar-dot" cx="{mid}" cy="6" r="2.8"/>'
    )


# -- seat pips ---------------------------------------------------------------------------------------------------------
PIPS_AT_MOST = 12


@register.simple_tag
def seat_pips(taken: int, free: int = 0, stale: int = 0) -> SafeString:
    """Draw one square a seat: dotted taken, hollow free, dashed to be reconfirmed; past twelve, say the numbers."""
    parts = []
    if taken:
        parts.append(ngettext("%(n)s taken", "%(n)s taken", taken) % {"n": taken})
    if free:
        parts.append(ngettext("%(n)s free", "%(n)s free", free) % {"n": free})
    if stale:
        parts.append(ngettext("%(n)s to reconfirm, not counted", "%(n)s to reconfirm, not counted", stale) % {"n": stale})
    words = ", ".join(parts) or _("none")
    total = taken + free + stale
    if not 0 < total <= PIPS_AT_MOST:
        return format_html('<span class="pips-words">{}</span>', words)
    squares = []
    for i, kind in enumerate(["taken"] * taken + ["free"] * free + ["stale"] * stale):
        x = i * 18
        if kind == "taken":
            squares.append(
                f'<rect class="pip-taken" x="{x + 1}" y="1" width="12" height="12"/>'
                f'<circle class="pip-dot" cx="{x + 7}" cy="7" r="3"/>'
            )
        else:
            squares.append(f'<rect class="pip-{kind}" x="{x + 1.6}" y="1.6" width="10.8" height="10.8"/>')
    return format_html(
        '<svg class="pips" width="{0}" height="14" viewBox="0 0 {0} 14" role="img" aria-label="{1}">{2}</svg>',
        total * 18 - 4,
        _("Places: %(words)s") % {"words": words},
        mark_safe("".join(squares)),  # noqa: S308 - numbers formatted above
    )


# -- dates, hours and figures --------------------------------------------------------------------------------------------
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
def clocktime(value: datetime | None) -> str:
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
def number(value: int | float | Decimal | None) -> str:
    """Write a figure as the language does: « 1 823,5 » with a thin space, 1,823.5 in English."""
    if value is None:
        return ""
    text = f"{value:,}"
    return text.translate(str.maketrans({",": THIN, ".": ","})).replace("-", "−") if _french() else text.replace("-", "−")


# -- forms -------------------------------------------------------------------------------------------------------------
PLAIN, SELECT, AREA = "input", "select", "textarea"


def _css_of(widget: Any) -> str:
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return "box"
    if isinstance(widget, Select | SelectDateWidget):
        return SELECT
    if isinstance(widget, FileInput):
        return "file"
    return AREA if widget.__class__.__name__.endswith("Textarea") else PLAIN


def _with_class(attrs: dict[str, Any], css: str) -> dict[str, Any]:
    return {"class": f"{css} {attrs.get('class', '')}".strip()}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Render a field's own widget in our dress; Django adds aria-invalid and aria-describedby."""
    widget = field.field.widget
    if widget.attrs.get("placeholder") == field.label:
        # allauth repeats its labels inside the fields, where they vanish as one types.
        del widget.attrs["placeholder"]
    if isinstance(widget, MultiWidget):
        for part in widget.widgets:
            part.attrs.update(_with_class(part.attrs, _css_of(part)))
        return field.as_widget()
    return field.as_widget(attrs=_with_class(widget.attrs, _css_of(widget)))


@register.simple_tag
def option_control(option: BoundWidget) -> SafeString:
    """Render one radio button or tick box of a group; its fieldset carries the hint and the error."""
    attrs = option.data["attrs"]
    attrs.pop("aria-describedby", None)
    attrs.pop("aria-invalid", None)
    attrs.update(_with_class(attrs, "box"))
    return option.tag()


@register.filter
def kind(field: BoundField) -> str:
    """Tell the form templates how a field is laid out: hidden, checkbox, options, group or plain."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    if isinstance(widget, ChoiceWidget) and not isinstance(widget, Select):
        return "options"
    return "group" if field.use_fieldset else "plain"


@register.filter
def anchor(field: BoundField) -> str:
    """Return the id that an error summary links to: the first thing in the field that takes the focus."""
    if isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple | MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.simple_tag
def form_problems(*forms: Any) -> list[tuple[str, str, str]]:
    """List (anchor, label, message) for every error of the forms, in the order of the page."""
    problems = []
    for form in _flat(forms):
        if hasattr(form, "non_field_errors"):
            problems += [("form-errors", "", str(message)) for message in form.non_field_errors()]
            for field in form:
                target = "form-errors" if field.is_hidden else anchor(field)
                problems += [(target, str(field.label), str(message)) for message in field.errors]
        elif hasattr(form, "non_form_errors"):
            problems += [("form-errors", "", str(message)) for message in form.non_form_errors()]
    return problems


def _flat(forms: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for form in forms:
        if hasattr(form, "forms"):
            found += [form, *form.forms]
        elif form:
            found.append(form)
    return found


@register.simple_tag(takes_context=True)
def csrf_field(context: template.Context) -> SafeString:
    """Write the hidden token of a POST form, inside a component included with `only` as well."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(context.request))


@register.filter
def page_numbers(page: Page) -> list[int | None]:
    """Return the pages to offer around the present one, None where some are left out."""
    around = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [n if isinstance(n, int) else None for n in around]


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the address's query string with some parameters changed; None or an empty value removes one."""
    params = context.request.GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = value
    return "?" + params.urlencode()

