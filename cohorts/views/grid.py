"""The marks of several raters side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from partnership.models import User

from ..models import CRITERIA, Evaluation


@dataclass(frozen=True)
class Grid:
    """One column a rater, one line a criterion with the mean of what was given, and the notes below."""

    raters: list[User]
    lines: list[dict[str, Any]]
    notes: list[Evaluation]


def grid_of(evaluations: Iterable[Evaluation]) -> Grid | None:
    """The grid of some marks, if there are any."""
    given = list(evaluations)
    if not given:
        return None
    lines = []
    for name in CRITERIA:
        marks = [getattr(one, name) for one in given]
        known = [mark for mark in marks if mark is not None]
        mean = round(sum(known) / len(known), 1) if known else None
        lines.append({"label": Evaluation._meta.get_field(name).verbose_name, "marks": marks, "mean": mean})
    return Grid([one.rated_by for one in given], lines, [one for one in given if one.note])
