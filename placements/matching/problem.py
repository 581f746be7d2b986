"""What a proposal is asked: students, the places of sites, tutors, and how much each rule weighs.

Nothing here knows the database: whoever asks reads the rows, and keeps the problem with the run (`stored.py`).
Birth dates are not asked for, nor names: a stored problem says of a person no more than a rule needs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import TypeAlias

# Who chooses among the students: the lead for whom this is, or the host, who is sent a list.
LEAD, HOST = "lead", "host"
EVENINGS, SATURDAYS, SUNDAYS = "evenings", "saturdays", "sundays"

Pair: TypeAlias = tuple[str, str]  # a student's key, a site's key
Hours: TypeAlias = tuple[tuple[int, int] | None, ...]  # seven days from Monday: opens, closes, in minutes of the day


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees of latitude and longitude; approximate where they are those of a neighbouring commune."""

    latitude: float
    longitude: float
    is_approximate: bool = False


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody to place, and what the rules need to know of them."""

    key: str
    zone: str
    other_zones: frozenset[str] = frozenset()  # where they said they could move to
    position: Place | None = None  # None: the commute is not known, which blocks nothing
    near_km: int | None = None  # the farthest they go in their own zone; None: no limit
    far_km: int | None = None  # … in their other zones, from where they live now
    languages: frozenset[str] = frozenset()  # two-letter codes
    availability: frozenset[str] = frozenset()  # of EVENINGS, SATURDAYS, SUNDAYS: beside weekdays
    is_minor: bool = False  # when the work begins
    school_days: frozenset[int] = frozenset()  # weekdays (Monday is 0) spent at school every week
    intake: str = ""  # empty: any
    wishes: tuple[str, ...] = ()  # sites, the dearest first; what follows the third counts for nothing


@dataclass(frozen=True, slots=True)
class Site:
    """The places of a site for an intake; one without a free seat is given too, so that "+1 place" can be told."""

    key: str
    zone: str
    position: Place | None = None
    seats: int = 0  # free ones
    hosted: int = 0  # students there already, who count for balance
    needs: frozenset[str] = frozenset()  # languages without which nobody can work there
    languages: frozenset[str] = frozenset()  # languages spoken with those who call
    hours: Hours | None = None  # None: not known, which blocks nothing
    tutors: frozenset[str] = frozenset()  # none recorded: only the seats are a limit
    is_fresh: bool = True  # the host has said so lately enough
    who_chooses: str = LEAD
    intake: str = ""
    asked: frozenset[str] = frozenset()  # students the host has asked for


@dataclass(frozen=True, slots=True)
class Tutor:
    """How many more students a tutor may follow, on all their sites together (ceiling − those followed)."""

    key: str
    room: int
    is_eligible: bool = True


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each soft rule weighs, in whole points; kept with the run, so that it can be run again."""

    commute: int = 450  # for no way at all, falling evenly to nothing at `commute_km`; half of it where unknown
    commute_km: int = 60
    zone: int = 150  # for staying in one's zone
    languages: int = 100  # for speaking all that are spoken there, by parts
    hours: int = 150  # half for hours that need no evening or weekend, half for accepting those the site has
    wishes: tuple[int, int, int] = (120, 80, 50)  # for the student's first, second and third wish
    asked: int = 100  # for being asked for by the host
    keep: int = 80  # for staying where the last accepted proposal put them
    balance: int = 15  # taken off for the 3rd and 4th student of a site, twice for the 5th to 8th, …
    bad_below: int = 350  # below this a fit loses (what it lacks)² / `bad_divisor` besides
    bad_divisor: int = 200
    detour: int = 130  # the way by road in hundredths of the straight line: whoever asks says ROAD_FACTOR

    def __post_init__(self) -> None:
        values = [getattr(self, f.name) for f in fields(self) if f.name != "wishes"] + list(self.wishes)
        if len(self.wishes) != 3 or not all(type(value) is int and value >= 0 for value in values):
            raise ValueError("Weights are whole numbers from 0, three of them for wishes.")
        if not (self.commute_km and self.bad_divisor and self.detour):
            raise ValueError("The reach of a commute, the divisor of bad fits and the detour are more than 0.")
        if self.most + self.worst > 4_000:
            raise ValueError("All the points together are 4,000 at most.")

    @property
    def most(self) -> int:
        """The points of the best fit there can be."""
        given = (self.commute, self.zone, self.languages, self.hours, max(self.wishes), self.asked, self.keep)
        return sum(given)

    @property
    def worst(self) -> int:
        """What the worst fit there can be has less than none."""
        return self.bad_below**2 // self.bad_divisor


