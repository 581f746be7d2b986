"""The parts of the interface that need arithmetic: bars, pips, shapes, badges, codes, the pages of a list."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, ngettext, npgettext
from django.utils.translation import gettext as _

from . import drawings
from .figures import number

register = template.Library()


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


@register.filter
def language_name(code: str) -> str:
    """The name of a language by its two letters, which are shown for those that Django does not know."""
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code


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
    "prepared": ("go", "half"),
    "filed": ("go", "arrow"),
    "returned": ("risk", "triangle"),
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
    # introductions
    "meeting": ("go", "half"),
    "chosen": ("done", "tick"),
    "not_chosen": ("idle", "refused"),
    "student_declined": ("idle", "refused"),
    "no_answer": ("late", "octagon"),
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
    # the chair
    "planned": ("idle", "dashed"),
    "published": ("done", "tick"),
    "registered": ("done", "tick"),
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
    "alike": ("risk", "triangle"),
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
    ("AmendmentState", "draft"): ("go", "half"),
    ("SlotState", "cancelled"): ("late", "refused"),
    ("ContributionState", "kept"): ("go", "half"),
    ("ContributionState", "accepted"): ("done", "tick"),
    ("ContributionState", "declined"): ("idle", "refused"),
    ("ContractFileState", "received"): ("go", "half"),
    ("ContractFileState", "signed"): ("go", "disc"),
    ("ContractFileState", "accepted"): ("done", "tick"),
    ("ContractFileState", "refused"): ("late", "refused"),
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
    young_words: str = "",
    seats_words: str = "",
) -> dict[str, Any]:
    """Draw young people above places on one scale (`scale` in people); `seats=None` means no host place applies.

    `forecast` is (middle, low, high); `lane` keeps its height where a row of the same table has a forecast. The words
    stand beside the figures instead of what the objective is.
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
        "young_words": young_words,
        "seats_words": seats_words,
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
def seat_pips(taken: int, free: int = 0, stale: int = 0, alone: bool = True) -> SafeString:
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
        # Where the words follow anyway, too many seats are not drawn.
        return format_html('<span class="pips-words">{}</span>', words) if alone or not total else SafeString()
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


# -- pages of a list ---------------------------------------------------------------------------------------------------
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
