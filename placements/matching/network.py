"""The network of a proposal and its solution: most students placed, then the best sum of fits.

source → student → site → tutors → sink. A site's seats are arcs that cost more and more (balance); a group of tutors
who serve the same sites is a node of its own, because `min(seats, room)` is wrong once a tutor serves two sites.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from .table import Table

# What tells equals apart: so many bits a pair, fewer where the numbers of a large problem would not fit 63.
MOST_BITS = 14
# The solver multiplies costs by the number of nodes.
ROOM = 62


class NotSolved(RuntimeError):
    """The solver has not found what always exists: never expected."""


@dataclass(slots=True)
class Solution:
    """Who sits where, in the numbers of the table, and all that is needed to prove it best."""

    table: Table
    # Every possible pair, by student, then by site.
    students: np.ndarray
    sites: np.ndarray
    points: np.ndarray  # a row a soft rule
    total: np.ndarray
    weight: np.ndarray  # the less the better: points scaled, and what tells equals apart
    scale: int
    seat_of: np.ndarray  # a student's site, or -1
    chosen: np.ndarray  # whether the pair is taken
    pinned: np.ndarray  # a student's pinned site, or -1: among them those whose pin found no room
    settled: np.ndarray  # by site: how many of its seats pins take
    free: np.ndarray  # by site: seats that pins leave
    filled: np.ndarray  # by site: how many of those are taken
    followed: dict[tuple[int, int], int]  # site, group: how many students of the one the other follows
    used_room: np.ndarray  # by group

    @property
    def unmet(self) -> set[int]:
        """The sites at which pins found no room: what opens there goes to them first."""
        count = len(self.table.sites)
        return {int(code) % count for code in self.table.pins if self.pinned[int(code) // count] < 0}

    @property
    def is_unplaced(self) -> np.ndarray:
        """By student."""
        return self.seat_of < 0


def balance_steps(k: int) -> int:
    """How often the balance is taken off for the k-th student of a site: 0 for two, 1 for two, 2 for four, …"""
    return max((k - 1).bit_length() - 1, 0)


def balance_cost(table: Table, site: int, k: int) -> int:
    """The points that balance takes off for one more student where k − 1 are."""
    return table.weights.balance * balance_steps(k)


def scale_for(table: Table, placed: int, nodes: int) -> tuple[int, int]:
    """By how much a point counts more than what tells equals apart, and the bits of the latter.

    All the hashes of a plan together are less than half a point, so that they never decide between unequal plans.
    """
    weights = table.weights
    dearest = weights.most + weights.worst + weights.balance * 40
    below = (max(placed, 1)).bit_length() + 1
    bits = ROOM - nodes.bit_length() - dearest.bit_length() - below
    if bits < 1:
        raise ValueError("More students and sites than whole numbers can tell apart.")
    bits = min(bits, MOST_BITS)
    return 1 << (bits + below), bits


def solve(table: Table) -> Solution:
    """The best plan, exactly; raises NotSolved should the solver refuse."""
    pinned, settled = _pins(table)
    may_move = np.flatnonzero(pinned == -1)
    students, sites = table.pairs(among=may_move if len(may_move) < len(table.students) else None)
    points = table.points(students, sites)
    total = points.sum(0, dtype=np.int64)
    groups = len(table.group_sites)
    nodes = len(table.students) + 2 * len(table.sites) + groups + 2
    scale, bits = scale_for(table, len(table.students), nodes)
    weight = table.hashed(students, sites, bits) - total * scale
    free = np.maximum(table.seats - settled, 0)
    network = Network(table, students, sites, weight + table.weights.most * scale, settled, free, scale)
    chosen, filled, followed = network.solve()
    seat_of = np.full(len(table.students), -1, np.int64)
    seat_of[students[chosen]] = sites[chosen]
    used_room = np.zeros(groups, np.int64)
    for (_site, group), number in followed.items():
        used_room[group] += number
    for student in np.flatnonzero(pinned >= 0):
        seat_of[student] = pinned[student]
    solution = Solution(
        table,
        students,
        sites,
        points,
        total,
        weight,
        scale,
        seat_of,
        chosen,
        pinned,
        settled,
        free,
        filled,
        followed,
        used_room,
    )
    _verify(solution)
    return solution


# -- pins -------------------------------------------------------------------------------------------------------------


def _pins(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Each student's pinned site (-1: none, -2: a pin without room), and how many seats of each site pins take.

    Where more are pinned than seats or tutors allow, the first by key keep their pin.
    """
    pinned = np.full(len(table.students), -1, np.int64)
    settled = np.zeros(len(table.sites), np.int64)
    if not len(table.pins):
        return pinned, settled
    by_site: dict[int, list[int]] = {}
    for code in table.pins:
        student, site = divmod(int(code), len(table.sites))
        by_site.setdefault(site, []).append(student)
        pinned[student] = -2
    wanted = {site: min(len(there), int(table.seats[site])) for site, there in sorted(by_site.items())}
    for site, number in _followed(table, wanted).items():
        settled[site] = number
        pinned[by_site[site][:number]] = site
    return pinned, settled


