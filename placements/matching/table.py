"""A problem as arrays, in the order of its keys: what rules and points say of many pairs at once."""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from .problem import HOST, Pair, Place, Problem, Site, Student, check
from .rules import Rule, accepted_outside, broken_by_hours, outside_the_day, points_of_hours

EARTH_HM = 63_710.088  # mean radius, in hundreds of metres, the unit of every distance here
UNKNOWN = -1
NO_LIMIT = 1 << 30
# Pairs looked at together: what they need is then some tens of megabytes, whatever the problem's size.
CHUNK = 1_000_000

# The soft rules, in the order of the points they give.
COMMUTE, ZONE, LANGUAGES, HOURS, WISH, ASKED, KEEP, HARDSHIP = range(8)
SOFT = ("commute", "zone", "languages", "hours", "wish", "asked", "keep", "hardship")


class Table:
    """Students, sites and groups of tutors by number; every function takes numbers of students and of sites."""

    def __init__(self, problem: Problem):
        check(problem)
        self.weights = problem.weights
        self.students = sorted(problem.students, key=lambda student: student.key)
        self.sites = sorted(problem.sites, key=lambda site: site.key)
        self.student_number = {student.key: number for number, student in enumerate(self.students)}
        self.site_number = {site.key: number for number, site in enumerate(self.sites)}
        self.seats = np.array([site.seats for site in self.sites], np.int64)
        self.hosted = np.array([site.hosted for site in self.sites], np.int64)
        self._read_places()
        self._read_zones()
        self._read_languages()
        self._read_hours()
        self._read_pairs(problem)
        self._read_tutors(problem)
        self._student_hash, self._site_hash = _hashes(self.students), _hashes(self.sites)

    # -- reading ------------------------------------------------------------------------------------------------------

    def _read_places(self) -> None:
        places: dict[Place | None, int] = {}
        self._student_place = _numbered((student.position for student in self.students), places)
        self._site_place = _numbered((site.position for site in self.sites), places)
        points = [_on_the_sphere(place) for place in places]
        # By number of place, the numbers of all axes beside each other.
        self._points = np.array(points, np.float64).reshape(-1, 3)
        self.is_approximate = np.array([place is not None and place.is_approximate for place in places], bool)
        near = [NO_LIMIT if student.near_km is None else 10 * student.near_km for student in self.students]
        far = [NO_LIMIT if student.far_km is None else 10 * student.far_km for student in self.students]
        self.near_hm, self.far_hm = np.array(near, np.int64), np.array(far, np.int64)

    def _read_zones(self) -> None:
        zones: dict[str, int] = {}
        self.site_zone = _numbered((site.zone for site in self.sites), zones)
        self.student_zone = _numbered((student.zone for student in self.students), zones)
        for student in self.students:
            for zone in sorted(student.other_zones):
                zones.setdefault(zone, len(zones))
        reached: list[list[int]] = [[] for _ in zones]
        for number, student in enumerate(self.students):
            for zone in {student.zone, *student.other_zones}:
                reached[zones[zone]].append(number)
        sited: list[list[int]] = [[] for _ in zones]
        for number, zone_number in enumerate(self.site_zone):
            sited[zone_number].append(number)
        # By zone: who could be placed there, and its sites.
        self.reached = [np.array(numbers, np.int32) for numbers in reached]
        self.sited = [np.array(numbers, np.int32) for numbers in sited]
        self._is_reached = [frozenset(numbers) for numbers in reached]
        intakes: dict[str, int] = {"": 0}
        self._student_intake = _numbered((student.intake for student in self.students), intakes)
        self._site_intake = _numbered((site.intake for site in self.sites), intakes)

    def _read_languages(self) -> None:
        codes: dict[str, int] = {}
        for site in self.sites:
            for code in sorted(site.needs | site.languages):
                codes.setdefault(code, len(codes))
        if len(codes) > 63:
            raise ValueError("The sites speak more than 63 languages.")

        def bits(languages: Iterable[str]) -> int:
            return sum(1 << codes[code] for code in languages if code in codes)

        self.spoken = np.array([bits(student.languages) for student in self.students], np.int64)
        self._needed = np.array([bits(site.needs) for site in self.sites], np.int64)
        self.used = np.array([bits(site.languages) for site in self.sites], np.int64)
        self.language_codes = list(codes)

    def _read_hours(self) -> None:
        """How somebody's week fits a site's depends on few things: one row for each kind of week, one column a kind."""
        students: dict[Any, int] = {}
        sites: dict[Any, int] = {}
        self._week = _numbered(((s.availability, s.school_days, s.is_minor) for s in self.students), students)
        self._opening = _numbered((site.hours for site in self.sites), sites)
        most = self.weights.hours
        broken = [[broken_by_hours(hours, *week) for hours in sites] for week in students]
        points = [[points_of_hours(most, hours, *week) for hours in sites] for week in students]
        shape = (len(students), len(sites))
        self._broken_hours = np.array(broken, np.int16).reshape(shape)
        self._points_of_hours = np.array(points, np.int32).reshape(shape)
        self._outside = [
            [
                tuple(sorted(outside_the_day(hours) & accepted_outside(free, is_minor))) if hours is not None else ()
                for hours in sites
            ]
            for free, _days, is_minor in students
        ]

    def _read_pairs(self, problem: Problem) -> None:
        self.pins = self._pairs(problem.pins)
        self._excluded = np.sort(self._pairs(problem.exclusions))
        self._kept = np.sort(self._pairs(problem.keep))
        asked = ((key, site.key) for site in self.sites for key in site.asked)
        self._asked = np.sort(self._pairs(asked))
        ranks: dict[int, int] = {}
        for number, student in enumerate(self.students):
            for rank, key in enumerate(student.wishes[:3], 1):
                if key in self.site_number:
                    ranks.setdefault(number * len(self.sites) + self.site_number[key], rank)
        self._wished = np.array(sorted(ranks), np.int64)
        self._rank = np.array([ranks[code] for code in sorted(ranks)], np.int64)

    def _pairs(self, pairs: Iterable[Pair]) -> np.ndarray:
        """Each pair as one number; those of whom the problem knows nothing any more are left out."""
        students, sites = self.student_number, self.site_number
        codes = [students[a] * len(sites) + sites[b] for a, b in pairs if a in students and b in sites]
        return np.array(sorted(set(codes)), np.int64)

    def _read_tutors(self, problem: Problem) -> None:
        """Tutors who serve the same sites are one group, whose room is the sum of theirs."""
        serving: dict[str, list[int]] = {tutor.key: [] for tutor in problem.tutors if tutor.is_eligible}
        for number, site in enumerate(self.sites):
            for key in sorted(site.tutors):
                if key in serving:
                    serving[key].append(number)
        room = {tutor.key: tutor.room for tutor in problem.tutors}
        groups: dict[tuple[int, ...], list[str]] = {}
        for key in sorted(serving):
            if serving[key]:
                groups.setdefault(tuple(serving[key]), []).append(key)
        self.group_sites = sorted(groups)
        self.group_tutors = [groups[sites] for sites in self.group_sites]
        self.tutor_room = room
        self.room = np.array([sum(room[key] for key in keys) for keys in self.group_tutors], np.int64)
        self.groups_of: list[list[int]] = [[] for _ in self.sites]
        for group, sites in enumerate(self.group_sites):
            for site in sites:
                self.groups_of[site].append(group)
        flags = []
        for site, groups_there in zip(self.sites, self.groups_of, strict=True):
            broken = Rule(0) if site.is_fresh else Rule.STALE
            broken |= Rule.TUTOR if site.tutors and not groups_there else Rule(0)
            flags.append(broken | (Rule.HOST_CHOOSES if site.who_chooses == HOST else Rule(0)))
        self._flags = np.array(flags, np.int16).reshape(len(self.sites))

    # -- hard rules ---------------------------------------------------------------------------------------------------

    def hectometres(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """The way by road in hundreds of metres, UNKNOWN where a position is; the same for a pair in any company.

        The chord is made of sums, products and a root, which every machine rounds alike; sines are those of a place.
        """
        chord = np.sqrt(self._chord_squared(students, sites))
        half = chord / 2
        square = half * half
        # arcsin(half) to the fifth term: 1 m at 2,000 km.
        arc = chord * (1 + square * (1 / 6 + square * (3 / 40 + square * (15 / 336 + square * (105 / 3456)))))
        with np.errstate(invalid="ignore"):
            far = np.floor(arc * (EARTH_HM * self.weights.detour / 100) + 0.5)
        return np.where(np.isnan(far), UNKNOWN, far).astype(np.int32)

    def _chord_squared(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        total = None
        for axis in range(3):
            points = self._points[:, axis]
            apart = points[self._student_place[students]] - points[self._site_place[sites]]
            total = apart * apart if total is None else total + apart * apart
        return total

    def limit_hm(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """How far the student goes: their limit at home, or the one for the zones they could move to."""
        is_home = self.student_zone[students] == self.site_zone[sites]
        return np.where(is_home, self.near_hm[students], self.far_hm[students])

    def broken(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """The rules that keep each student from each site, zones apart: a `Rule` as a number."""
        found = self._flags[sites] | self._broken_hours[self._week[students], self._opening[sites]]
        intake = self._site_intake[sites]
        is_other = (intake != self._student_intake[students]) & (intake != 0) & (self._student_intake[students] != 0)
        found = found | np.where(is_other, Rule.DATES, 0).astype(np.int16)
        is_far = self.hectometres(students, sites) > self.limit_hm(students, sites)
        found |= np.where(is_far, Rule.DISTANCE, 0).astype(np.int16)
        needed = self._needed[sites]
        found |= np.where((self.spoken[students] & needed) != needed, Rule.LANGUAGES, 0).astype(np.int16)
        is_excluded = self._is_among(self._excluded, students, sites)
        return found | np.where(is_excluded, Rule.EXCLUDED, 0).astype(np.int16)

    def broken_by(self, student: int, site: int) -> Rule:
        """The rules that keep one student from one site, zones included."""
        found = Rule(int(self.broken(np.array([student]), np.array([site]))[0]))
        return found if student in self._is_reached[self.site_zone[site]] else found | Rule.ZONE

    def pairs(self, among: np.ndarray | None = None, *, broken: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Every pair that breaks no rule, or none but some, by student, then by site; of some students or of all."""
        return self._every(among, lambda students, sites: (self.broken(students, sites) & ~broken) == 0)

    def in_reach(self, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For some students every site of their zones and of their intake, whatever else forbids it."""
        return self._every(among, lambda students, sites: (self.broken(students, sites) & int(Rule.DATES)) == 0, True)

    def _every(
        self,
        among: np.ndarray | None,
        choose: Callable[[np.ndarray, np.ndarray], np.ndarray],
        however_far: bool = False,
    ) -> tuple[np.ndarray, np.ndarray]:
        found: list[tuple[np.ndarray, np.ndarray]] = []
        wanted = None
        if among is not None:
            wanted = np.zeros(len(self.students), bool)
            wanted[among] = True
        for reached, sited in zip(self.reached, self.sited, strict=True):
            there = reached if wanted is None else reached[wanted[reached]]
            if not len(there) or not len(sited):
                continue
            step = max(CHUNK // len(sited), 1)
            for start in range(0, len(there), step):
                rows, columns = self._near(there[start : start + step], sited, however_far)
                fits = choose(rows, columns)
                found.append((rows[fits], columns[fits]))
        if not found:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        students, sites = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(students.astype(np.int64) * len(self.sites) + sites)
        return students[order], sites[order]

    def _near(self, students: np.ndarray, sites: np.ndarray, however_far: bool) -> tuple[np.ndarray, np.ndarray]:
        """All pairs of some students and some sites but for those that are too far without measuring them exactly."""
        rows, columns = students[:, None], sites[None, :]
        if however_far:
            every = np.broadcast_arrays(rows, columns)
            return every[0].ravel(), every[1].ravel()
        # A chord is shorter than its arc: nothing within the limit is lost.
        most = (self.limit_hm(rows, columns) + 1) / (EARTH_HM * self.weights.detour / 100)
        is_far = self._chord_squared(rows, columns) > most * most
        kept_rows, kept_columns = np.nonzero(~is_far)
        return students[kept_rows], sites[kept_columns]

    def _is_among(self, codes: np.ndarray, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        return self._found(codes, students, sites)[1]

    def _found(self, codes: np.ndarray, students: np.ndarray, sites: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wanted = students.astype(np.int64) * len(self.sites) + sites
        if not len(codes):
            return np.zeros(wanted.shape, np.int64), np.zeros(wanted.shape, bool)
        place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        return place, codes[place] == wanted

    # -- soft rules ---------------------------------------------------------------------------------------------------

    def points(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """What each soft rule gives to each pair: a row a rule, in the order of SOFT."""
        weights = self.weights
        given = np.zeros((len(SOFT), len(students)), np.int32)
        way, reach = self.hectometres(students, sites).astype(np.int64), 10 * weights.commute_km
        by_way = weights.commute * np.maximum(reach - way, 0) // reach
        given[COMMUTE] = np.where(way == UNKNOWN, weights.commute // 2, by_way)
        given[ZONE] = np.where(self.student_zone[students] == self.site_zone[sites], weights.zone, 0)
        used = self.used[sites]
        of = np.bitwise_count(used).astype(np.int64)
        spoken = np.bitwise_count(used & self.spoken[students]).astype(np.int64)
        given[LANGUAGES] = weights.languages * spoken // np.maximum(of, 1)
        given[HOURS] = self._points_of_hours[self._week[students], self._opening[sites]]
        given[WISH] = np.array([0, *weights.wishes])[self.rank(students, sites)]
        given[ASKED] = np.where(self.is_asked(students, sites), weights.asked, 0)
        lacking = np.maximum(weights.bad_below - given[:KEEP].sum(0, dtype=np.int64), 0)
        given[KEEP] = np.where(self.is_kept(students, sites), weights.keep, 0)
        given[HARDSHIP] = -(lacking * lacking // weights.bad_divisor)
        return given

    def rank(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """Which of the student's wishes the site is, from 1 to 3; 0 for none."""
        if not len(self._rank):
            return np.zeros(len(students), np.int64)
        place, is_wished = self._found(self._wished, students, sites)
        return np.where(is_wished, self._rank[place], 0)

    def is_asked(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """Whether the host has asked for the student."""
        return self._is_among(self._asked, students, sites)

    def is_kept(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """Whether the last accepted proposal had put the student there."""
        return self._is_among(self._kept, students, sites)

    def outside(self, student: int, site: int) -> tuple[str, ...]:
        """Which of the site's evenings, Saturdays and Sundays the student accepts."""
        return self._outside[self._week[student]][self._opening[site]]

    def is_near_guess(self, students: np.ndarray, sites: np.ndarray) -> np.ndarray:
        """Whether the way is measured from or to a place known only approximately."""
        return self.is_approximate[self._student_place[students]] | self.is_approximate[self._site_place[sites]]

    def hashed(self, students: np.ndarray, sites: np.ndarray, bits: int) -> np.ndarray:
        """A number of so many bits which the keys of the pair decide, so that equals are told apart alike each time."""
        mixed = self._student_hash[students] ^ (self._site_hash[sites] * np.uint64(0x9E3779B97F4A7C15))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return (mixed >> np.uint64(64 - bits)).astype(np.int64)

    @property
    def kept_students(self) -> np.ndarray:
        """Whom the last accepted proposal had placed."""
        return np.unique(self._kept // max(len(self.sites), 1))


def _numbered(values: Iterable[Hashable], numbers: dict[Any, int]) -> np.ndarray:
    """Each value's number, new ones counted on."""
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int32)


def _on_the_sphere(place: Place | None) -> tuple[float, float, float]:
    if place is None:
        return math.nan, math.nan, math.nan
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    across = math.cos(latitude)
    return across * math.cos(longitude), across * math.sin(longitude), math.sin(latitude)


def _hashes(things: Sequence[Student | Site]) -> np.ndarray:
    digests = b"".join(blake2b(thing.key.encode(), digest_size=8).digest() for thing in things)
    return np.frombuffer(digests, "<u8").astype(np.uint64)
