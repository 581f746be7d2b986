"""Server-side SVG as strings of numbers: shapes, the tandem bars of design.md §3, seat pips, codes. No words here."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import segno

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
    "phone": '<path d="M3 1.5h2.2l1 3-1.5 1.2a8 8 0 0 0 3.6 3.6l1.2-1.5 3 1V11'
    f'a1.5 1.5 0 0 1-1.6 1.5A10 10 0 0 1 1.5 3.1 1.5 1.5 0 0 1 3 1.5z" {LINE}/>',
    "download": f'<path d="M7 1.2v7.4M4 5.8l3 3 3-3M1.5 12.4h11" {LINE}/>',
    "seat": f'<rect x="1.6" y="1.6" width="10.8" height="10.8" {LINE}/>',
}

# size → (bar height, gap between the two bars), in pixels
BAR_SIZES = {"table": (10, 4), "public": (16, 6), "hero": (18, 6)}
BAR_WIDTHS = {"table": 274, "public": 430, "hero": 620}
LANE = 8


class Drawing(NamedTuple):
    """A pair of bars: its marks, its height and the ends of its baseline."""

    marks: str
    height: int
    base_top: int
    base_bottom: int


def bars(
    young: int,
    seats: int | None,
    linked: int,
    young_target: int | None,
    seats_target: int | None,
    forecast: tuple[int, int, int] | None,
    *,
    scale: int | None,
    width: int,
    size: str,
    lane: bool,
) -> Drawing:
    """Draw young people above places on one scale; a forecast flies in a lane above the pair, never on a bar."""
    bar, gap = BAR_SIZES[size]
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
    bottom = (second if seats is not None else top) + bar + 2
    return Drawing("".join(marks), second + bar + 5, top - 2, bottom)


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


def pips(taken: int, free: int, stale: int) -> str:
    """Draw one 14 px square a seat, 18 px apart."""
    squares = []
    for i, kind in enumerate(["taken"] * taken + ["free"] * free + ["stale"] * stale):
        x = i * 18
        if kind == "taken":
            squares.append(
                f'<rect class="pip-taken" x="{x + 1}" y="1" width="12" height="12"/>'
                f'<circle class="pip-dot" cx="{x + 7}" cy="7" r="3"/>'
            )
        else:
            squares.append(f'<rect class="pip-{kind}" x="{x + 1.6:.1f}" y="1.6" width="10.8" height="10.8"/>')
    return "".join(squares)


# Light squares around a code, without which a camera does not find it.
MARGIN = 4


# Ten milliseconds each, and the codes of a page are the same tomorrow.
@lru_cache(128)
def code(address: str) -> tuple[str, int]:
    """Draw the dark squares of a QR code, each run of a line at once; and say how many squares wide it is."""
    rows = segno.make_qr(address, error="m").matrix_iter(border=MARGIN)
    path, side = [], 0
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                path.append(f"M{x} {y}h{width}v1H{x}z")
            x += width
        side = x
    return "".join(path), side