@dataclass(frozen=True, slots=True)
class Problem:
    """Who is to be placed, and where one could; the same problem has the same plan, in whatever order it is given."""

    students: tuple[Student, ...]
    sites: tuple[Site, ...]
    tutors: tuple[Tutor, ...] = ()
    pins: tuple[Pair, ...] = ()  # settled: they take their seat before anybody else, whatever the soft rules say
    # Of pairs of whom the problem knows nothing any more nothing is said.
    exclusions: tuple[Pair, ...] = ()
    keep: tuple[Pair, ...] = ()  # of the last accepted proposal
    weights: Weights = field(default_factory=Weights)


def check(problem: Problem) -> None:
    """Raise ValueError for a problem that contradicts itself: a key twice, a pair nobody knows, two pins of one."""
    students = _unique("student", (student.key for student in problem.students))
    sites = _unique("site", (site.key for site in problem.sites))
    tutors = _unique("tutor", (tutor.key for tutor in problem.tutors))
    _unique("pin of student", (student for student, _site in problem.pins))
    for student, site in problem.pins:
        if student not in students or site not in sites:
            raise ValueError(f"Nobody knows the pinned pair {student}, {site}.")
    for site in problem.sites:
        if site.seats < 0 or site.hosted < 0:
            raise ValueError(f"Site {site.key} has fewer places than none.")
        if not tutors.issuperset(site.tutors):
            raise ValueError(f"Site {site.key} names a tutor nobody knows.")
        if site.hours is not None and len(site.hours) != 7:
            raise ValueError(f"Site {site.key} has not seven days.")
    if any(tutor.room < 0 for tutor in problem.tutors):
        raise ValueError("A tutor has less room than none.")


def _unique(what: str, keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for key in keys:
        if key in found:
            raise ValueError(f"The {what} {key} is there twice.")
        found.add(key)
    return found


# -- what if ----------------------------------------------------------------------------------------------------------


def changed(
    problem: Problem,
    *,
    pin: Pair | None = None,
    unpin: str | None = None,
    exclude: Pair | None = None,
    allow: Pair | None = None,
    one_more: str | None = None,
) -> Problem:
    """The problem with a pair pinned or excluded, a student's pin or an exclusion taken back, a seat more at a site."""
    pins, exclusions, sites = problem.pins, problem.exclusions, problem.sites
    if unpin is not None:
        pins = tuple(pair for pair in pins if pair[0] != unpin)
    if exclude is not None:
        pins = tuple(pair for pair in pins if pair != exclude)
        exclusions = (*(pair for pair in exclusions if pair != exclude), exclude)
    if allow is not None:
        exclusions = tuple(pair for pair in exclusions if pair != allow)
    if pin is not None:
        pins = (*(pair for pair in pins if pair[0] != pin[0]), pin)
        exclusions = tuple(pair for pair in exclusions if pair != pin)
    if one_more is not None:
        if one_more not in {site.key for site in sites}:
            raise ValueError(f"Nobody knows the site {one_more}.")
        sites = tuple(replace(site, seats=site.seats + 1) if site.key == one_more else site for site in sites)
    return replace(problem, pins=pins, exclusions=exclusions, sites=sites)
