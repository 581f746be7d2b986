"""How many young people will be there on the first day, and how many applications that takes: pure functions.

The formula, in words. Each file still under way goes through the steps that are left to it (PATHS). A step has a rate:
a Beta distribution of those who have passed it this season and those who left there, on top of what the last intake
says of it, or else the planning rate (domain.md §7); files still waiting at a step count on neither side, and pass it
somewhat less often than those who have left it, since those to be lost wait longer (DRAG). A season has
rates of its own, and a zone differs a little from its season. A step also takes days, and who is not through on the
first day is not there. Until applications close, others come as in the last weeks (Gamma-Poisson), a little more or
fewer. Who has confirmed may still give up: half of that happens on the first day itself, the rest by the day, and a
place given up early enough is filled again; nobody is there without a place. All this is drawn DRAWS times from a
fixed seed: rates first, then people. Half of the draws lie on each side of `likely`, eight in ten from `low` to `high`.

The sources: Beta-binomial and Gamma-Poisson as in Gelman et al., Bayesian Data Analysis (2013), chapters 2 and 5. How
much a planning rate, a last intake, a season weigh is our own choice, held against five hundred seasons of known rates
(tests/cohorts/seasons.py).
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import repeat
from math import ceil, exp, floor, prod
from operator import add, mul
from random import Random
from statistics import NormalDist

from .quantiles import beta, binomial, gamma, poisson
from .states import ApplicationState, Origin, Step

SEED, DRAWS = 2002, 1000
# Below so many people an interval says more than is known.
SMALL = 30
# What a prior weighs, in people: a planning rate, the whole of a last intake, a season beside its zones' own files.
PLANNING_WEIGHT, MOST_OF_LAST_INTAKE, SEASON_WEIGHT = 15, 20, 60
# A file that will be lost at a step stays there so much longer than one that will pass it: nobody gives up calling at
# once. Among the files under way at a step those to be lost are therefore more than among all who come to it.
DRAG = 1.3
# How far the coming weeks may differ from the last: the standard deviation of the factor between them.
DRIFT = 0.25
# Of those who give up a confirmed place, how many do so on the day itself; the others over so many days before it.
ON_THE_DAY, USUAL_WAIT = 0.5, 70
# To offer a place that was given back, and to have an answer.
DAYS_TO_REFILL = 14
WEEKS_LOOKED_AT = 4

_S, _T = ApplicationState, Step
AT_RISK = "at_risk"
_TO_CONFIRM = (_T.ADMITTED, _T.ACCEPTED)
# By stage, the steps left before a place is confirmed.
PATHS: dict[str, tuple[Step, ...]] = {
    _S.ENQUIRY: (_T.REACHED, _T.COMPLETED, _T.ATTENDED, *_TO_CONFIRM),
    _S.SUBMITTED: (_T.ATTENDED, *_TO_CONFIRM),
    _S.INTERVIEW_SCHEDULED: (_T.ATTENDED, *_TO_CONFIRM),
    _S.NO_SHOW: (_T.CAME_BACK, *_TO_CONFIRM),
    _S.INTERVIEWED: _TO_CONFIRM,
    _S.WAITLISTED: (_T.CALLED_UP, _T.ACCEPTED),
    _S.ADMITTED: (_T.ACCEPTED,),
}
STAGES = (*PATHS, _S.CONFIRMED, AT_RISK)


@dataclass(frozen=True)
class Belief:
    """What is held of a step before this season: so many passed it and so many did not, in people; and its days."""

    passed: float
    left: float
    days: float
    origin: Origin = Origin.PLANNING

    def __post_init__(self) -> None:
        if min(self.passed, self.left, self.days) < 0:
            raise ValueError("A belief counts people and days: none below zero.")

    @property
    def rate(self) -> float:
        people = self.passed + self.left
        return self.passed / people if people else 0.0


def planned(rate: float, days: float) -> Belief:
    """A planning rate, which weighs as much as a handful of people."""
    _a_rate(rate)
    return Belief(PLANNING_WEIGHT * rate, PLANNING_WEIGHT * (1 - rate), days)


def learnt(passed: int, left: int, plan: Belief) -> Belief:
    """What a last intake says of a step, where anybody came to it; it weighs no more than a class."""
    people = passed + left
    if not people:
        return plan
    # The plan counts a little, so that a few people at whom everything went well do not make it certain.
    weight = min(people, MOST_OF_LAST_INTAKE) / people
    passed_of, left_of = (weight * seen + part / 4 for seen, part in ((passed, plan.passed), (left, plan.left)))
    return Belief(passed_of, left_of, plan.days, Origin.LAST_INTAKE)


def supposed(rate: float, days: float) -> Belief:
    """A rate that somebody supposes, to see what it would change: certain."""
    _a_rate(rate)
    return Belief(rate, 1 - rate, days, Origin.SUPPOSED)


def _a_rate(rate: float) -> None:
    if not 0 <= rate <= 1:
        raise ValueError("A rate lies between 0 and 1.")


@dataclass(frozen=True)
class Pool:
    """The files of a zone that go to the same first day, and what is known around them."""

    zone: int | None
    # By the order of STAGES: how many files are there.
    files: tuple[int, ...]
    # By the order of Step: how many passed it this season, and how many left there.
    seen: tuple[tuple[int, int], ...]
    # The applications that came in the days looked at.
    arrived: int
    days_looked_at: int
    # From today: the days on which applications are still taken, and those before the first day; below 0 once past.
    days_to_apply: int
    days_to_start: int
    places: int | None = None
    # Applications a week, where somebody supposes them.
    supposed_arrivals: float | None = None

    def __post_init__(self) -> None:
        if len(self.files) != len(STAGES) or len(self.seen) != len(Step):
            raise ValueError("A pool counts every stage and every step.")
        numbers = [*self.files, *(n for pair in self.seen for n in pair), self.arrived, self.days_looked_at]
        if min([*numbers, self.places or 0, self.supposed_arrivals or 0]) < 0:
            raise ValueError("A pool counts people and days: none below zero.")

    def at(self, stage: str) -> int:
        return self.files[STAGES.index(stage)]

    @property
    def received_per_week(self) -> Fraction:
        """The applications a week that came in the days looked at; none where none was looked at."""
        return Fraction(7 * self.arrived, self.days_looked_at) if self.days_looked_at else Fraction(0)


@dataclass(frozen=True)
class Season:
    """Everything a forecast follows from."""

    pools: tuple[Pool, ...]
    # By the order of Step.
    beliefs: tuple[Belief, ...]

    def __post_init__(self) -> None:
        if len(self.beliefs) != len(Step):
            raise ValueError("A season holds a belief of every step.")

    def belief(self, step: Step) -> Belief:
        return self.beliefs[_ORDER[step]]


@dataclass(frozen=True)
class Outlook:
    """What is to be expected on the first day, in a zone or in all."""

    low: int
    likely: int
    high: int
    at_risk: int
    places: int | None
    received_per_week: Fraction
    weeks_left: int
    # To be expected of the files that have come, without any other; and of one more application a week until the close.
    without_others: float
    of_one_a_week: float
    # Whether anybody has come, or is supposed to: without either there is nothing to go by.
    is_known: bool

    @property
    def is_small(self) -> bool:
        return self.likely < SMALL

    def needed_per_week(self, target: int) -> int | None:
        """The applications a week until the close that bring so many, places apart; None where no number does."""
        lacking = target - self.without_others
        if lacking <= 0:
            return 0
        return ceil(lacking / self.of_one_a_week) if self.of_one_a_week > 0 else None


@dataclass(frozen=True)
class RateUsed:
    """A rate as the forecast uses it, all zones together, and where it comes from."""

    step: Step
    rate: float
    days: float
    origin: Origin
    # How many of this season have passed the step or left there.
    seen: int

    @property
    def percent(self) -> int:
        return round(100 * self.rate)


_ORDER = {step: number for number, step in enumerate(Step)}


# -- what may be asked ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def forecast(season: Season) -> dict[int | None, Outlook]:
    """What is to be expected in each zone, and under None in all of them; nothing where there is no pool."""
    drawn = [_people(season, number) for number in range(len(season.pools))]
    found: dict[int | None, Outlook] = {}
    for zone in dict.fromkeys(pool.zone for pool in season.pools):
        found[zone] = _outlook(season, drawn, [n for n, pool in enumerate(season.pools) if pool.zone == zone])
    if season.pools:
        found[None] = _outlook(season, drawn, range(len(season.pools)))
    return found


def rates_used(season: Season) -> list[RateUsed]:
    """Each step's rate with what this season has shown of it, all zones together."""
    used = []
    for step, belief, (passed, left) in zip(Step, season.beliefs, _seen_in_all(season), strict=True):
        is_given = belief.origin == Origin.SUPPOSED
        known = belief if is_given else replace(belief, passed=belief.passed + passed, left=belief.left + left)
        used.append(RateUsed(step, known.rate, belief.days, belief.origin, passed + left))
    return used


