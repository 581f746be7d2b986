"""Pairs of a table as fits: what is told of a student at a site."""

from collections.abc import Sequence

import numpy as np

from .plan import Fit, Points
from .table import UNKNOWN, Table


def fits_of(table: Table, students: np.ndarray, sites: np.ndarray, points: np.ndarray | None = None) -> list[Fit]:
    """A fit for each pair; the points, a row a rule, where they are known already."""
    given = table.points(students, sites) if points is None else points
    ways = table.hectometres(students, sites).tolist()
    columns = (
        sites.tolist(),
        students.tolist(),
        given.T.tolist(),
        given.sum(0, dtype=np.int64).tolist(),
        table.is_near_guess(students, sites).tolist(),
        (table.used[sites] & table.spoken[students]).tolist(),
        table.rank(students, sites).tolist(),
        table.is_asked(students, sites).tolist(),
        (table.student_zone[students] == table.site_zone[sites]).tolist(),
        table.is_kept(students, sites).tolist(),
    )
    names = _Languages(table.language_codes)
    used = table.used.tolist()
    return [
        Fit(
            table.sites[site].key,
            Points._make(row),
            total,
            None if way == UNKNOWN else way,
            guess and way != UNKNOWN,
            names.of(shared),
            names.of(used[site]),
            table.outside(student, site),
            rank,
            is_asked,
            is_home,
            is_kept,
        )
        for way, site, student, row, total, guess, shared, rank, is_asked, is_home, is_kept in zip(
            ways, *columns, strict=True
        )
    ]


class _Languages:
    """The codes of a set of languages, each set spelt out once."""

    def __init__(self, codes: Sequence[str]):
        self._codes = codes
        self._known: dict[int, tuple[str, ...]] = {0: ()}

    def of(self, bits: int) -> tuple[str, ...]:
        if bits not in self._known:
            named = (code for place, code in enumerate(self._codes) if bits >> place & 1)
            self._known[bits] = tuple(sorted(named))
        return self._known[bits]
