"""From a problem to the plan with its lines explained."""

import numpy as np

from . import network, prices, reasons
from .fits import fits_of
from .network import NotSolved, Solution
from .plan import Alternative, Line, Plan, Price, Quality
from .problem import Problem
from .residual import NEVER, Residual, Ways
from .rules import Rule
from .table import ASKED, COMMUTE, HOURS, LANGUAGES, WISH, ZONE, Table

# Both sides gain so much in a pair that would rather leave the plan.
WORTH_LEAVING = 100


def propose(problem: Problem) -> Plan:
    """The best plan: most students placed, then the most points.

    Raises ValueError for a problem that contradicts itself, and NotSolved for a plan that is not proven.
    """
    solution = network.solve(Table(problem))
    residual, incoming, gap = prices.proven(solution)
    if gap:
        raise NotSolved("The plan is not proven to be the best.")
    outgoing = residual.to_the_hub()
    return Plan(
        tuple(_lines(residual, incoming)),
        tuple(reasons.unplaced(residual)),
        _seat_prices(residual, incoming, outgoing),
        _tutor_prices(residual, incoming),
        gap,
        _quality(solution),
    )


# -- lines ------------------------------------------------------------------------------------------------------------


def _lines(residual: Residual, incoming: Ways) -> list[Line]:
    solution, table = residual.solution, residual.solution.table
    placed = np.flatnonzero(solution.seat_of >= 0)
    sites = solution.seat_of[placed]
    fits = fits_of(table, placed, sites)
    others = _others(residual, incoming)
    tutors = _tutors(solution)
    lines = []
    pinned = (solution.pinned[placed] >= 0).tolist()
    for student, site, fit, is_pinned in zip(placed.tolist(), sites.tolist(), fits, pinned, strict=True):
        broken = table.broken_by(student, site) if is_pinned else Rule(0)
        lines.append(
            Line(table.students[student].key, fit, tutors.get(student), is_pinned, broken, others.get(student))
        )
    return lines


def _others(residual: Residual, incoming: Ways) -> dict[int, Alternative]:
    """For each student who is placed and not pinned the other site that would cost the plan least."""
    solution = residual.solution
    length = np.where(incoming.lengths < NEVER, incoming.lengths, 2 * residual.more)
    at, chosen = solution.seat_of[solution.students], solution.chosen
    own = np.zeros(len(solution.seat_of), np.int64)
    own[solution.students[chosen]] = solution.weight[chosen] - length[1 + solution.sites[chosen]]
    is_other = np.flatnonzero((at >= 0) & ~chosen)
    if not len(is_other):
        return {}
    students, sites = solution.students[is_other], solution.sites[is_other]
    costs = solution.weight[is_other] - length[1 + sites] - own[students]
    first = np.flatnonzero(np.append(True, students[1:] != students[:-1]))
    least = np.minimum.reduceat(costs, first)
    hits = np.flatnonzero(costs == np.repeat(least, np.diff(np.append(first, len(costs)))))
    best = hits[np.append(True, students[hits][1:] != students[hits][:-1])]
    fits = fits_of(solution.table, students[best], sites[best], solution.points[:, is_other[best]])
    is_open = _is_open(solution)
    found = {}
    for student, site, cost, fit in zip(
        students[best].tolist(), sites[best].tolist(), costs[best].tolist(), fits, strict=True
    ):
        gained, points = residual.split(cost)
        found[student] = Alternative(fit, -gained, -points, is_open[site])
    return found


def _is_open(solution: Solution) -> list[bool]:
    """Whether each site could take one student more as the plan is."""
    table = solution.table
    has_room = solution.used_room < table.room
    return [
        bool(solution.filled[site] < solution.free[site] and (not groups or any(has_room[group] for group in groups)))
        for site, groups in enumerate(table.groups_of)
    ]


def _tutors(solution: Solution) -> dict[int, str]:
    """Who follows each student: of a group the tutors in turn, the one with the most room left first."""
    table = solution.table
    left = dict(table.tutor_room)
    by_site: dict[int, list[int]] = {}
    for student, site in enumerate(solution.seat_of.tolist()):
        if site >= 0 and table.groups_of[site]:
            by_site.setdefault(site, []).append(student)
    found = {}
    for (site, group), number in sorted(solution.followed.items()):
        for _turn in range(number):
            tutor = max(table.group_tutors[group], key=lambda key: left[key])
            left[tutor] -= 1
            found[by_site[site].pop(0)] = tutor
    return found


# -- prices -----------------------------------------------------------------------------------------------------------


def _seat_prices(residual: Residual, incoming: Ways, outgoing: Ways) -> dict[str, Price]:
    found = prices.seat_prices(residual, incoming, outgoing)
    sites = residual.solution.table.sites
    return {site.key: _named(residual, price) for site, price in zip(sites, found, strict=True)}


def _tutor_prices(residual: Residual, incoming: Ways) -> dict[str, Price]:
    table = residual.solution.table
    found = {}
    for keys, price in zip(table.group_tutors, prices.room_prices(residual, incoming), strict=True):
        found |= dict.fromkeys(keys, _named(residual, price))
    return dict(sorted(found.items()))


def _named(residual: Residual, price: prices.Price) -> Price:
    who = residual.solution.table.students[price.who].key if price.who >= 0 else None
    return Price(price.students, price.points, who)


# -- quality ----------------------------------------------------------------------------------------------------------


def _quality(solution: Solution) -> Quality:
    table = solution.table
    placed = np.flatnonzero(solution.seat_of >= 0)
    fit, balance = network.fit_of(solution)
    kept = int(table.is_kept(placed, solution.seat_of[placed]).sum())
    had = len(np.unique(table.kept_students[solution.seat_of[table.kept_students] >= 0]))
    seats = int(table.seats.sum())
    return Quality(len(table.students), len(placed), seats, fit, balance, kept, had - kept, _blocking_pairs(solution))


def _blocking_pairs(solution: Solution) -> int:
    """Pairs in which the student and the host would both gain: a figure of quality, for the plan is not made for it.

    A student weighs way, zone, hours and wishes; a host weighs way, languages and whom it has asked for, against the
    least welcome of those it has, or against a free place.
    """
    points, chosen, sites = solution.points, solution.chosen, solution.sites
    mine = points[[COMMUTE, ZONE, HOURS, WISH]].sum(0, dtype=np.int64)
    theirs = points[[COMMUTE, LANGUAGES, ASKED]].sum(0, dtype=np.int64)
    have = np.full(len(solution.seat_of), -WORTH_LEAVING, np.int64)
    have[solution.pinned != -1] = 1 << 30
    have[solution.students[chosen]] = mine[chosen]
    least = np.full(len(solution.table.sites), 1 << 30, np.int64)
    np.minimum.at(least, sites[chosen], theirs[chosen])
    least[np.array(_is_open(solution), bool)] = -WORTH_LEAVING
    gains = (mine >= have[solution.students] + WORTH_LEAVING) & (theirs >= least[sites] + WORTH_LEAVING)
    return int((gains & ~chosen).sum())
