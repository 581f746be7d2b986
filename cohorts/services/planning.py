"""The planning rates of the forecast, as they are first loaded."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from ..models import PlanningRate

_REFERENCE = Path(__file__).parents[1] / "reference" / "planning.toml"


def load_planning_rates() -> Iterator[str]:
    """Create the rates of all courses that are missing, and say so; those there belong to the administrators."""
    known = set(PlanningRate.objects.filter(programme=None).values_list("step", flat=True))
    for entry in tomllib.loads(_REFERENCE.read_text(), parse_float=Decimal)["rate"]:
        if entry["step"] not in known:
            PlanningRate.objects.create(**entry)
            yield f"Planning rate {entry['step']}: created."
