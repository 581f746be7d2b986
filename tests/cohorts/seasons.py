"""Seasons of recruitment whose every rate is known, told day by day: what the forecast is held against.

Nothing here is the forecast's: each young person's way and its dates are drawn first, places go to whoever is there
when one is free, and what a board would have shown on a day is read off afterwards. Days count down to the first day,
which is 0. What a house, a season and a zone differ by is drawn anew each time around the planning rates.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from cohorts import forecast
from cohorts.forecast import AT_RISK, STAGES, Belief, Outlook, Pool, Season
from cohorts.states import ApplicationState as S
from cohorts.states import Step

# Signed on 28 March, open a week later, closed on 31 August, for a first day on 15 September.
SIGNED, OPENS, CLOSES = -171, -163, -15
HORIZONS = (12, 8, 4)
# domain.md §7, and beside it what it does not say: our own assumptions, as load_reference writes them.
PLANNED = {
    Step.REACHED: (0.70, 3),
    Step.COMPLETED: (0.60, 7),
    Step.ATTENDED: (0.77, 14),
    Step.CAME_BACK: (0.40, 14),
    Step.ADMITTED: (0.75, 5),
    Step.CALLED_UP: (0.50, 21),
    Step.ACCEPTED: (0.74, 7),
    Step.PRESENT: (0.90, 0),
    Step.PRESENT_AT_RISK: (0.50, 0),
}
_MAIN = (Step.REACHED, Step.COMPLETED, Step.ATTENDED, Step.ADMITTED, Step.ACCEPTED, Step.PRESENT)
# How alike two seasons of a house are, and two zones of a season, in people.
_HOUSE, _SEASON, _ZONE = 30, 40, 60


@dataclass
class Person:
    """A file: the day on which each stage was entered, first to last; an exit is None and where it was left."""

    zone: int
    came: int
    path: list[tuple[int, str]] = field(default_factory=list)
    left_on: int | None = None
    accepts: bool = False
    at_risk_from: int | None = None
    is_present: bool = False

    def stage_on(self, day: int) -> str | None:
        """The stage on a day, or the last one where the file was left; None before it came."""
        return next((stage for since, stage in reversed(self.path) if since <= day), None)

    def has_left(self, day: int) -> bool:
        return self.left_on is not None and self.left_on <= day


@dataclass
class Told:
    """A season as it went, until its first day."""

    people: list[Person]
    places: tuple[int | None, ...]
    last: Counter | None = None

    def present(self, zone: int | None = None) -> int:
        """How many were there on the first day."""
        return sum(person.is_present for person in self.people if zone in (None, person.zone))

    def confirmed(self, day: int, zone: int | None = None) -> int:
        mine = (person for person in self.people if zone in (None, person.zone) and not person.has_left(day))
        return sum(person.stage_on(day) == S.CONFIRMED for person in mine)


def _around(chance: Random, rate: float, alike: int) -> float:
    return chance.betavariate(rate * alike, (1 - rate) * alike)


def tell(chance: Random, *, size: int | None = None) -> Told:
    """A season of 40 to 200 young people present in all, in three zones; half of the houses have had one before."""
    house = {step: _around(chance, PLANNED[step][0], _HOUSE) for step in _MAIN}
    size = size or chance.randint(40, 200)
    last = None
    if chance.random() < 0.5:
        last = passed_and_left(_one(chance, house, chance.randint(40, 200)), day=1)
    told = _one(chance, house, size)
    told.last = last
    return told


def _one(chance: Random, house: dict[Step, float], size: int) -> Told:
    season = {step: _around(chance, rate, _SEASON) for step, rate in house.items()}
    pace = {step: days * chance.uniform(0.7, 1.4) for step, (_rate, days) in PLANNED.items()}
    weeks = _weekly_shape(chance)
    people: list[Person] = []
    places: list[int | None] = []
    for zone, share in enumerate((0.5, 0.25, 0.25)):
        rates = {step: _around(chance, rate, _ZONE) for step, rate in season.items()}
        # Applications for so many present at the planning rates: what comes of them is the season's.
        applications = size * share / (0.77 * 0.75 * 0.74 * 0.90)
        mine = [
            _way(chance, zone, OPENS + 7 * week + chance.randrange(7), rates, pace)
            for week, weight in enumerate(weeks)
            for _one_more in range(_poisson(chance, applications * weight))
        ]
        places.append(round(size * share * chance.uniform(0.8, 1.3)) if chance.random() < 0.4 else None)
        _seat(chance, mine, places[-1], rates)
        people += mine
    return Told(people, tuple(places))


def _weekly_shape(chance: Random) -> list[float]:
    """What part of the season's applications comes in each week: it rises, sags in summer, and no week is like another.

    Slow and fast seasons differ; a busy week is likelier followed by a busy one.
    """
    number = (CLOSES - OPENS) // 7
    peak, sag, busy, weeks = chance.uniform(6, 13), chance.uniform(0.5, 1.0), 1.0, []
    for week in range(number):
        busy = busy**0.7 * chance.lognormvariate(0, 0.18)
        weeks.append(
            busy * (0.5 + 0.5 * week / peak if week < peak else 1 - (1 - sag) * (week - peak) / (number - peak))
        )
    return [weight / sum(weeks) for weight in weeks]


def _poisson(chance: Random, mean: float) -> int:
    number, left = 0, chance.expovariate(1)
    while left < mean:
        number, left = number + 1, left + chance.expovariate(1)
    return number


def _lasting(chance: Random, days: float) -> int:
    return max(round(chance.gammavariate(2, days / 2)), 0)


def _way(chance: Random, zone: int, came: int, rates: dict[Step, float], pace: dict[Step, float]) -> Person:
    """What becomes of somebody until a place is offered: three in ten only asked at first."""
    person, day = Person(zone, came), came
    if chance.random() < 0.3 / (0.3 + 0.7 * rates[Step.REACHED] * rates[Step.COMPLETED]):
        person.path.append((day, S.ENQUIRY))
        day += _lasting(chance, pace[Step.REACHED])
        if chance.random() > rates[Step.REACHED]:
            # Somebody who cannot be reached is called again for a while.
            return _leave(person, day + _lasting(chance, 10))
        day += _lasting(chance, pace[Step.COMPLETED])
        if chance.random() > rates[Step.COMPLETED]:
            return _leave(person, day)
    person.path.append((day, S.SUBMITTED))
    if chance.random() > rates[Step.ATTENDED]:
        if chance.random() < 0.5:
            day = _book(chance, person, day, pace)
            person.path.append((day, S.NO_SHOW))
        return _leave(person, day + _lasting(chance, pace[Step.ATTENDED] * 1.2))
    day = _book(chance, person, day, pace)
    if chance.random() < 0.12:
        person.path.append((day, S.NO_SHOW))
        day += _lasting(chance, pace[Step.CAME_BACK])
    person.path.append((day, S.INTERVIEWED))
    day += _lasting(chance, pace[Step.ADMITTED])
    if chance.random() > rates[Step.ADMITTED]:
        if chance.random() < 0.3:
            person.path.append((day, S.WAITLISTED))
            day += _lasting(chance, pace[Step.CALLED_UP])
        return _leave(person, day)
    if chance.random() < 0.1:
        person.path.append((day, S.WAITLISTED))
        day += _lasting(chance, pace[Step.CALLED_UP])
    person.path.append((day, S.ADMITTED))
    person.accepts = chance.random() < rates[Step.ACCEPTED]
    day += _lasting(chance, pace[Step.ACCEPTED])
    if not person.accepts:
        return _leave(person, day)
    person.path.append((day, S.CONFIRMED))
    return person


def _book(chance: Random, person: Person, day: int, pace: dict[Step, float]) -> int:
    booked = day + _lasting(chance, pace[Step.ATTENDED] * 0.4)
    person.path.append((booked, S.INTERVIEW_SCHEDULED))
    return booked + _lasting(chance, pace[Step.ATTENDED] * 0.6)


def _leave(person: Person, day: int) -> Person:
    person.left_on = max(day, person.path[-1][0])
    return person


def _seat(chance: Random, people: list[Person], places: int | None, rates: dict[Step, float]) -> None:
    """Confirm in the order of the days, where a place is free; whoever finds none waits for one that is given back."""
    coming = sorted(
        (person for person in people if person.left_on is None), key=lambda one: (one.path[-1][0], one.came)
    )
    kept: list[Person] = []
    waiting: list[Person] = []
    for day in range(OPENS, 1):
        for person in list(kept):
            if person.left_on is not None and person.left_on <= day:
                kept.remove(person)
        waiting += [person for person in coming if person.path[-1][0] == day]
        while waiting and (places is None or len(kept) < places):
            person = waiting.pop(0)
            if person.path[-1][0] < day:
                # Called up late, and one in four has found something else.
                if chance.random() < 0.25:
                    person.left_on, person.path[-1] = day, (person.path[-1][0], S.WAITLISTED)
                    continue
                person.path[-1] = (person.path[-1][0], S.WAITLISTED)
                person.path.append((day, S.CONFIRMED))
            kept.append(person)
            _keep_or_give_up(chance, person, day, rates[Step.PRESENT])
    for person in waiting:
        person.path[-1] = (person.path[-1][0], S.WAITLISTED)


def _keep_or_give_up(chance: Random, person: Person, day: int, present: float) -> None:
    """Half of those who give up say nothing until the first day; some of them were silent before."""
    person.is_present = chance.random() < present
    doubts = 0.05 if person.is_present else 0.4
    if chance.random() < doubts and day < -5:
        person.at_risk_from = chance.randint(day, -1)
    if not person.is_present and chance.random() < 0.5 and day < -1:
        person.left_on = chance.randint(day + 1, -1)


# -- what was to be seen on a day -------------------------------------------------------------------------------------

_BEYOND = {
    Step.ATTENDED: (S.INTERVIEWED, S.WAITLISTED, S.ADMITTED, S.CONFIRMED),
    Step.ADMITTED: (S.ADMITTED, S.CONFIRMED),
    Step.ACCEPTED: (S.CONFIRMED,),
}
_LEFT_AT = {
    Step.ATTENDED: (S.SUBMITTED, S.INTERVIEW_SCHEDULED, S.NO_SHOW),
    Step.ADMITTED: (S.INTERVIEWED, S.WAITLISTED),
    Step.ACCEPTED: (S.ADMITTED,),
}


def passed_and_left(told: Told, *, day: int, zone: int | None = None) -> Counter:
    """How many have passed each step by a day (True), and left there (False)."""
    found: Counter = Counter()
    for person in told.people:
        stage = person.stage_on(day)
        if zone not in (None, person.zone) or stage is None:
            continue
        for step, beyond in _BEYOND.items():
            found[step, True] += stage in beyond
            found[step, False] += stage in _LEFT_AT[step] and person.has_left(day)
        if day > 0 and stage == S.CONFIRMED:
            found[Step.PRESENT, person.is_present] += 1
    return found


def beliefs_of(told: Told) -> tuple[Belief, ...]:
    """The planning rates, and what the house's last intake has shown."""
    plans = {step: forecast.planned(*PLANNED[step]) for step in Step}
    if told.last is None:
        return tuple(plans.values())
    return tuple(forecast.learnt(told.last[step, True], told.last[step, False], plan) for step, plan in plans.items())


