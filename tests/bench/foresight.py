"""P14: how often the forecast is right over seasons of known rates, and what it reads of a million applications."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cohorts.projections import recruitments
from partnership.measures import Census
from partnership.models import Convention
from tests.cohorts import seasons

from .boards import count
from .measure import Line, alternate, at_most

if TYPE_CHECKING:
    from .bench import Bench

SEED = 1


def measure(bench: "Bench") -> Iterator[Line]:
    """The intervals that hold the truth, the error beside the straight line’s, what is read beside a count."""
    number = bench.scale.seasons
    for (weeks, scope), held in seasons.calibrate(number, seed=SEED).items():
        where = f"{weeks} weeks before, {'all zones' if scope == 'all' else 'zone by zone'}"
        yield Line(
            "P14",
            f"the truth within the 80 % interval, {number} seasons, {where}",
            f"{held.coverage:.1%}",
            "–",
            "–",
            "75–85%",
            0.75 <= held.coverage <= 0.85,
        )
        line = held.mean_error_of_the_line
        yield at_most("P14", f"… mean error beside the straight line, {where}", held.mean_error, line, 1, "people")
    yield from _reading(bench)


def _reading(bench: "Bench") -> Iterator[Line]:
    bench.use(bench.scale.large)
    rounds, times = bench.scale.rounds, max(bench.scale.times // 5, 1)
    ours, bare = alternate(_read, count, rounds=rounds, times=times, warm=1)
    work = f"what it reads of {bench.scale.large:,} applications, beside one count of them"
    yield at_most("P14", work, ours.cpu, bare.cpu, 3)


def _read() -> None:
    recruitments(Census(None, Convention.objects.get()))
