"""P8: a proposal from rows to explained lines beside the bare solver, and beside placing by hand, one after another.

`python -m tests.bench.seating 100000` measures one size alone; the invented France is the same each time.
"""

import random
from typing import Any

from placements.matching import Place, Problem, Site, Student, Tutor

STUDENTS_A_SITE, REACH_KM, MOST_MEMORY = 20, 30, 2_000
WEEKDAYS = ((8 * 60, 20 * 60),) * 5
WEEKS = ((*WEEKDAYS, None, None), (*WEEKDAYS, (9 * 60, 18 * 60), None), ((8 * 60, 21 * 60),) * 7)
# Rows as a database gives them: tuples.
Rows = dict[str, list[tuple[Any, ...]]]


def rows(number: int) -> Rows:
    """Students around towns, as many sites as a twentieth of them, nine seats for ten students, a few tutors shared."""
    drawn = random.Random(number)
    sites, zones = max(number // STUDENTS_A_SITE, 3), max(number // 2_000, 1)
    towns = [(drawn.uniform(43.5, 49.5), drawn.uniform(-1, 6.5)) for _zone in range(zones)]
    spread = 0.2

    def somewhere(zone: int) -> tuple[float, float]:
        north, east = towns[zone]
        return round(drawn.gauss(north, spread), 4), round(drawn.gauss(east, spread * 1.4), 4)

    def languages(*shares: float) -> list[str]:
        return ["fr"] + [
            code for code, share in zip(("en", "es", "ar", "it"), shares, strict=True) if drawn.random() < share
        ]

    people = []
    for place in range(number):
        zone = place % zones
        other = [drawn.randrange(zones)] if drawn.random() < 0.1 else []
        slots = [slot for slot in ("evenings", "saturdays", "sundays") if drawn.random() < 0.4]
        wishes = [f"site-{drawn.randrange(sites)}" for _wish in range(drawn.choice((0, 0, 1)))]
        reach = drawn.choice((15, REACH_KM, 50))
        people.append(
            (
                f"student-{place}",
                zone,
                other,
                *somewhere(zone),
                reach,
                languages(0.4, 0.2, 0.1, 0.05),
                slots,
                drawn.random() < 0.1,
                wishes,
            )
        )
    hosts, tutors = [], []
    for place in range(sites):
        zone = place % zones
        seats = drawn.choice((6, 12, 18, 24, 30))
        own = [f"tutor-{place}-{n}" for n in range(drawn.randint(3, 12))] if drawn.random() < 0.8 else []
        tutors += [(key, 3) for key in own]
        # One site in five shares a tutor with its neighbour.
        if own and hosts and hosts[-1][7] and drawn.random() < 0.2:
            hosts[-1][7].append(own[0])
        hosts.append(
            (
                f"site-{place}",
                zone,
                *somewhere(zone),
                seats,
                languages(0.5, 0.2, 0.1, 0.1),
                drawn.randrange(len(WEEKS)),
                own,
            )
        )
    return {"students": people, "sites": hosts, "tutors": tutors}


def read(found: Rows) -> Problem:
    """The rows as a problem."""
    students = tuple(
        Student(
            key,
            str(zone),
            frozenset(map(str, other)),
            Place(north, east),
            reach,
            reach,
            frozenset(spoken),
            frozenset(slots),
            minor,
            wishes=tuple(wishes),
        )
        for key, zone, other, north, east, reach, spoken, slots, minor, wishes in found["students"]
    )
    sites = tuple(
        Site(
            key,
            str(zone),
            Place(north, east),
            seats,
            languages=frozenset(used),
            hours=WEEKS[week],
            tutors=frozenset(own),
        )
        for key, zone, north, east, seats, used, week, own in found["sites"]
    )
    return Problem(students, sites, tuple(Tutor(*row) for row in found["tutors"]))
