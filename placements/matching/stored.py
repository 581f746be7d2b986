"""A problem as plain data, kept with its run so that it can be run again to the same answer."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from .problem import Place, Problem, Site, Student, Tutor, Weights

VERSION = 1


def as_data(problem: Problem) -> dict[str, Any]:
    """What JSON can hold, in the order of the keys: equal problems are equal data, however they were shuffled."""
    return {
        "version": VERSION,
        "weights": asdict(problem.weights) | {"wishes": list(problem.weights.wishes)},
        "students": _rows(Student, problem.students),
        "sites": _rows(Site, problem.sites),
        "tutors": _rows(Tutor, problem.tutors),
        "pins": sorted(map(list, problem.pins)),
        "exclusions": sorted(map(list, problem.exclusions)),
        "keep": sorted(map(list, problem.keep)),
    }


def from_data(data: dict[str, Any]) -> Problem:
    """The problem again; raises ValueError for data of another version."""
    if data.get("version") != VERSION:
        raise ValueError(f"The problem is of version {data.get('version')}, not {VERSION}.")
    weights = data["weights"] | {"wishes": tuple(data["weights"]["wishes"])}
    return Problem(
        tuple(Student(**row) for row in _read(data["students"])),
        tuple(Site(**row) for row in _read(data["sites"])),
        tuple(Tutor(**row) for row in _read(data["tutors"])),
        *(tuple((student, site) for student, site in data[name]) for name in ("pins", "exclusions", "keep")),
        weights=Weights(**weights),
    )


def _rows(kind: type, things: Iterable[Student | Site | Tutor]) -> dict[str, list[Any]]:
    """One list of names and one of rows: names are not told again in each."""
    names = [field.name for field in fields(kind)]
    rows = sorted(things, key=lambda thing: thing.key)
    return {"fields": names, "rows": [[_plain(getattr(thing, name)) for name in names] for thing in rows]}


def _plain(value: Any) -> Any:
    if isinstance(value, Place):
        return [value.latitude, value.longitude, value.is_approximate]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _read(table: dict[str, list[Any]]) -> Iterable[dict[str, Any]]:
    for row in table["rows"]:
        yield {name: _TYPES.get(name, _same)(value) for name, value in zip(table["fields"], row, strict=True)}


def _same(value: Any) -> Any:
    return value


def _place(value: list[Any] | None) -> Place | None:
    return None if value is None else Place(*value)


def _hours(value: list[list[int] | None] | None) -> tuple[tuple[int, int] | None, ...] | None:
    return None if value is None else tuple(None if day is None else (day[0], day[1]) for day in value)


_TYPES = {
    "other_zones": frozenset,
    "languages": frozenset,
    "needs": frozenset,
    "availability": frozenset,
    "school_days": frozenset,
    "position": _place,
    "hours": _hours,
    "tutors": frozenset,
    "asked": frozenset,
    "wishes": tuple,
}