def suppose(
    season: Season,
    *,
    arrivals: dict[int | None, float] | None = None,
    rates: dict[Step, float] | None = None,
    days: dict[Step, float] | None = None,
) -> Season:
    """The same season with other arrivals a week (by zone, or under None shared out among all), rates or days."""
    beliefs = list(season.beliefs)
    for step, rate in (rates or {}).items():
        beliefs[_ORDER[step]] = supposed(rate, beliefs[_ORDER[step]].days)
    for step, number in (days or {}).items():
        beliefs[_ORDER[step]] = replace(beliefs[_ORDER[step]], days=number)
    pools = season.pools
    for zone, number in (arrivals or {}).items():
        pools = _with_arrivals(pools, zone, number)
    return Season(pools, tuple(beliefs))


def _with_arrivals(pools: tuple[Pool, ...], zone: int | None, number: float) -> tuple[Pool, ...]:
    """So many a week, shared out as they came; evenly where none has come."""
    meant = [pool for pool in pools if zone in (None, pool.zone)]
    came = sum(pool.received_per_week for pool in meant)
    return tuple(
        replace(
            pool,
            supposed_arrivals=number * float(pool.received_per_week / came if came else Fraction(1, len(meant))),
        )
        if pool in meant
        else pool
        for pool in pools
    )