def _followed(table: Table, wanted: dict[int, int]) -> dict[int, int]:
    """How many of the pinned students of each site tutors can follow."""
    source, sink = 0, 1
    flow = max_flow.SimpleMaxFlow()
    arcs = {}
    for site, number in wanted.items():
        if not table.sites[site].tutors:
            continue
        arcs[site] = flow.add_arc_with_capacity(source, 2 + site, number)
        for group in table.groups_of[site]:
            flow.add_arc_with_capacity(2 + site, 2 + len(table.sites) + group, number)
    for group, room in enumerate(table.room):
        flow.add_arc_with_capacity(2 + len(table.sites) + group, sink, int(room))
    if arcs and flow.solve(source, sink) != flow.OPTIMAL:
        raise NotSolved("The pins have no flow.")
    return {site: flow.flow(arcs[site]) if site in arcs else number for site, number in wanted.items()}


# -- the flow ---------------------------------------------------------------------------------------------------------


class Network:
    """Arcs in the order of the table, so that the solver is asked the very same however the problem was shuffled."""

    def __init__(
        self,
        table: Table,
        students: np.ndarray,
        sites: np.ndarray,
        costs: np.ndarray,
        settled: np.ndarray,
        free: np.ndarray,
        scale: int,
    ):
        self._table, self._settled = table, settled
        number, count, groups = len(table.students), len(table.sites), len(table.group_sites)
        self.source, self.sink, first_site = number, number + 1, number + 2
        self._first_group = first_site + count
        self._first_out = self._first_group + groups
        self._pairs = len(students)
        tails: list[np.ndarray] = [np.full(number, self.source, np.int32), students]
        heads: list[np.ndarray] = [np.arange(number, dtype=np.int32), sites + first_site]
        capacities = [np.ones(number + self._pairs, np.int64)]
        prices: list[np.ndarray] = [np.zeros(number, np.int64), costs]
        self.outs = [self._out(site) for site in range(count)]
        bands = bands_of(table, settled, free)
        tails.append(np.array([first_site + site for site, _out, _most, _cost in bands], np.int32))
        heads.append(np.array([self.outs[site] for site, _out, _most, _cost in bands], np.int32))
        capacities.append(np.array([most for _site, _out, most, _cost in bands], np.int64))
        prices.append(np.array([cost * scale for _site, _out, _most, cost in bands], np.int64))
        self._bands = [site for site, _out, _most, _cost in bands]
        # From a site with a choice of tutors to each of them; then from the tutors on.
        self._links = [(site, group) for site, there in enumerate(table.groups_of) if len(there) > 1 for group in there]
        tails.append(np.array([self.outs[site] for site, _group in self._links], np.int32))
        heads.append(np.array([self._first_group + group for _site, group in self._links], np.int32))
        capacities.append(np.array([settled[site] + free[site] for site, _group in self._links], np.int64))
        tails.append(np.arange(self._first_group, self._first_out, dtype=np.int32))
        heads.append(np.full(groups, self.sink, np.int32))
        capacities.append(table.room)
        prices.append(np.zeros(len(self._links) + groups, np.int64))
        self.tails, self.heads = np.concatenate(tails).astype(np.int32), np.concatenate(heads).astype(np.int32)
        self.capacities, self.costs = np.concatenate(capacities), np.concatenate(prices)

    def _out(self, site: int) -> int:
        """Where a seat leads: to the sink, to the only group of tutors, or to a node before several."""
        groups = self._table.groups_of[site]
        if not groups:
            return self.sink
        return self._first_group + groups[0] if len(groups) == 1 else self._first_out + site

    def solve(self) -> tuple[np.ndarray, np.ndarray, dict[tuple[int, int], int]]:
        """Which pairs are taken, how many seats of each site, and who follows them."""
        flow = min_cost_flow.SimpleMinCostFlow()
        arcs = flow.add_arcs_with_capacity_and_unit_cost(self.tails, self.heads, self.capacities, self.costs)
        number = len(self._table.students)
        injected = [
            (self.outs[site], int(self._settled[site]))
            for site in np.flatnonzero(self._settled)
            if self.outs[site] != self.sink
        ]
        if injected:
            # Pinned students must be followed, by whichever tutor leaves the others the most: exact supplies.
            others = self._most(injected)
            supplies = dict.fromkeys([out for out, _number in injected], 0)
            for out, pins in injected:
                supplies[out] += pins
            for node, supply in supplies.items():
                flow.set_node_supply(node, supply)
            flow.set_node_supply(self.source, others)
            flow.set_node_supply(self.sink, -others - sum(supplies.values()))
            status = flow.solve()
        else:
            flow.set_node_supply(self.source, number)
            flow.set_node_supply(self.sink, -number)
            status = flow.solve_max_flow_with_min_cost()
        if status != flow.OPTIMAL:
            raise NotSolved(f"The solver says {status}.")
        return self._read(flow.flows(arcs))

    def _most(self, injected: list[tuple[int, int]]) -> int:
        """How many students can be placed beside the pinned ones."""
        flow = max_flow.SimpleMaxFlow()
        flow.add_arcs_with_capacity(self.tails, self.heads, self.capacities)
        for out, pins in injected:
            flow.add_arc_with_capacity(self.source, out, pins)
        if flow.solve(self.source, self.sink) != flow.OPTIMAL:
            raise NotSolved("The network has no flow.")
        # Whoever can be followed alone can be followed in the largest flow too.
        return flow.optimal_flow() - sum(pins for _out, pins in injected)

    def _read(self, flows: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[tuple[int, int], int]]:
        table, number = self._table, len(self._table.students)
        chosen = flows[number : number + self._pairs] > 0
        at = number + self._pairs
        filled = np.zeros(len(table.sites), np.int64)
        for site, used in zip(self._bands, flows[at : at + len(self._bands)].tolist(), strict=True):
            filled[site] += used
        at += len(self._bands)
        linked = flows[at : at + len(self._links)].tolist()
        followed = {link: used for link, used in zip(self._links, linked, strict=True) if used}
        for site, there in enumerate(table.groups_of):
            if len(there) == 1 and filled[site] + self._settled[site]:
                followed[site, there[0]] = int(filled[site] + self._settled[site])
        return chosen, filled, followed


