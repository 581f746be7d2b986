"""What could still move in a solved plan: a small graph of sites and tutors, in which ways are what moves cost.

Students are folded into its arcs: from a site to another leads the one who loses least by moving. In the middle stands
the hub, source and sink in one. A way that starts there brings an unplaced student in, for MORE points less.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from .network import Solution, balance_cost

HUB = 0
NEVER = np.int64(1) << 62


@dataclass(slots=True)
class Arcs:
    """Arcs with what they cost; `who` moves along it, or -1."""

    tails: np.ndarray
    heads: np.ndarray
    weights: np.ndarray
    who: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> "Arcs":
        return Arcs(self.tails[chosen], self.heads[chosen], self.weights[chosen], self.who[chosen])

    def turned(self) -> "Arcs":
        """The same arcs backwards: ways to a node become ways from it."""
        return Arcs(self.heads, self.tails, self.weights, self.who)


@dataclass(slots=True)
class Ways:
    """The shortest ways from some nodes: how long, and the arc by which each node is reached (-1: it is a start)."""

    lengths: np.ndarray
    arcs: Arcs
    by: np.ndarray
    _start: dict[int, int] = field(default_factory=dict)
    _first: dict[int, int] = field(default_factory=dict)

    def start_of(self, node: int) -> int:
        """The node at which the way to this one starts."""
        return self._walk(node)[0]

    def first_who(self, node: int) -> int:
        """Who moves along the first arc of the way to this node."""
        return self._walk(node)[1]

    def _walk(self, node: int) -> tuple[int, int]:
        passed = []
        while node not in self._start and self.by[node] >= 0:
            passed.append(node)
            node = int(self.arcs.tails[self.by[node]])
        self._start.setdefault(node, node)
        self._first.setdefault(node, -1)
        for later in reversed(passed):
            arc = self.by[later]
            earlier = int(self.arcs.tails[arc])
            is_first = self.by[earlier] < 0
            self._start[later] = self._start[earlier]
            self._first[later] = int(self.arcs.who[arc]) if is_first else self._first[earlier]
            node = later
        return self._start[node], self._first[node]


def shortest(arcs: Arcs, lengths: np.ndarray) -> Ways:
    """Shortest ways from the nodes whose lengths are given (Bellman and Ford, all arcs at once).

    Raises ArithmeticError where a round trip gains something: the plan was not the best.
    """
    order = np.argsort(arcs.heads, kind="stable")
    arcs = arcs[order]
    lengths, by = lengths.copy(), np.full(len(lengths), -1, np.int64)
    if not len(order):
        return Ways(lengths, arcs, by)
    heads, first = np.unique(arcs.heads, return_index=True)
    spread = np.repeat(np.arange(len(heads)), np.diff(np.append(first, len(arcs.heads))))
    for _turn in range(len(lengths) + 1):
        at = lengths[arcs.tails]
        through = np.where(at < NEVER, at + arcs.weights, NEVER)
        best = np.minimum.reduceat(through, first)
        is_better = best < lengths[heads]
        if not is_better.any():
            return Ways(lengths, arcs, by)
        # The first arc of those that are best, for each node that gains.
        hits = np.flatnonzero((through == best[spread]) & is_better[spread])
        nodes, where = np.unique(arcs.heads[hits], return_index=True)
        by[nodes] = hits[where]
        lengths[heads[is_better]] = best[is_better]
    raise ArithmeticError("The plan could be better.")


class Residual:
    """The graph of a solved plan."""

    def __init__(self, solution: Solution):
        self.solution = solution
        table = solution.table
        self.sites, self.groups = len(table.sites), len(table.group_sites)
        self.nodes = 1 + 2 * self.sites + self.groups
        # More than any way can gain or lose in points, and not too much for four times as much.
        dearest = (table.weights.most + table.weights.worst + table.weights.balance * 40 + 1) * solution.scale
        self.more = (self.nodes + 2) * dearest
        if self.more >= 1 << 60:
            raise ValueError("More sites than whole numbers can price.")
        self.outs = [self._out(site) for site in range(self.sites)]
        self._fold()
        self._link()

    def inside(self, site: int) -> int:
        return 1 + site

    def group(self, group: int) -> int:
        return 1 + self.sites + group

    def _out(self, site: int) -> int:
        """Where a seat leads: to the hub, to the only group of tutors, or to a node before several."""
        groups = self.solution.table.groups_of[site]
        if not groups:
            return HUB
        return self.group(groups[0]) if len(groups) == 1 else 1 + self.sites + self.groups + site

    def new_seat(self, site: int) -> int:
        """What one seat more costs: the balance of whoever would take it."""
        table = self.solution.table
        number = int(table.hosted[site] + self.solution.settled[site] + self.solution.free[site])
        return balance_cost(table, site, number + 1) * self.solution.scale

    def split(self, length: int) -> tuple[int, int]:
        """A length as students placed more, and points: both as gains."""
        students = -((int(length) + self.more // 2) // self.more)
        points = -((2 * (int(length) + students * self.more) + self.solution.scale) // (2 * self.solution.scale))
        return students, points

    # -- arcs ---------------------------------------------------------------------------------------------------------

    def _fold(self) -> None:
        """Who comes in, who leaves, who moves: by pairs of places the one who does so best."""
        solution, placed = self.solution, self.solution.seat_of[self.solution.students]
        weight = solution.weight
        taken = solution.chosen
        own = np.zeros(len(solution.seat_of), np.int64)
        own[solution.students[taken]] = weight[taken]
        is_in = placed < 0
        is_move = (placed >= 0) & ~taken
        tails = np.concatenate([np.zeros(is_in.sum(), np.int64), placed[is_move] + 1])
        heads = np.concatenate([solution.sites[is_in], solution.sites[is_move]]).astype(np.int64) + 1
        costs = np.concatenate([weight[is_in] - self.more, weight[is_move] - own[solution.students[is_move]]])
        who = np.concatenate([solution.students[is_in], solution.students[is_move]]).astype(np.int64)
        folded = _least(tails * self.nodes + heads, costs)
        self.moves = Arcs(tails[folded], heads[folded], costs[folded], who[folded])
        leavers = solution.students[taken].astype(np.int64)
        from_site, gone = solution.sites[taken].astype(np.int64) + 1, self.more - weight[taken]
        folded = _least(from_site, gone)
        nowhere = np.full(len(folded), HUB, np.int64)
        self.leaving = Arcs(from_site[folded], nowhere, gone[folded], leavers[folded])

    def _link(self) -> None:
        """Seats and tutors: where there is room, and where somebody could give way."""
        solution, table = self.solution, self.solution.table
        inside: list[tuple[int, int, int]] = []
        to_hub: list[tuple[int, int, int]] = []
        from_hub: list[tuple[int, int, int]] = []

        def add(tail: int, head: int, weight: int) -> None:
            kind = to_hub if head == HUB else from_hub if tail == HUB else inside
            kind.append((tail, head, weight))

        for site in range(self.sites):
            out, filled = self.outs[site], int(solution.filled[site])
            there = int(table.hosted[site] + solution.settled[site]) + filled
            if filled < solution.free[site]:
                add(self.inside(site), out, balance_cost(table, site, there + 1) * solution.scale)
            if filled:
                add(out, self.inside(site), -balance_cost(table, site, there) * solution.scale)
            if len(table.groups_of[site]) > 1:
                for group in table.groups_of[site]:
                    add(out, self.group(group), 0)
                    if solution.followed.get((site, group)):
                        add(self.group(group), out, 0)
        for group in range(self.groups):
            if solution.used_room[group] < table.room[group]:
                add(self.group(group), HUB, 0)
            if solution.used_room[group]:
                add(HUB, self.group(group), 0)
        self.inner, self.to_hub, self.from_hub = (_arcs(kind) for kind in (inside, to_hub, from_hub))

    @property
    def every(self) -> Arcs:
        return joined([self.moves, self.leaving, self.inner, self.to_hub, self.from_hub])

    @property
    def among_placed(self) -> Arcs:
        """Without the hub: nobody comes in, nobody has to leave."""
        moves = self.moves[self.moves.tails != HUB]
        return joined([moves, self.inner])

    def from_the_hub(self) -> Ways:
        """The shortest ways from the hub: the potentials of the plan."""
        return shortest(self.every, self.start({HUB: 0}))

    def to_the_hub(self) -> Ways:
        """The shortest ways to the hub."""
        return shortest(self.every.turned(), self.start({HUB: 0}))

    def start(self, lengths: dict[int, int]) -> np.ndarray:
        """Lengths with which the ways begin."""
        found = np.full(self.nodes, NEVER, np.int64)
        for node, length in lengths.items():
            found[node] = length
        return found


def joined(parts: Iterable[Arcs]) -> Arcs:
    """All the arcs of several heaps."""
    every = [(part.tails, part.heads, part.weights, part.who) for part in parts]
    return Arcs(*(np.concatenate(column) for column in zip(*every, strict=True)))


def _arcs(found: list[tuple[int, int, int]]) -> Arcs:
    columns = np.array(found, np.int64).reshape(-1, 3).T
    return Arcs(columns[0], columns[1], columns[2], np.full(len(found), -1, np.int64))


def _least(codes: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """For each code the place of its least cost."""
    order = np.lexsort((costs, codes))
    codes = codes[order]
    is_first = np.ones(len(codes), bool)
    is_first[1:] = codes[1:] != codes[:-1]
    return order[is_first]
