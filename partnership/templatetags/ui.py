"""The parts of the interface that need arithmetic or a locale: bars, pips, shapes, badges, codes, dates, fields."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import phonenumbers
from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, MultiWidget, RadioSelect, Select
from django.forms.boundfield import BoundWidget
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget, SelectDateWidget
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, npgettext
from django.utils.translation import gettext as _

from . import drawings

register = template.Library()

NBSP = "\u00a0"
THIN = "\u202f"


# -- shapes ------------------------------------------------------------------------------------------------------------
@register.simple_tag
@cache
def icon(name: str, size: int = 14, css: str = "") -> SafeString:
    """Draw one shape by name, hidden from assistive technology: the words beside it say the same."""
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 14 14" aria-hidden="true"{1}>{2}</svg>',
        size,
        format_html(' class="{}"', css) if css else "",
        mark_safe(drawings.SHAPES[name]),  # noqa: S308 - a constant of this module
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
    "remark": ("done", "arrow"),
    "changes": ("risk", "triangle"),
    "unfavourable": ("late", "refused"),
    "signed": ("done", "tick"),
    "ended": ("late", "refused"),
    "kept": ("done", "tick"),
    # bookings and enrolments
    "booked": ("go", "half"),
    "attended": ("done", "tick"),
    "missed": ("late", "octagon"),
    "expected": ("go", "arrow"),
    "present": ("done", "tick"),
    # papers
    "asked": ("go", "ring"),
    "dropped": ("idle", "refused"),
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
    # lists from elsewhere, and their rows
    "received": ("go", "ring"),
    "checking": ("go", "half"),
    "checked": ("risk", "triangle"),
    "writing": ("go", "half"),
    "written": ("done", "tick"),
    "new": ("go", "arrow"),
    "completes": ("go", "half"),
    "known": ("idle", "disc"),
    "repeated": ("idle", "half"),
    "wrong": ("late", "octagon"),
    # processes
    "lives": ("done", "tick"),
    "silent": ("late", "octagon"),
    "absent": ("late", "refused"),
    "unasked": ("idle", "dashed"),
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
    ("PaperRequestState", "accepted"): ("done", "tick"),
    ("PaperRequestState", "refused"): ("risk", "triangle"),
    ("PaperRequestState", "received"): ("risk", "triangle"),
}
UNKNOWN = ("idle", "ring")


@register.simple_tag
def state_badge(thing: Any, label: str = "", fill: bool = False) -> SafeString:
    """Show a state as colour, shape and word; takes a TextChoices member, a thing with a state, or value and label."""
    value, owner, word = _state_of(thing, label)
    meaning, shape = APPEARANCE_IN_CLASS.get((owner, value), APPEARANCE.get(value, UNKNOWN))
    # The markup of components/badge.html, written here because a list has fifty of them.
    return format_html(
        '<span class="badge badge--{}{}">{}{}</span>', meaning, " badge--fill" if fill else "", icon(shape), word
    )


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
    width = width or drawings.BAR_WIDTHS[size]
    lane = lane or forecast is not None
    drawing = drawings.bars(
        young, seats, linked, young_target, seats_target, forecast, scale=scale, width=width, size=size, lane=lane
    )
    return {
        "width": width,
        "height": drawing.height,
        "base_top": drawing.base_top,
        "base_bottom": drawing.base_bottom,
        "marks": mark_safe(drawing.marks),  # noqa: S308 - numbers formatted there
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
    words.append(
        _of_target(young_target, npgettext("young people", "of %(n)s expected", "of %(n)s expected", young_target or 0))
    )
    if seats is None:
        words.append(", " + _("no host place needed"))
    else:
        words.append(", " + ngettext("%(n)s place confirmed", "%(n)s places confirmed", seats) % {"n": number(seats)})
        words.append(
            _of_target(seats_target, npgettext("places", "of %(n)s expected", "of %(n)s expected", seats_target or 0))
        )
        words.append(", " + ngettext("%(n)s tandem formed", "%(n)s tandems formed", linked) % {"n": number(linked)})
    if forecast is not None:
        mid, low, high = (number(x) for x in forecast)
        words.append(
            ", " + _("forecast %(mid)s, between %(low)s and %(high)s") % {"mid": mid, "low": low, "high": high}
        )
    return "".join(words)


def _of_target(target: int | None, words: str) -> str:
    return " " + (_("without an objective") if target is None else words % {"n": number(target)})


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
        parts.append(
            ngettext("%(n)s to reconfirm, not counted", "%(n)s to reconfirm, not counted", stale) % {"n": stale}
        )
    words = ", ".join(parts) or _("none")
    total = taken + free + stale
    if not 0 < total <= PIPS_AT_MOST:
        return format_html('<span class="pips-words">{}</span>', words)
    return format_html(
        '<svg class="pips" width="{0}" height="14" viewBox="0 0 {0} 14" role="img" aria-label="{1}">{2}</svg>',
        total * 18 - 4,
        _("Places: %(words)s") % {"words": words},
        mark_safe(drawings.pips(taken, free, stale)),  # noqa: S308 - numbers formatted there
    )


# -- codes to scan -----------------------------------------------------------------------------------------------------
@register.simple_tag
def qr_code(address: str, label: str = "", square: int = 4) -> SafeString:
    """Draw an address to scan, black on white on any page or paper; `square` is the side of a square in pixels."""
    path, side = drawings.code(address)
    return format_html(
        '<svg width="{0}" height="{0}" viewBox="0 0 {1} {1}" role="img" shape-rendering="crispEdges">'
        '<title>{2}</title><path fill="#fff" d="M0 0h{1}v{1}H0z"/><path fill="#000" d="{3}"/></svg>',
        side * square,
        side,
        label or _("Code to scan: %(address)s") % {"address": address},
        path,
    )


# -- dates, hours and figures ------------------------------------------------------------------------------------------
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
def number(value: int | float | Decimal | None) -> str:
    """Write a figure as the language does: « 1 823,5 » with a thin space, 1,823.5 in English."""
    if value is None:
        return ""
    text = f"{value:,}".replace("-", "−")
    return text.translate(str.maketrans({",": THIN, ".": ","})) if _french() else text


@register.filter
def phone(value: str) -> str:
    """Write a stored telephone number as it is read aloud: « 04 65 71 00 12 »; a foreign one keeps its country."""
    try:
        number_ = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    said = phonenumbers.format_number(number_, style.NATIONAL if number_.country_code == 33 else style.INTERNATIONAL)
    return said.replace(" ", NBSP)


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
    # allauth writes examples inside its fields, where they vanish as one types; a label and a hint stay.
    widget.attrs.pop("placeholder", None)
    if isinstance(widget, MultiWidget):
        for part in widget.widgets:
            part.attrs.update(_with_class(part.attrs, _css_of(part)))
        return field.as_widget()
    attrs = _with_class(widget.attrs, _css_of(widget))
    return _menu(field, attrs) if type(widget) is Select else field.as_widget(attrs=attrs)


def _menu(field: BoundField, attrs: dict[str, Any]) -> SafeString:
    """A menu as Django draws it, without one template for each of its lines: five menus were a quarter of a list."""
    attrs = field.build_widget_attrs(attrs)
    if field.auto_id:
        attrs.setdefault("id", field.auto_id)
    menu = field.field.widget.get_context(field.html_name, field.value(), attrs)["widget"]
    lines = []
    for group, options, _index in menu["optgroups"]:
        drawn = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((_as_text(line["value"]), flatatt(line["attrs"]), line["label"]) for line in options),
        )
        lines.append(format_html('<optgroup label="{}">{}</optgroup>', group, drawn) if group else drawn)
    drawn = mark_safe("".join(lines))  # noqa: S308 - joined from what is safe
    return format_html('<select name="{}"{}>{}</select>', menu["name"], flatatt(menu["attrs"]), drawn)


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


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