def bands_of(table: Table, settled: np.ndarray, free: np.ndarray) -> list[tuple[int, int, int, int]]:
    """The seats of each site in bands of the same cost: site, first student, how many, points taken off for each."""
    found = []
    for site, seats in enumerate(free.tolist()):
        k = int(table.hosted[site] + settled[site]) + 1
        last = k + seats - 1
        while k <= last:
            step = balance_steps(k)
            until = min(last, 1 << (step + 1)) if table.weights.balance else last
            found.append((site, k, until - k + 1, table.weights.balance * step))
            k = until + 1
    return found


def _verify(solution: Solution) -> None:
    """Nobody sits twice, no site and no tutor has more than it can, and no rule is broken; raises NotSolved."""
    table = solution.table
    placed = np.flatnonzero((solution.seat_of >= 0) & (solution.pinned < 0))
    taken = np.bincount(solution.seat_of[placed], minlength=len(table.sites))
    is_right = len(placed) == solution.chosen.sum() and (taken == solution.filled).all()
    is_right &= (solution.filled <= solution.free).all() and (solution.used_room <= table.room).all()
    is_right &= not table.broken(placed, solution.seat_of[placed]).any()
    served = np.zeros(len(table.sites), np.int64)
    for (site, _group), number in solution.followed.items():
        served[site] += number
    is_served = np.array([bool(there) for there in table.groups_of], bool)
    is_right &= (served == solution.filled + solution.settled)[is_served].all()
    if not is_right:
        raise NotSolved("The plan breaks a rule.")


# -- what hangs on it -------------------------------------------------------------------------------------------------


def fit_of(solution: Solution) -> tuple[int, int]:
    """The points of all lines, pinned ones too, and what balance takes off them: a pin changes nothing but who sits."""
    table = solution.table
    pinned = np.flatnonzero(solution.pinned >= 0)
    fit = int(solution.total[solution.chosen].sum())
    fit += int(table.points(pinned, solution.seat_of[pinned]).sum(dtype=np.int64))
    off = 0
    for hosted, there in zip(table.hosted.tolist(), (solution.settled + solution.filled).tolist(), strict=True):
        off += sum(balance_steps(k) for k in range(hosted + 1, hosted + there + 1))
    return fit, off * table.weights.balance
