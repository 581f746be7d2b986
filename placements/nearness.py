"""The nearest sites of very many students at once. With NumPy, which no page needs: only tasks may import this.

By commune, as `partnership.distance` measures: half a million students live in 35,000 communes at most, so each of
these is compared once with each that has a site, and no tree is needed.
"""

import numpy as np
from django.conf import settings

from partnership.distance import EARTH_RADIUS_KM

# So many distances are held in memory at a time: 64 MB.
AT_ONCE = 8_000_000


def nearest(sites: np.ndarray, points: np.ndarray, n: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Return for each point the rows of its nearest sites, the nearest first, and their whole kilometres by road.

    Both are given as rows of (latitude, longitude) in degrees, NaN where it is not known: such a site is nobody's, such
    a point has none. Where there are fewer than `n` sites, -1 fills both. Of equally far sites the order given decides.
    Kilometres are between places: `partnership.distance.between` says 0 only within one commune, and 1 at least else.
    """
    sites, points = (np.asarray(rows, dtype=np.float64).reshape(-1, 2) for rows in (sites, points))
    known_sites = np.flatnonzero(~np.isnan(sites).any(axis=1))
    known_points = np.flatnonzero(~np.isnan(points).any(axis=1))
    found, km = (np.full((len(points), n), -1, dtype=np.int32) for _ in range(2))
    if not len(known_sites) or not len(known_points):
        return found, km
    places, place_of_site = np.unique(sites[known_sites], axis=0, return_inverse=True)
    homes, home_of_point = np.unique(points[known_points], axis=0, return_inverse=True)
    # The sites of a place stand together, in the order given.
    together = np.argsort(place_of_site.ravel(), kind="stable")
    counts = np.bincount(place_of_site.ravel(), minlength=len(places))
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))

    of_homes, km_of_homes = (np.full((len(homes), n), -1, dtype=np.int32) for _ in range(2))
    sphere = _on_sphere(places)
    step = max(1, AT_ONCE // len(places))
    for first in range(0, len(homes), step):
        near, way = _nearest_places(_on_sphere(homes[first : first + step]), sphere, n)
        for row, (order, ways) in enumerate(zip(near, way, strict=True), start=first):
            chosen = np.concatenate([together[starts[place] : starts[place] + counts[place]] for place in order])[:n]
            of_homes[row, : len(chosen)] = known_sites[chosen]
            km_of_homes[row, : len(chosen)] = np.repeat(ways, counts[order])[:n]
    found[known_points], km[known_points] = of_homes[home_of_point.ravel()], km_of_homes[home_of_point.ravel()]
    return found, km


def _on_sphere(degrees: np.ndarray) -> np.ndarray:
    latitude, longitude = np.radians(degrees).T
    return np.stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)), axis=1
    )


def _nearest_places(homes: np.ndarray, places: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest places of each home, each with one site at least, so that `n` of them are always enough."""
    cosine = homes @ places.T
    if n < len(places):
        near = np.argpartition(-cosine, n - 1, axis=1)[:, :n]
    else:
        near = np.broadcast_to(np.arange(len(places)), cosine.shape)
    # The chord keeps its digits where the cosine of two neighbours has lost them.
    chord = np.linalg.norm(homes[:, None, :] - places[near], axis=2)
    order = np.lexsort((near, chord), axis=1)
    near, chord = np.take_along_axis(near, order, axis=1), np.take_along_axis(chord, order, axis=1)
    way = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1, chord / 2)) * settings.ROAD_FACTOR
    return near, np.rint(way).astype(np.int32)
