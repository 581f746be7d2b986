"""P13: the thirty nearest of twenty thousand sites for half a million students."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from partnership.models import Commune
from placements.nearness import nearest

from .measure import Line, no_more

if TYPE_CHECKING:
    from .bench import Bench


def measure(bench: "Bench") -> Iterator[Line]:
    """Students and sites of any commune of the mainland, drawn from a fixed seed."""
    students, sites = bench.scale.students, bench.scale.students // 25
    known = Commune.objects.filter(latitude__isnull=False, department__lt="96").order_by("pk")
    communes = np.array(known.values_list("latitude", "longitude"))
    drawn = np.random.default_rng(1)
    sites, points = (communes[drawn.integers(0, len(communes), number)] for number in (sites, students))
    began = time.process_time()
    nearest(sites, points, 30)
    seconds = round(time.process_time() - began, 1)
    yield no_more("P13", f"the 30 nearest of {len(sites):,} sites for {students:,} students", seconds, 15, "s CPU")
