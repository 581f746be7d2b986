"""P14: how often the forecast is right over seasons of known rates, and what it reads of a million applications."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cohorts.projections import recruitments
from partnership.measures import Census
from partnership.models import Convention
from tests.cohorts import seasons

from .boards import count
from .measure import Line, alternate, at_most, beside

if TYPE_CHECKING:
    from .bench import Bench

# Five hundred seasons alone are off by up to four in a hundred, now and then, by their chances: what is judged are all.
SEEDS = (1, 2, 3)


def measure(bench: "Bench") -> Iterator[Line]:
    """The intervals that hold the truth, the error beside the straight line’s, what is read beside a count."""
    number = bench.scale.seasons
    turns = {seed: seasons.calibrate(number, seed=seed) for seed in SEEDS}
    for weeks in seasons.HORIZONS:
        for scope, where in (("all", "all zones"), ("zone", "zone by zone")):
            held = {seed: turn[weeks, scope] for seed, turn in turns.items()}
            yield from _horizon(number, f"{weeks} weeks before, {where}", held)
    yield from _reading(bench)


def _horizon(number: int, where: str, held: Mapping[int, seasons.Held]) -> Iterator[Line]:
    for seed, of_seed in held.items():
        work = f"… {number} seasons of seed {seed}, {where}"
        yield Line("P14", work, f"{of_seed.coverage:.1%}", "–", "–", "–", True)
    pooled = seasons.together(held.values())
    yield Line(
        "P14",
        f"the truth within the 80 % interval, all seeds, {where}",
        f"{pooled.coverage:.1%}",
        "–",
        "–",
        "75–85%",
        0.75 <= pooled.coverage <= 0.85,
    )
    error, of_line = pooled.mean_error, pooled.mean_error_of_the_line
    yield at_most("P14", f"… mean error beside the straight line, {where}", error, of_line, 1, "people")


def _reading(bench: "Bench") -> Iterator[Line]:
    bench.use(bench.scale.large)
    rounds, times = bench.scale.rounds, max(bench.scale.times // 5, 1)
    ours, bare = alternate(_read, count, rounds=rounds, times=times, warm=1)
    work = f"what it reads of {bench.scale.large:,} applications, beside one count of them"
    yield beside("P14", work, ours, bare, 3)


def _read() -> None:
    recruitments(Census(None, Convention.objects.get()))
