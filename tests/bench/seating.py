"""A proposal from rows to explained lines beside the bare solver, and beside placing by hand, one after another.

`python -m tests.bench.seating 100000` measures one size in a process that does nothing else; the invented France is
the same each time. P8 (`proposals.py`) asks it for each of its sizes.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import numpy as np
from django.conf import settings
from django.utils import translation
from ortools.graph.python import min_cost_flow

from placements.matching import network, sentences
from placements.matching.network import Network, Solution
from placements.matching.plan import Plan
from placements.matching.problem import Place, Problem, Site, Student, Tutor
from placements.matching.proposing import propose
from placements.matching.table import Table

ROOT = Path(__file__).parents[2]
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


# -- ours, the solver alone, and by hand ------------------------------------------------------------------------------


def explained(found: Rows) -> Plan:
    """From rows to lines with what explains them."""
    return propose(read(found))


def in_words(plan: Plan) -> int:
    """All that is said of everybody; the letters of it."""
    known = sentences.Known()
    said = [part for line in plan.lines for part in (*sentences.why(line), sentences.instead(line, known))]
    for one in plan.unplaced:
        said += [sentences.blocked(one, known), sentences.unblocks(one, known)]
    return sum(map(len, said))


def solver(solution: Solution) -> Callable[[], None]:
    """The bare solver on the same arcs, ready in memory."""
    table, costs = solution.table, solution.weight + solution.table.weights.most * solution.scale
    ready = Network(table, solution.students, solution.sites, costs, solution.settled, solution.free, solution.scale)

    def work() -> None:
        flow = min_cost_flow.SimpleMinCostFlow()
        flow.add_arcs_with_capacity_and_unit_cost(ready.tails, ready.heads, ready.capacities, ready.costs)
        flow.set_node_supply(ready.source, len(table.students))
        flow.set_node_supply(ready.sink, -len(table.students))
        assert flow.solve_max_flow_with_min_cost() == flow.OPTIMAL

    return work


def by_hand(solution: Solution) -> tuple[int, int]:
    """Seats and points if each student in turn, as they come, takes the best place that is free."""
    table = solution.table
    seats, room = solution.free.tolist(), table.room.tolist()
    order = np.lexsort((solution.sites, -solution.total, solution.students))
    first = np.searchsorted(solution.students[order], np.arange(len(table.students) + 1)).tolist()
    sites, totals = solution.sites[order].tolist(), solution.total[order].tolist()
    come = sorted(range(len(table.students)), key=lambda number: int(table.students[number].key.partition("-")[2]))
    placed = points = 0
    for student in come:
        for place in range(first[student], first[student + 1]):
            site = sites[place]
            groups = table.groups_of[site]
            group = next((one for one in groups if room[one]), None)
            if seats[site] and (not groups or group is not None):
                seats[site] -= 1
                if group is not None:
                    room[group] -= 1
                placed, points = placed + 1, points + totals[place]
                break
    return placed, points


# -- figures ----------------------------------------------------------------------------------------------------------


def figures(number: int) -> dict[str, float]:
    """What one size costs in this process, which has done nothing else: CPU milliseconds by turns, memory in MB."""
    found, rounds = rows(number), 9 if number < 1_000 else 3 if number < 50_000 else 1
    before = peak()
    plan = explained(found)
    memory = peak()
    solution = network.solve(Table(read(found)))
    bare = solver(solution)
    taken: dict[str, list[float]] = {"ours": [], "bare": [], "words": []}
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: explained(found),
        "bare": bare,
        "words": lambda: in_words(plan),
    }
    for _turn in range(rounds):
        for name, work in works.items():
            started = time.process_time()
            work()
            taken[name].append(1000 * (time.process_time() - started))
    hand, points = by_hand(solution)
    quality = plan.quality
    return {name: statistics.median(costs) for name, costs in taken.items()} | {
        "memory": memory,
        "memory_before": before,
        "pairs": len(solution.students),
        "sites": len(solution.table.sites),
        "gap": plan.gap,
        "placed": quality.placed,
        "fit": quality.fit,
        "hand_placed": hand,
        "hand_fit": points,
        "blocking": quality.blocking_pairs,
    }


def peak() -> float:
    """The most memory this program has had, in MB: from Linux's own count, for `getrusage` begins with the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def apart(number: int) -> dict[str, float]:
    """The figures of one size, from a process of its own."""
    command = [sys.executable, "-m", "tests.bench.seating", str(number), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def lost(ours: float, theirs: float) -> str:
    """By how much theirs is less than ours."""
    return f"{100 * (theirs - ours) / ours:+.1f} %"


def main(number: int, *, as_json: bool) -> None:
    """Measure one size and print it."""
    # The words are those of the catalogue; nothing else of the site is needed.
    settings.configure(LANGUAGE_CODE="fr", LOCALE_PATHS=[ROOT / "locale"], USE_I18N=True)
    django.setup()
    with translation.override("fr"):
        found = figures(number)
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:14} {value:,.0f}")
    print(f"{'ours / solver':14} {found['ours'] / found['bare']:.2f}")
    print(
        f"{'by hand':14} {lost(found['placed'], found['hand_placed'])} placed, "
        f"{lost(found['fit'], found['hand_fit'])} fit"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), as_json="--json" in sys.argv)
