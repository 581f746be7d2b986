"""The zones on a map of the departments: server-side SVG, hatched by how each zone stands; every zone in words."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..board import ZoneStanding
from ..states import MilestoneStatus
from .ui import tandem_words

register = template.Library()

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "departments.json"
# Of a tile of sixteen units; colours never say it alone, so each state has lines of its own.
HATCHES = {
    MilestoneStatus.DONE: '<path d="M8 0v16"/>',
    MilestoneStatus.ON_TRACK: '<path d="M4 4h.1M12 12h.1"/>',
    MilestoneStatus.AT_RISK: '<path d="M-4 4L4-4M-4 20L20-4M12 20L20 12"/>',
    MilestoneStatus.LATE: '<path d="M0 0L16 16M16 0L0 16"/>',
    None: "",
}
# How large a name is drawn on a telephone, in the units of the map: names are kept apart for that size.
LETTER, LINE = 25, 96


class Outlines(NamedTuple):
    """The departments of the mainland: their paths, their middles and the size of the drawing, in kilometres."""

    width: int
    height: int
    paths: dict[str, str]
    middles: dict[str, tuple[int, int]]


@cache
def outlines() -> Outlines:
    """The shipped drawing of the departments."""
    told = json.loads(REFERENCE.read_text(encoding="utf-8"))
    drawn = told["departments"]
    return Outlines(
        *told["size"],
        {code: one["path"] for code, one in drawn.items()},
        {code: tuple(one["at"]) for code, one in drawn.items()},
    )


@register.inclusion_tag("components/zone_map.html")
def zone_map(standings: list[ZoneStanding]) -> dict[str, Any]:
    """Draw each zone by its departments (prefetched), the core stronger than what is near; its name links to its list.

    What cannot be drawn is said: a zone without departments, departments overseas.
    """
    france = outlines()
    zones, taken, unseen = [], set(), []
    for standing in standings:
        codes = {row.department: row.is_core for row in standing.zone.departments.all()}
        seen = {code: is_core for code, is_core in codes.items() if code in france.paths}
        unseen += [_unseen(standing, codes.keys() - seen.keys())] if codes.keys() - seen.keys() or not codes else []
        taken |= seen.keys()
        if seen:
            zones.append(_drawn(standing, seen))
    _keep_apart(zones, france.width)
    return {
        "width": france.width,
        "height": france.height,
        "ground": "".join(path for code, path in france.paths.items() if code not in taken),
        "zones": zones,
        "unseen": unseen,
        "states": [(_key(status), _word(status)) for status in HATCHES if any(z["status"] == status for z in zones)],
        "has_near": any(zone["near"] for zone in zones),
    }


@register.simple_tag
def map_hatches() -> SafeString:
    """The patterns that fill the zones, one a state."""
    tiles = (
        f'<pattern id="map-{_key(status)}" width="16" height="16" patternUnits="userSpaceOnUse">'
        f'<rect class="map-tile map-tile--{_key(status)}" width="16" height="16"/>'
        f'<g class="map-hatch map-hatch--{_key(status)}">{lines}</g></pattern>'
        for status, lines in HATCHES.items()
    )
    return mark_safe("".join(tiles))  # noqa: S308 - constants of this module


def _drawn(standing: ZoneStanding, seen: dict[str, bool]) -> dict[str, Any]:
    france = outlines()
    return {
        "name": standing.zone.name,
        "status": standing.status,
        "key": _key(standing.status),
        "word": _word(standing.status),
        "url": standing.url,
        "words": _said(standing),
        "whole": "".join(france.paths[code] for code in sorted(seen)),
        "core": "".join(france.paths[code] for code in sorted(seen) if seen[code]),
        "near": "".join(france.paths[code] for code in sorted(seen) if not seen[code]),
        "x": round(fmean(france.middles[code][0] for code in seen)),
        "y": round(fmean(france.middles[code][1] for code in seen)),
    }


def _keep_apart(zones: list[dict[str, Any]], width: int) -> None:
    """Move names off the edges and below those they would cover, from the north to the south."""
    placed: list[tuple[int, int, int]] = []
    for zone in sorted(zones, key=lambda zone: (zone["y"], zone["x"])):
        half = LETTER * max(len(zone["name"]), len(zone["word"])) // 2
        zone["x"] = min(max(zone["x"], half), max(width - half, half))
        for x, y, other in placed:
            if abs(zone["x"] - x) < half + other and abs(zone["y"] - y) < LINE:
                zone["y"] = y + LINE
        placed.append((zone["x"], zone["y"], half))


def _said(standing: ZoneStanding) -> str:
    """Everything that is drawn of a zone: its name, how it stands, and its tandem of each milestone."""
    tandems = [
        f"{row.milestone.short_title}, "
        + tandem_words(row.young, row.seats, row.linked, row.young_target, row.seats_target)
        for row in standing.rows
    ]
    parts = [str(standing.zone.name), _word(standing.status), *(tandems or [_("nothing counted yet")])]
    return ". ".join(parts)


def _unseen(standing: ZoneStanding, overseas: Iterable[str]) -> str:
    codes = ", ".join(sorted(overseas))
    if not codes:
        return _("%(zone)s has no department yet: it is not drawn.") % {"zone": standing.zone}
    return _("%(zone)s: this map does not show the departments %(codes)s.") % {"zone": standing.zone, "codes": codes}


def _key(status: MilestoneStatus | None) -> str:
    return status.value if status else "unknown"


def _word(status: MilestoneStatus | None) -> str:
    return str(status.label) if status else _("No objective")


@register.simple_tag
def map_swatch(key: str) -> SafeString:
    """A sample of a state's hatch, for the legend."""
    return format_html(
        '<svg width="28" height="16" viewBox="0 0 56 32" aria-hidden="true">'
        '<rect class="map-edge" x="1" y="1" width="54" height="30" fill="url(#map-{})"/></svg>',
        key,
    )
