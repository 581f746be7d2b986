"""The outlines of departments, drawn with few lines: what two neighbours share is simplified once, so no gap opens.

Used once, by build_departments. Positions become whole kilometres on the flat map that is official in France
(Lambert-93), then each line between two corners where borders meet loses the points that change it least
(Visvalingam and Whyatt, 1993).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import cos, exp, log, pi, radians, sin, tan

# A point in degrees (longitude, latitude) before it is projected, in metres after.
Point = tuple[float, float]
Ring = Sequence[Point]

# Lambert-93 (RGF93, IGN NTG_71): the exponent, the constant, the pole of the projection, the first eccentricity.
EXPONENT, CONSTANT = 0.7256077650532670, 11754255.426096
POLE = (700000.0, 12655612.049876)
ECCENTRICITY = 0.081819191042816
MERIDIAN = radians(3)

# A point that changes an outline by less than so many square kilometres is left out; a smaller island as well.
LEAST_KM2 = 14
LEAST_ISLAND_KM2 = 50
# A border that comes back to where it began keeps at least a triangle.
FEWEST_POINTS = 4


def projected(point: Point) -> Point:
    """Metres east and north on the flat map."""
    longitude, latitude = radians(point[0]), radians(point[1])
    wave = ECCENTRICITY * sin(latitude)
    isometric = log(tan(pi / 4 + latitude / 2) * ((1 - wave) / (1 + wave)) ** (ECCENTRICITY / 2))
    radius, angle = CONSTANT * exp(-EXPONENT * isometric), EXPONENT * (longitude - MERIDIAN)
    return POLE[0] + radius * sin(angle), POLE[1] - radius * cos(angle)


def simplified(territories: Mapping[str, Sequence[Ring]]) -> dict[str, list[list[tuple[int, int]]]]:
    """The rings of each territory in whole kilometres, the largest first; small islands are left out.

    The rings of neighbours must share the very same points along their border.
    """
    known = {code: [_open(ring) for ring in rings] for code, rings in territories.items()}
    corners = _corners(ring for rings in known.values() for ring in rings)
    thinned: dict[tuple[Point, ...], list[Point]] = {}
    made = {}
    for code, rings in known.items():
        outlines = [
            _rounded([point for arc in _arcs(ring, corners) for point in _thin(arc, thinned)[:-1]]) for ring in rings
        ]
        outlines.sort(key=lambda ring: -area(ring))
        made[code] = [ring for n, ring in enumerate(outlines) if n == 0 or area(ring) >= LEAST_ISLAND_KM2]
    return made


def area(ring: Ring) -> float:
    """How much a ring encloses, in the square of its unit."""
    turned = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x * other_y - other_x * y for (x, y), (other_x, other_y) in turned)) / 2


def middle(ring: Ring) -> Point:
    """The centre of gravity of a ring."""
    turned = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    crossed = [x * other_y - other_x * y for (x, y), (other_x, other_y) in turned]
    whole = 3 * sum(crossed)
    across = sum((x + other_x) * part for ((x, _), (other_x, _)), part in zip(turned, crossed, strict=True))
    upward = sum((y + other_y) * part for ((_, y), (_, other_y)), part in zip(turned, crossed, strict=True))
    return across / whole, upward / whole


def _open(ring: Ring) -> list[Point]:
    # A file repeats the first point as the last.
    points = [tuple(point) for point in ring]
    return points[:-1] if points[0] == points[-1] else points


def _corners(rings: Iterable[list[Point]]) -> set[Point]:
    """The points where borders meet: those that have other neighbours in one ring than in another."""
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for n, point in enumerate(ring):
            neighbours[point] |= {ring[n - 1], ring[(n + 1) % len(ring)]}
    return {point for point, around in neighbours.items() if len(around) > 2}


def _arcs(ring: list[Point], corners: set[Point]) -> list[list[Point]]:
    """A ring cut at its corners; each piece begins and ends with one, that of an island with its first point."""
    starts = [n for n, point in enumerate(ring) if point in corners] or [ring.index(min(ring))]
    turned = ring[starts[0] :] + ring[: starts[0]]
    cuts = [n - starts[0] for n in starts] + [len(ring)]
    turned.append(turned[0])
    return [turned[first : last + 1] for first, last in zip(cuts, cuts[1:], strict=False)]


def _thin(arc: list[Point], thinned: dict[tuple[Point, ...], list[Point]]) -> list[Point]:
    """The same points of an arc in whichever direction a ring runs along it."""
    backwards = arc[::-1]
    is_forward = arc <= backwards
    key = tuple(arc if is_forward else backwards)
    if key not in thinned:
        thinned[key] = _visvalingam([projected(point) for point in key])
    kept = thinned[key]
    return kept if is_forward else kept[::-1]


def _visvalingam(points: list[Point]) -> list[Point]:
    fewest = FEWEST_POINTS if points[0] == points[-1] else 2
    kept = list(points)
    while len(kept) > fewest:
        sizes = [area(kept[n - 1 : n + 2]) for n in range(1, len(kept) - 1)]
        least = min(sizes)
        if least >= LEAST_KM2 * 1e6:
            break
        del kept[sizes.index(least) + 1]
    return kept


def _rounded(ring: list[Point]) -> list[tuple[int, int]]:
    """Whole kilometres; what falls on its neighbour is left out."""
    points = [(round(x / 1000), round(y / 1000)) for x, y in ring]
    return [point for n, point in enumerate(points) if point != points[n - 1]]