def seen_on(told: Told, day: int) -> Season:
    """The season as a board sees it on a day."""
    pools = []
    for zone, places in enumerate(told.places):
        mine = [person for person in told.people if person.zone == zone and person.came <= day]
        stages: Counter = Counter()
        for person in mine:
            if not person.has_left(day):
                is_at_risk = person.at_risk_from is not None and person.at_risk_from <= day
                stage = person.stage_on(day)
                stages[AT_RISK if stage == S.CONFIRMED and is_at_risk else stage] += 1
        past = passed_and_left(told, day=day, zone=zone)
        applied = [one for one in mine if one.stage_on(day) != S.ENQUIRY and one.came > day - 28]
        pools.append(
            Pool(
                zone=zone,
                files=tuple(stages[stage] for stage in STAGES),
                seen=tuple((past[step, True], past[step, False]) for step in Step),
                arrived=len(applied),
                days_looked_at=28,
                days_to_apply=CLOSES - day,
                days_to_start=-day,
                places=places,
            )
        )
    return Season(tuple(pools), beliefs_of(told))


# -- a calibration ----------------------------------------------------------------------------------------------------


@dataclass
class Held:
    """Forecasts held against the truth."""

    inside: int = 0
    below: int = 0
    number: int = 0
    error: float = 0
    line_error: float = 0
    bias: float = 0
    width: float = 0

    def add(self, outlook: Outlook, truth: int, line: float) -> None:
        self.number += 1
        self.inside += outlook.low <= truth <= outlook.high
        self.below += truth < outlook.low
        self.error += abs(outlook.likely - truth)
        self.line_error += abs(line - truth)
        self.bias += outlook.likely - truth
        self.width += outlook.high - outlook.low

    @property
    def coverage(self) -> float:
        return self.inside / self.number

    @property
    def mean_error(self) -> float:
        return self.error / self.number

    @property
    def mean_error_of_the_line(self) -> float:
        return self.line_error / self.number

    def __str__(self) -> str:
        per = self.number
        return (
            f"{self.coverage:.1%} inside ({self.below / per:.1%} below), mean error {self.mean_error:.1f}, "
            f"straight line {self.mean_error_of_the_line:.1f}, bias {self.bias / per:+.1f}, "
            f"width {self.width / per:.1f}"
        )


def together(some: Iterable[Held]) -> Held:
    """Several held as one."""
    found = Held()
    for held in some:
        for name, number in vars(held).items():
            setattr(found, name, getattr(found, name) + number)
    return found


def calibrate(number: int, *, seed: int, horizons: Iterable[int] = HORIZONS) -> dict[tuple[int, str], Held]:
    """So many seasons, each looked at so many weeks before the first day; in all zones, and zone by zone."""
    horizons = tuple(horizons)
    found = {(weeks, scope): Held() for weeks in horizons for scope in ("all", "zone")}
    for told in _seasons(number, seed):
        for weeks in horizons:
            day = -7 * weeks
            outlooks = forecast.forecast(seen_on(told, day))
            for zone, outlook in outlooks.items():
                line = told.confirmed(day, zone) * -SIGNED / (day - SIGNED)
                found[weeks, "all" if zone is None else "zone"].add(outlook, told.present(zone), line)
    return found


def _seasons(number: int, seed: int) -> Iterator[Told]:
    for one in range(number):
        yield tell(Random(f"{seed}/{one}"))
