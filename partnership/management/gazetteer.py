"""Where communes are: by the gazetteer of GeoNames where it has them, else about where their neighbours are.

Used once, by build_communes. GeoNames knows places by name and department, so a place is a commune's only where nothing
else in the department has its name. What is guessed from neighbours is marked approximate.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean, median
from typing import Any, NamedTuple

from partnership.distance import great_circle


class Position(NamedTuple):
    """A place on the map, in degrees, and whether it is only where the neighbours are."""

    latitude: float
    longitude: float
    is_approximate: bool = False

    def km_to(self, other: "Position") -> float:
        return great_circle(self.latitude, self.longitude, other.latitude, other.longitude)


# Lands whose second division in the gazetteer is not the department.
LANDS = {"BL": "977", "MF": "978", "NC": "988", "PF": "987", "PM": "975", "WF": "986", "YT": "976"}
DEPARTMENTS = ("FR", "GF", "GP", "MQ", "RE")
# Two cities of more than 50,000 inhabitants that the gazetteer calls otherwise.
ALSO_CALLED = {("59", "dunkirk"): "dunkerque", ("93", "saint ouen"): "saint ouen sur seine"}
DISTRICT = re.compile(r"(Paris|Lyon|Marseille) (\d\d)( .*)?")
# Another place of the department has the name, or a digit is wrong; and two that do stand alone, in a large forest.
# Building names those that are new, so that somebody looks.
MISPLACED = {"40271": "Sainte-Marie-de-Gosse", "43096": "Fontannes", "62869": "Wailly", "76486": "Orival"}
ALONE = {"40210": "Onesse-Laharie", "40333": "Ygos-Saint-Saturnin"}
ODDLY_FAR_KM = 24

# Two places of one name so near each other are one place twice.
ONE_PLACE_KM = 5
# Communes without a place of their own are where their neighbours are; of neighbours so far apart nothing follows.
SPREAD_KM = 60
# The farthest commune of the mainland is 109 km from the middle of its department (the south of Charente-Maritime).
FARTHEST_KM = 115
MAINLAND = ((41.3, 51.2), (-5.3, 9.7))
# About eleven metres, and a small file.
DECIMALS = 4


def positions(
    communes: Mapping[str, Mapping[str, Any]],
    *,
    former: Mapping[str, str],
    places: Iterable[Mapping[str, str]],
    groups: Iterable[Mapping[str, Iterable[str]]],
) -> dict[str, Position]:
    """Return the position of each commune, by its code; a commune about which nothing is known is missing.

    `former` names the town that keeps the town hall where several have merged; `groups` gives for each commune the keys
    of what it shares with its neighbours (postcodes, then wider and wider circles).
    """
    known = {code: place for code, place in _by_name(communes, former, places) if code not in MISPLACED}
    found = dict(known)
    for keys in groups:
        members: dict[str, list[Position]] = defaultdict(list)
        for code, place in known.items():
            for key in keys.get(code, ()):
                members[key].append(place)
        for code in communes.keys() - found.keys():
            if middle := _middle([place for key in keys.get(code, ()) for place in members[key]]):
                found[code] = middle
    return found


def _by_name(
    communes: Mapping[str, Mapping[str, Any]], former: Mapping[str, str], places: Iterable[Mapping[str, str]]
) -> Iterator[tuple[str, Position]]:
    """Yield the communes whose name, or former town's, is that of one place of their department."""
    named: dict[tuple[str, str], list[Position]] = defaultdict(list)
    for place in places:
        if department := place["admin2"] if place["country"] in DEPARTMENTS else LANDS.get(place["country"]):
            key = department, plain(_proper(place["name"]))
            key = department, ALSO_CALLED.get(key, key[1])
            named[key].append(Position(round(float(place["lat"]), DECIMALS), round(float(place["lng"]), DECIMALS)))
    names = {code: (row["departement"], plain(row["nom"])) for code, row in communes.items()}
    homonyms = Counter(names.values())
    for code, (department, name) in names.items():
        own, town = (department, name), (department, plain(former.get(code, "")))
        # The name of a town that has merged may be another commune's today.
        here = named.get(own, []) if homonyms[own] == 1 else []
        here = here or (named.get(town, []) if town not in homonyms else [])
        if place := _one(here):
            yield code, place


def _proper(name: str) -> str:
    """« Paris 11 Popincourt », « Lyon 03 »: a municipal district as INSEE writes it."""
    found = DISTRICT.fullmatch(name)
    if not found:
        return name
    number = int(found[2])
    return f"{found[1]} {number}{'er' if number == 1 else 'e'} Arrondissement"


def _one(places: list[Position]) -> Position | None:
    if not places or any(place.km_to(places[0]) > ONE_PLACE_KM for place in places):
        return None
    return _mean(places)


def _middle(places: list[Position]) -> Position | None:
    if not places:
        return None
    middle = _mean(places)
    is_near = all(place.km_to(middle) <= SPREAD_KM for place in places)
    return middle._replace(is_approximate=True) if is_near else None


def _mean(places: list[Position]) -> Position:
    latitude, longitude = (fmean(place[axis] for place in places) for axis in (0, 1))
    return Position(round(latitude, DECIMALS), round(longitude, DECIMALS))


def plain(name: str) -> str:
    """`Saint-Étienne-au-Mont` → `saint etienne au mont`."""
    letters = name.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    letters = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


# -- what must hold, before anything is written -----------------------------------------------------------------------


def mistakes(departments: Mapping[str, str], found: Mapping[str, Position]) -> list[str]:
    """Say which communes of the mainland are not in it, or too far from the middle of their department."""
    (south, north), (west, east) = MAINLAND
    of_department: dict[str, list[Position]] = defaultdict(list)
    for code, place in found.items():
        of_department[departments[code]].append(place)
    middles = {
        department: Position(median(place.latitude for place in places), median(place.longitude for place in places))
        for department, places in of_department.items()
        if len(department) == 2
    }
    return [
        f"{code} is at {place.latitude}, {place.longitude}"
        for code, place in sorted(found.items())
        if (middle := middles.get(departments[code]))
        and not (
            south <= place.latitude <= north and west <= place.longitude <= east and place.km_to(middle) <= FARTHEST_KM
        )
    ]


def lonely(found: Mapping[str, Position], keys: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the communes known by name that are oddly far from all the known ones that share a key with them."""
    members: dict[str, list[str]] = defaultdict(list)
    for code, place in found.items():
        if not place.is_approximate:
            for key in keys.get(code, ()):
                members[key].append(code)
    alone = set()
    for code in {code for codes in members.values() for code in codes}:
        others = [found[other] for key in keys[code] for other in members[key] if other != code]
        if others and all(found[code].km_to(other) > ODDLY_FAR_KM for other in others):
            alone.add(code)
    return alone