# -- a draw: rates, then people ---------------------------------------------------------------------------------------


# By step, a rate a draw.
Rates = dict[Step, Sequence[float]]
# The same chances each time for the same purpose: a share below which a draw falls, and its normal deviate. One more
# file is then never one fewer on the first day.
Chances = tuple[Sequence[float], Sequence[float]]


def _outlook(season: Season, drawn: Sequence[Sequence[int]], numbers: Iterable[int]) -> Outlook:
    numbers = list(numbers)
    pools = [season.pools[number] for number in numbers]
    totals = sorted(map(sum, zip(*(drawn[number] for number in numbers), strict=True)))
    means = [_mean(season, number) for number in numbers]
    places = [pool.places for pool in pools]
    weights = _weights(pools)
    return Outlook(
        low=_tenth(totals),
        likely=totals[DRAWS // 2],
        high=-_tenth([-number for number in reversed(totals)]),
        at_risk=sum(pool.at(AT_RISK) for pool in pools),
        places=None if None in places else sum(places),
        received_per_week=sum((pool.received_per_week for pool in pools), Fraction(0)),
        weeks_left=max(ceil(max(pool.days_to_apply, 0) / 7) for pool in pools),
        without_others=sum(of_files for of_files, _of_one in means),
        of_one_a_week=sum(weight * of_one for weight, (_, of_one) in zip(weights, means, strict=True)),
        is_known=any(sum(pool.files) or pool.arrived or pool.supposed_arrivals for pool in pools),
    )


def _tenth(totals: Sequence[int]) -> int:
    """The number below which a tenth of the draws fall, of those equal to it one half.

    People are whole: with all of those equal to its ends, an interval of few would hold far more than eight in ten.
    """
    return next(n for n in totals if bisect_left(totals, n) + bisect_right(totals, n) >= 2 * DRAWS / 10)


def _weights(pools: Sequence[Pool]) -> list[float]:
    """How one more application a week falls on them: as they came, or evenly."""
    came = sum(pool.received_per_week for pool in pools)
    return [float(pool.received_per_week / came) if came else 1 / len(pools) for pool in pools]


def _people(season: Season, number: int) -> list[int]:
    """Draw how many of a pool are there on the first day, DRAWS times."""
    pool = season.pools[number]
    rates = _rates(season, number)
    present, at_risk = rates[_T.PRESENT], rates[_T.PRESENT_AT_RISK]
    exposure, refilled = _exposure(pool.days_to_start), _refilled(pool.days_to_start)
    stay = _drawn(repeat(pool.at(_S.CONFIRMED)), (rate**exposure for rate in present), _chances(_S.CONFIRMED, number))
    stay = _sums(stay, _drawn(repeat(pool.at(AT_RISK)), at_risk, _chances(AT_RISK, number)))
    in_time = {stage: _in_time(season, path, pool.days_to_start) for stage, path in PATHS.items()}
    weeks = _weeks_of_arrivals(season, pool)
    others = map(mul, _arrivals(pool, number), _along(rates, PATHS[_S.SUBMITTED], weeks))
    entered = list(map(poisson, others, *_chances("others", number)))
    for stage, path in PATHS.items():
        if files := pool.at(stage):
            here, *later = path
            chances = map(mul, map(_under_way, rates[here]), _along(rates, later, in_time[stage]))
            entered = _sums(entered, _drawn(repeat(files), chances, _chances(stage, number)))
    if pool.places is not None:
        confirmed = pool.at(_S.CONFIRMED) + pool.at(AT_RISK)
        free = max(pool.places - confirmed, 0)
        entered = [min(n, free + floor(refilled * (confirmed - kept))) for n, kept in zip(entered, stay, strict=True)]
    return _sums(stay, _drawn(entered, present, _chances("entered", number)))


def _drawn(numbers: Iterable[int], rates: Iterable[float], chances: Chances) -> list[int]:
    return list(map(binomial, numbers, rates, *chances))


def _sums(some: Iterable[int], others: Iterable[int]) -> list[int]:
    return list(map(add, some, others))


def _along(rates: Rates, path: Iterable[Step], share: float) -> Iterable[float]:
    """By draw, the chance of passing each step of a path, times a share."""
    found: Iterable[float] = repeat(share, DRAWS)
    for step in path:
        found = map(mul, found, rates[step])
    return found


def _under_way(rate: float) -> float:
    """The rate of those still at a step, from the rate of all who come to it."""
    return rate / (rate + DRAG * (1 - rate))


def _mean(season: Season, number: int) -> tuple[float, float]:
    """How many of a pool's files are to be expected, and of one more application a week; places apart."""
    pool = season.pools[number]
    at = {step: sum(drawn) / DRAWS for step, drawn in _rates(season, number).items()}
    stay = pool.at(_S.CONFIRMED) * at[_T.PRESENT] ** _exposure(pool.days_to_start)
    stay += pool.at(AT_RISK) * at[_T.PRESENT_AT_RISK]
    entered = sum(
        pool.at(stage)
        * _in_time(season, path, pool.days_to_start)
        * _under_way(at[path[0]])
        * prod(at[step] for step in path[1:])
        for stage, path in PATHS.items()
    )
    one = _weeks_of_arrivals(season, pool) * prod(at[step] for step in PATHS[_S.SUBMITTED])
    return stay + entered * at[_T.PRESENT], one * at[_T.PRESENT]


def _seen_in_all(season: Season) -> tuple[tuple[int, int], ...]:
    return tuple(
        (sum(pool.seen[n][0] for pool in season.pools), sum(pool.seen[n][1] for pool in season.pools))
        for n in range(len(Step))
    )


def _rates(season: Season, number: int) -> Rates:
    """Draw each step's rate in a zone: around the season's own, which the zones share."""
    here = season.pools[number].seen
    in_all = _seen_in_all(season)
    return {
        step: _zone_rates(step, number, season.belief(step), in_all[order], here[order])
        for step, order in _ORDER.items()
    }


@lru_cache(maxsize=128)
def _zone_rates(
    step: Step, number: int, belief: Belief, of_season: tuple[int, int], of_zone: tuple[int, int]
) -> Sequence[float]:
    if belief.origin == Origin.SUPPOSED:
        return array("d", repeat(belief.rate, DRAWS))
    drawn = _season_rates(step, belief.passed + of_season[0], belief.left + of_season[1])
    _shares, deviates = _chances(step, number)
    passed, left = of_zone
    return array(
        "d",
        (
            beta(SEASON_WEIGHT * rate + passed, SEASON_WEIGHT * (1 - rate) + left, z)
            for rate, z in zip(drawn, deviates, strict=True)
        ),
    )


@lru_cache(maxsize=64)
def _season_rates(step: Step, passed: float, left: float) -> Sequence[float]:
    if passed <= 0 or left <= 0:
        # Nobody on one side: certain.
        return array("d", repeat(1.0 if passed > 0 else 0.0, DRAWS))
    chance = Random(f"{SEED}/{step}")  # noqa: S311 - a forecast, not a secret
    return array("d", (chance.betavariate(passed, left) for _ in range(DRAWS)))


def _arrivals(pool: Pool, number: int) -> list[float]:
    """Draw the applications a week that are still to come."""
    if pool.supposed_arrivals is not None:
        return [pool.supposed_arrivals] * DRAWS
    if not pool.days_looked_at:
        return [0.0] * DRAWS
    weeks, shape = pool.days_looked_at / 7, pool.arrived + 0.5
    # The drift is every zone's: a quiet August is quiet everywhere.
    (_shares, here), (_others, drifts) = _chances("arrivals", number), _chances("drift", None)
    return [gamma(shape, z) / weeks * exp(DRIFT * drift - DRIFT**2 / 2) for z, drift in zip(here, drifts, strict=True)]


@lru_cache(maxsize=256)
def _chances(name: str, number: int | None) -> Chances:
    chance = Random(f"{SEED}/{name}/{number}")  # noqa: S311 - a forecast, not a secret
    shares = array("d", (min(max(chance.random(), 1e-9), 1 - 1e-9) for _ in range(DRAWS)))
    return shares, array("d", map(_NORMAL.inv_cdf, shares))


_NORMAL = NormalDist()


# -- time -------------------------------------------------------------------------------------------------------------


def _in_time(season: Season, path: Iterable[Step], days: int) -> float:
    return through_in(tuple(season.belief(step).days for step in path), days)


@lru_cache(maxsize=4096)
def through_in(steps: tuple[float, ...], days: int) -> float:
    """The chance that steps of so many days each on average are all done within some days.

    Each day a step is done with the same chance: how long a file has waited already does not matter.
    """
    if days < 0:
        return 0.0
    *_others, at_the_end = _positions(steps, days)[-1]
    return at_the_end


def _positions(steps: tuple[float, ...], days: int) -> list[list[float]]:
    """By day, the share of files before each step, and last of those that are through."""
    daily = [1 / max(days_of, 1) for days_of in steps if days_of > 0]
    at = [1.0] + [0.0] * len(daily)
    found = [at]
    for _day in range(days):
        moved = [share * chance for share, chance in zip(at, daily, strict=False)]
        at = [share - out + came for share, out, came in zip(at, [*moved, 0], [0, *moved], strict=True)]
        found.append(at)
    return found


def _weeks_of_arrivals(season: Season, pool: Pool) -> float:
    """The weeks until applications close, each for the share of its applications that are through in time."""
    steps = tuple(season.belief(step).days for step in PATHS[_S.SUBMITTED])
    days = min(pool.days_to_apply, pool.days_to_start + 1)
    if days <= 0:
        return 0.0
    by_day = _shares_by_day(steps, pool.days_to_start)
    return sum(by_day[pool.days_to_start - day] for day in range(days)) / 7


@lru_cache(maxsize=1024)
def _shares_by_day(steps: tuple[float, ...], days: int) -> list[float]:
    return [at[-1] for at in _positions(steps, days)]


def _exposure(days: int) -> float:
    """What is left of the risk that a confirmed place is given up."""
    return ON_THE_DAY + (1 - ON_THE_DAY) * min(max(days, 0) / USUAL_WAIT, 1)


def _refilled(days: int) -> float:
    """Of the confirmed places given up from now on, the share that is filled again in time."""
    before = _exposure(days) - ON_THE_DAY
    return before / _exposure(days) * max(days - DAYS_TO_REFILL, 0) / days if days > 0 else 0.0
