"""The rules of a proposal told a second time, one pair at a time, and every plan there is: what the solver is held to.

Nothing here is borrowed from the program but the shape of a problem.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from placements.matching.problem import Problem, Site, Student


def apart(student: Student, site: Site, detour: int) -> int | None:
    """Hundreds of metres by road: the haversine and the detour."""
    if student.position is None or site.position is None:
        return None
    a, b = student.position, site.position
    north = math.radians(b.latitude - a.latitude)
    east = math.radians(b.longitude - a.longitude)
    across = math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude))
    share = math.sin(north / 2) ** 2 + across * math.sin(east / 2) ** 2
    return math.floor(2 * 63710.088 * math.asin(math.sqrt(share)) * detour / 100 + 0.5)


def week(student: Student, site: Site, *, as_adult: bool = False, only_days: bool = False) -> int:
    """The minutes of the best week."""
    slots = frozenset() if only_days else student.availability
    lasts = 21 * 60 if "evenings" in slots else 19 * 60
    minor = student.is_minor and not as_adult
    day = {}
    for number, opening in enumerate(site.hours):
        free = opening is not None and number not in student.school_days
        if number == 5:
            free = free and "saturdays" in slots
        if number == 6:
            free = free and "sundays" in slots and not minor
        day[number] = max(0, min(480, min(opening[1], lasts) - max(opening[0], 420))) if free else 0
    if minor:  # Saturday and Sunday off, or Sunday and Monday
        return max(sum(day[n] for n in (0, 1, 2, 3, 4)), sum(day[n] for n in (1, 2, 3, 4, 5)))
    return sum(sorted(day.values(), reverse=True)[:5])


def allowed(problem: Problem, student: Student, site: Site) -> bool:
    """Whether no hard rule forbids the pair."""
    if site.zone != student.zone and site.zone not in student.other_zones:
        return False
    if student.intake and site.intake and student.intake != site.intake:
        return False
    far = apart(student, site, problem.weights.detour)
    limit = student.near_km if site.zone == student.zone else student.far_km
    if far is not None and limit is not None and far > 10 * limit:
        return False
    if not site.needs <= student.languages:
        return False
    if site.hours is not None and week(student, site) < 420 * max(0, 5 - len(student.school_days)):
        return False
    eligible = {tutor.key for tutor in problem.tutors if tutor.is_eligible}
    if site.tutors and not site.tutors & eligible:
        return False
    return site.is_fresh and site.who_chooses == "lead" and (student.key, site.key) not in problem.exclusions


def points(problem: Problem, student: Student, site: Site) -> int:
    """What the soft rules give the pair."""
    w = problem.weights
    far = apart(student, site, w.detour)
    way = w.commute // 2 if far is None else w.commute * max(0, 10 * w.commute_km - far) // (10 * w.commute_km)
    home = w.zone if site.zone == student.zone else 0
    spoken = w.languages * len(site.languages & student.languages) // len(site.languages) if site.languages else 0
    wish = w.wishes[student.wishes[:3].index(site.key)] if site.key in student.wishes[:3] else 0
    asked = w.asked if student.key in site.asked else 0
    found = way + home + spoken + _hours(problem, student, site) + wish + asked
    hardship = (w.bad_below - found) ** 2 // w.bad_divisor if found < w.bad_below else 0
    return found - hardship + (w.keep if (student.key, site.key) in problem.keep else 0)


def _hours(problem: Problem, student: Student, site: Site) -> int:
    most = problem.weights.hours
    half = most // 2
    if site.hours is None:
        return half
    needed = 420 * max(0, 5 - len(student.school_days))
    by_day = half * min(week(student, site, only_days=True), needed) // needed if needed else half
    works = {"evenings"} if any(day and day[1] > 19 * 60 for day in site.hours) else set()
    works |= {"saturdays"} if site.hours[5] else set()
    works |= {"sundays"} if site.hours[6] else set()
    accepts = works & student.availability - ({"sundays"} if student.is_minor else set())
    return by_day + ((most - half) * len(accepts) // len(works) if works else most - half)


def off(problem: Problem, site: Site, students: int) -> int:
    """What balance takes off for so many students more at a site."""
    total = 0
    for k in range(site.hosted + 1, site.hosted + students + 1):
        steps = 0
        while k > 2 ** (steps + 1):
            steps += 1
        total += problem.weights.balance * steps
    return total


def can_follow(problem: Problem, counts: dict[str, int]) -> bool:
    """Whether tutors can follow so many students of each site, each by one of the site's own."""
    sites = {site.key: site for site in problem.sites}
    asked = [sites[key] for key, number in counts.items() if sites[key].tutors for _one in range(number)]

    def follow(left: list[Site], room: dict[str, int]) -> bool:
        if not left:
            return True
        for tutor in left[0].tutors:
            if room.get(tutor, 0) and follow(left[1:], room | {tutor: room[tutor] - 1}):
                return True
        return False

    return follow(asked, {tutor.key: tutor.room for tutor in problem.tutors if tutor.is_eligible})


def plans(problem: Problem) -> Iterator[dict[str, str]]:
    """Every plan that breaks no rule and keeps every pin."""
    sites = {site.key: site for site in problem.sites}
    pinned = dict(problem.pins)
    free = [student for student in problem.students if student.key not in pinned]
    possible = {a.key: [b.key for b in problem.sites if allowed(problem, a, b)] for a in free}

    def choose(number: int, chosen: dict[str, str]) -> Iterator[dict[str, str]]:
        if number == len(free):
            yield chosen
            return
        key = free[number].key
        yield from choose(number + 1, chosen)
        for site in possible[key]:
            if list(chosen.values()).count(site) < sites[site].seats:
                yield from choose(number + 1, chosen | {key: site})

    if any(list(pinned.values()).count(key) > site.seats for key, site in sites.items()):
        return
    counted: dict[tuple[str, ...], bool] = {}
    for plan in choose(0, pinned):
        counts = tuple(sorted(plan.values()))
        if counts not in counted:
            counted[counts] = can_follow(problem, {key: counts.count(key) for key in counts})
        if counted[counts]:
            yield plan


def worth(problem: Problem, plan: dict[str, str]) -> tuple[int, int]:
    """Students placed; points, less what balance takes off."""
    students = {student.key: student for student in problem.students}
    sites = {site.key: site for site in problem.sites}
    total = sum(points(problem, students[a], sites[b]) for a, b in plan.items())
    for key, site in sites.items():
        there = list(plan.values()).count(key)
        total -= off(problem, site, there)
    return len(plan), total


def best(problem: Problem) -> tuple[int, int] | None:
    """The best there is, None where the pins find no room."""
    return max((worth(problem, plan) for plan in plans(problem)), default=None)


def fits_together(problem: Problem, plan: dict[str, str]) -> bool:
    """Whether a plan has seats and tutors for everybody and breaks no rule but by pins."""
    students = {student.key: student for student in problem.students}
    sites = {site.key: site for site in problem.sites}
    counts = {key: list(plan.values()).count(key) for key in plan.values()}
    rules = all(allowed(problem, students[a], sites[b]) for a, b in plan.items() if (a, b) not in problem.pins)
    return rules and all(number <= sites[key].seats for key, number in counts.items()) and can_follow(problem, counts)


def with_more_room(problem: Problem, key: str) -> Problem:
    """The problem in which a tutor may follow one student more."""
    tutors = (replace(one, room=one.room + 1) if one.key == key else one for one in problem.tutors)
    return replace(problem, tutors=tuple(tutors))
