"""What a proposal answers: lines, who stays without a place and why, what a place more is worth, and how good it is."""

from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from .rules import Rule


class Points(NamedTuple):
    """What each soft rule gives to a pair; the last takes off."""

    commute: int
    zone: int
    languages: int
    hours: int
    wish: int
    asked: int
    keep: int
    hardship: int


class Fit(NamedTuple):
    """A student at a site: the points by rule and the facts behind them."""

    site: str
    points: Points
    total: int
    hectometres: int | None  # the way by road, None where a position is not known
    is_approximate: bool
    languages: tuple[str, ...]  # spoken there and by the student
    languages_there: tuple[str, ...]
    outside: tuple[str, ...]  # the site's evenings, Saturdays and Sundays that the student accepts
    wish: int  # which of the student's wishes, 0: none
    is_asked: bool
    is_home: bool
    is_kept: bool


class Alternative(NamedTuple):
    """The next best site of a line and what it would cost the plan, at the least."""

    fit: Fit
    students: int  # fewer students placed
    points: int  # fewer points
    is_free: bool  # nobody would have to give way


class Line(NamedTuple):
    """One student placed."""

    student: str
    fit: Fit
    tutor: str | None
    is_pinned: bool
    broken: Rule  # rules that a pin overrides: acceptance refuses them
    other: Alternative | None

    @property
    def site(self) -> str:
        return self.fit.site


class Reason(StrEnum):
    """Why somebody stays without a place: exactly one."""

    NO_SITE = "no_site"  # their zones have no site for their intake
    RULES = "rules"  # rules keep them from each of them
    HOST_CHOOSES = "host_chooses"  # all that rules leave choose for themselves
    FULL = "full"  # all that rules leave are full
    PIN = "pin"  # they are pinned where there is no room


class Removed(NamedTuple):
    """A site near a student and the rules that keep them from it."""

    site: str
    rules: Rule
    hectometres: int | None
    limit_km: int | None


class Hall(NamedTuple):
    """A few sites with fewer places than students who can go nowhere else: the proof that no plan helps them all."""

    sites: tuple[str, ...]
    students: int
    places: int


class Help(StrEnum):
    """What would place one student more."""

    SEAT = "seat"
    TUTOR = "tutor"
    BOTH = "both"


class Unblock(NamedTuple):
    """The cheapest single thing that would place a student without anybody losing their place."""

    what: Help
    key: str  # a site, or a tutor
    site: str  # where the student would then be


class Unplaced(NamedTuple):
    """One student without a place."""

    student: str
    reason: Reason
    removed: tuple[Removed, ...]  # the sites that lack the least, eight at most
    rules: tuple[tuple[Rule, int], ...]  # how many sites each rule removes
    possible: tuple[str, ...]  # the sites that rules leave, the best first, eight at most
    possible_count: int
    hall: Hall | None
    unblock: Unblock | None


class Price(NamedTuple):
    """What one real place more would bring: students placed, then points; and who would come in."""

    students: int
    points: int
    who: str | None


class Quality(NamedTuple):
    """How good a plan is; balance is what an even spread has cost."""

    students: int
    placed: int
    seats: int
    fit: int
    balance: int
    kept: int
    moved: int  # of those whom the last accepted proposal had placed
    blocking_pairs: int  # a student and a host who would both gain 100 points by leaving the plan


class Plan(NamedTuple):
    """A proposal."""

    lines: tuple[Line, ...]
    unplaced: tuple[Unplaced, ...]
    prices: dict[str, Price]  # by site
    tutor_prices: dict[str, Price]
    gap: int  # to what no plan can surpass: 0, or the plan is not shown
    quality: Quality


class Ranked(NamedTuple):
    """A host for a student, with what taking a place there takes from others."""

    fit: Fit
    price: Price
    broken: Rule
    is_open: bool  # a place is free after the plan

    @property
    def is_possible(self) -> bool:
        """Whether no rule forbids it."""
        return not self.broken


def fingerprint(plan: Plan) -> str:
    """What tells whether a run that is run again has had the same answer."""
    rows = [f"{line.student}\t{line.site}\t{line.tutor}\t{line.fit.total}" for line in plan.lines]
    rows += [f"{one.student}\t{one.reason}" for one in plan.unplaced]
    return sha256("\n".join(rows).encode()).hexdigest()


class Moved(NamedTuple):
    """A student whose site another plan changes."""

    student: str
    before: str
    after: str


class Difference(NamedTuple):
    """What another plan changes."""

    placed: tuple[tuple[str, str], ...]  # who comes in, and where
    left: tuple[tuple[str, str], ...]  # who loses their place, and which
    moved: tuple[Moved, ...]
    students: int  # how many more are placed
    points: int


def difference(before: Plan, after: Plan) -> Difference:
    """What changes from one plan to another."""
    first = {line.student: line.site for line in before.lines}
    then = {line.student: line.site for line in after.lines}
    moved = [Moved(student, first[student], then[student]) for student in first if student in then]
    return Difference(
        tuple((student, site) for student, site in then.items() if student not in first),
        tuple((student, site) for student, site in first.items() if student not in then),
        tuple(one for one in moved if one.before != one.after),
        len(then) - len(first),
        _points(after) - _points(before),
    )


def _points(plan: Plan) -> int:
    return plan.quality.fit - plan.quality.balance
