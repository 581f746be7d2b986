"""What one place more is worth, and the proof that no plan is better."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .network import Solution, bands_of
from .residual import HUB, NEVER, Arcs, Residual, Ways, shortest


class Price(NamedTuple):
    """What one real seat more would bring: students placed, then points; and who would come in, by number or -1."""

    students: int
    points: int
    who: int

    @property
    def is_nothing(self) -> bool:
        return not self.students and not self.points


NOTHING = Price(0, 0, -1)


def seat_prices(residual: Residual, incoming: Ways, outgoing: Ways) -> list[Price]:
    """For each site the real gain of one seat more there, exactly; nothing where it would go to a pin without room."""
    solution = residual.solution
    best: list[tuple[int, int]] = []
    for site in range(residual.sites):
        node, out = residual.inside(site), residual.outs[site]
        there, back = int(incoming.lengths[node]), int(outgoing.lengths[out])
        is_way = there < NEVER and back < NEVER and solution.filled[site] == solution.free[site]
        best.append((residual.new_seat(site) + back + there, node) if is_way else (0, HUB))
    for site, length in _around_full_tutors(residual, incoming, [length for length, _node in best]):
        if length < best[site][0]:
            best[site] = length, HUB
    for site in solution.unmet:
        best[site] = 0, HUB
    return [_price(residual, length, incoming, node) for length, node in best]


def room_prices(residual: Residual, incoming: Ways) -> list[Price]:
    """For each group of tutors the real gain of following one student more."""
    unmet = residual.solution.unmet
    found = []
    for group, sites in enumerate(residual.solution.table.group_sites):
        node = residual.group(group)
        is_for_pins = not unmet.isdisjoint(sites)
        found.append(NOTHING if is_for_pins else _price(residual, int(incoming.lengths[node]), incoming, node))
    return found


def _price(residual: Residual, length: int, incoming: Ways, node: int) -> Price:
    if length >= 0:
        return NOTHING
    students, points = residual.split(length)
    return Price(students, points, incoming.first_who(node) if students else -1)


def _around_full_tutors(residual: Residual, incoming: Ways, known: list[int]) -> Iterator[tuple[int, int]]:
    """Where all tutors of a full site are full, a seat more may still let students change places without coming in.

    Such a round does not pass through the hub: it starts with a full group that also follows students of another site.
    Beside the potentials no arc costs less than nothing, so that arcs dearer than what is known already are left out.
    """
    targets = _behind_full_tutors(residual)
    if not targets:
        return
    potential = incoming.lengths
    arcs = residual.every
    arcs = arcs[(potential[arcs.tails] < NEVER) & (potential[arcs.heads] < NEVER)]
    reduced = Arcs(arcs.tails, arcs.heads, arcs.weights + potential[arcs.tails] - potential[arcs.heads], arcs.who)
    for group, sites in sorted(targets.items()):
        start = residual.group(group)
        apart = {
            site: int(potential[residual.inside(site)] - potential[start]) + residual.new_seat(site)
            for site in sites
            if potential[residual.inside(site)] < NEVER
        }
        worth = max((known[site] - length for site, length in apart.items()), default=0)
        if worth > 0:
            ways = shortest(reduced[reduced.weights < worth], residual.start({start: 0}))
            for site, length in apart.items():
                yield site, int(ways.lengths[residual.inside(site)]) + length


def _behind_full_tutors(residual: Residual) -> dict[int, list[int]]:
    """By full group the full sites that have only full ones, where the group follows students of another site too."""
    solution, table = residual.solution, residual.solution.table
    followed: dict[int, set[int]] = {}
    for site, group in solution.followed:
        followed.setdefault(group, set()).add(site)
    found: dict[int, list[int]] = {}
    for site, groups in enumerate(table.groups_of):
        is_full = solution.filled[site] == solution.free[site]
        if is_full and groups and all(solution.used_room[group] == table.room[group] for group in groups):
            for group in groups:
                if followed.get(group, set()) - {site}:
                    found.setdefault(group, []).append(site)
    return found


# -- proof ------------------------------------------------------------------------------------------------------------


def duality_gap(residual: Residual, incoming: Ways) -> int:
    """What the plan costs less what no plan can cost less than, in scaled points: 0 proves that it is the best.

    The bound is the dual of the flow: every arc at its reduced cost where that is negative, as often as it may be used.
    """
    solution, table, more = residual.solution, residual.solution.table, residual.more
    potential = np.where(incoming.lengths < NEVER, incoming.lengths, 2 * more)
    site_potential = potential[1 : 1 + residual.sites]
    out_potential = potential[np.array(residual.outs, np.int64)]
    may_move = solution.pinned == -1
    # A placed student stands below their site by what they cost there, an unplaced one below the hub by MORE.
    of_student = np.full(len(may_move), -more, np.int64)
    taken = solution.chosen
    of_student[solution.students[taken]] = site_potential[solution.sites[taken]] - solution.weight[taken]
    reduced = solution.weight + of_student[solution.students] - site_potential[solution.sites]
    bound = exact_sum(np.minimum(reduced, 0))
    bound += exact_sum(np.minimum(-more - of_student[may_move], 0))
    cost = exact_sum(solution.weight[taken]) - more * int(taken.sum())
    for site, first, most, off in bands_of(table, solution.settled, solution.free):
        used = int(solution.filled[site] - (first - 1 - table.hosted[site] - solution.settled[site]))
        cost += min(max(used, 0), most) * off * solution.scale
        bound += most * min(int(off * solution.scale + site_potential[site] - out_potential[site]), 0)
    for site, groups in enumerate(table.groups_of):
        if len(groups) > 1:
            for group in groups:
                apart = int(out_potential[site] - potential[residual.group(group)])
                bound += int(solution.settled[site] + solution.free[site]) * min(apart, 0)
        bound -= int(out_potential[site]) * int(solution.settled[site])
    for group, room in enumerate(table.room.tolist()):
        bound += room * min(int(potential[residual.group(group)]), 0)
    return cost - bound


def exact_sum(numbers: np.ndarray) -> int:
    """The sum as a whole number without end, where int64 would run over."""
    low = numbers & ((1 << 31) - 1)
    return (int((numbers >> 31).sum()) << 31) + int(low.sum())


def proven(solution: Solution) -> tuple[Residual, Ways, int]:
    """The graph, the potentials and the gap of a solved plan."""
    residual = Residual(solution)
    incoming = residual.from_the_hub()
    return residual, incoming, duality_gap(residual, incoming)
