"""Why somebody stays without a place, and the cheapest thing that would change it."""

from collections.abc import Iterator

import numpy as np

from .network import Solution
from .plan import Hall, Help, Reason, Removed, Unblock, Unplaced
from .residual import HUB, NEVER, Residual, Ways, joined, shortest
from .rules import Rule
from .table import CHUNK, NO_LIMIT, UNKNOWN

# So many sites are still told one by one.
A_FEW = 8


def unplaced(residual: Residual) -> list[Unplaced]:
    """Everybody without a place, by key, each with exactly one reason."""
    solution = residual.solution
    without = np.flatnonzero(solution.is_unplaced)
    if not len(without):
        return []
    has_pair = np.zeros(len(solution.seat_of), bool)
    has_pair[solution.students] = True
    removed = dict(_removed(solution, without[~has_pair[without] & (solution.pinned[without] == -1)]))
    full = dict(_full(residual, without[has_pair[without]]))
    return [_one(solution, student, removed, full) for student in without.tolist()]


def _one(solution: Solution, student: int, removed: dict[int, Unplaced], full: dict[int, Unplaced]) -> Unplaced:
    table, key = solution.table, solution.table.students[student].key
    if solution.pinned[student] != -1:
        # Only the pinned site counts: the pin is what keeps them from any other.
        where = [int(code) % len(table.sites) for code in table.pins if int(code) // len(table.sites) == student]
        return Unplaced(key, Reason.PIN, (), (), tuple(table.sites[site].key for site in where), 1, None, None)
    if student in full:
        return full[student]
    return removed.get(student) or Unplaced(key, Reason.NO_SITE, (), (), (), 0, None, None)


# -- kept out by rules ------------------------------------------------------------------------------------------------


def _removed(solution: Solution, among: np.ndarray) -> Iterator[tuple[int, Unplaced]]:
    """For whoever no site is left, the rules that remove each; a few of the sites that lack the least."""
    table = solution.table
    step = max(CHUNK // max(len(table.sites), 1), 1)
    for start in range(0, len(among), step):
        students, sites = table.in_reach(among[start : start + step])
        if not len(students):
            continue
        broken = table.broken(students, sites)
        ways = table.hectometres(students, sites)
        total = table.points(students, sites).sum(0, dtype=np.int64)
        lacking = np.bitwise_count(broken)
        order = np.lexsort((sites, -total, lacking, students))
        first = np.flatnonzero(np.append(True, students[1:] != students[:-1]))
        last = np.append(first[1:], len(students))
        for one, end in zip(first.tolist(), last.tolist(), strict=True):
            there, student = order[one:end], int(students[one])
            yield student, _kept_out(solution, student, sites[there], broken[there], ways[there])


def _kept_out(solution: Solution, student: int, sites: np.ndarray, broken: np.ndarray, ways: np.ndarray) -> Unplaced:
    table = solution.table
    few = list(zip(sites[:A_FEW].tolist(), broken[:A_FEW].tolist(), ways[:A_FEW].tolist(), strict=True))
    rules = tuple((rule, int(((broken & int(rule)) != 0).sum())) for rule in Rule)
    chooses = broken == int(Rule.HOST_CHOOSES)
    return Unplaced(
        table.students[student].key,
        Reason.HOST_CHOOSES if chooses.any() else Reason.RULES,
        tuple(_removed_site(solution, student, site, Rule(rules), way) for site, rules, way in few),
        tuple((rule, number) for rule, number in rules if number),
        tuple(table.sites[site].key for site in sites[chooses][:A_FEW].tolist()),
        int(chooses.sum()),
        None,
        None,
    )


def _removed_site(solution: Solution, student: int, site: int, rules: Rule, way: int) -> Removed:
    table = solution.table
    limit = int(table.limit_hm(np.array([student]), np.array([site]))[0])
    return Removed(
        table.sites[site].key, rules, None if way == UNKNOWN else way, None if limit == NO_LIMIT else limit // 10
    )


# -- all full ---------------------------------------------------------------------------------------------------------


def _full(residual: Residual, among: np.ndarray) -> Iterator[tuple[int, Unplaced]]:
    solution, table = residual.solution, residual.solution.table
    if not len(among):
        return
    halls = _Halls(residual)
    help_of = _Helps(residual)
    wanted = np.zeros(len(solution.seat_of), bool)
    wanted[among] = True
    rows = np.flatnonzero(wanted[solution.students])
    rows = rows[np.lexsort((solution.sites[rows], solution.weight[rows], solution.students[rows]))]
    students, sites = solution.students[rows], solution.sites[rows]
    first = np.flatnonzero(np.append(True, students[1:] != students[:-1]))
    spans = list(zip(first.tolist(), np.append(first[1:], len(students)).tolist(), strict=True))
    hosts = {int(students[one]): sites[one:end].tolist() for one, end in spans}
    halls.count(list(hosts.values()))
    for one, end in spans:
        student = int(students[one])
        there = hosts[student]
        yield (
            student,
            Unplaced(
                table.students[student].key,
                Reason.FULL,
                (),
                (),
                tuple(table.sites[site].key for site in there[:A_FEW]),
                len(there),
                halls.of(there),
                help_of.cheapest(there, solution.weight[rows[one:end]]),
            ),
        )


class _Halls:
    """The few sites between which whoever sits there could move: all of them full."""

    def __init__(self, residual: Residual):
        self._residual = residual
        arcs = residual.among_placed
        order = np.argsort(arcs.tails, kind="stable")
        self._heads = arcs.heads[order].tolist()
        self._from = np.searchsorted(arcs.tails[order], np.arange(residual.nodes + 1)).tolist()
        self._reached: dict[int, frozenset[int] | None] = {}
        self._closed: dict[tuple[int, ...], frozenset[int] | None] = {}
        self._waiting: dict[frozenset[int], int] = {}
        self._known: dict[frozenset[int], Hall] = {}

    def _reach(self, site: int) -> frozenset[int] | None:
        """The sites to which a place at one site leads, itself included; None for more than a few."""
        if site not in self._reached:
            residual = self._residual
            seen, found, left = {residual.inside(site)}, {site}, [residual.inside(site)]
            while left and len(found) <= A_FEW:
                node = left.pop()
                for head in self._heads[self._from[node] : self._from[node + 1]]:
                    if head not in seen:
                        seen.add(head)
                        left.append(head)
                        if head <= residual.sites:
                            found.add(head - 1)
            self._reached[site] = frozenset(found) if len(found) <= A_FEW else None
        return self._reached[site]

    def _closure(self, hosts: list[int]) -> frozenset[int] | None:
        if len(hosts) > A_FEW:
            return None
        key = tuple(sorted(hosts))
        if key not in self._closed:
            found: set[int] = set()
            for site in key:
                reached = self._reach(site)
                if reached is None or len(found | reached) > A_FEW:
                    self._closed[key] = None
                    break
                found |= reached
            else:
                self._closed[key] = frozenset(found)
        return self._closed[key]

    def count(self, hosts: list[list[int]]) -> None:
        """Count who waits before which sites."""
        for some in hosts:
            closure = self._closure(some)
            if closure is not None:
                self._waiting[closure] = self._waiting.get(closure, 0) + 1

    def of(self, hosts: list[int]) -> Hall | None:
        """The sites that a student who can go to these waits for, and how many students have no other."""
        closure = self._closure(hosts)
        if closure is None:
            return None
        if closure not in self._known:
            solution = self._residual.solution
            waiting = sum(number for some, number in self._waiting.items() if some <= closure)
            places = int(sum(solution.filled[site] for site in closure))
            keys = tuple(sorted(solution.table.sites[site].key for site in closure))
            self._known[closure] = Hall(keys, places + waiting, places)
        return self._known[closure]


class _Helps:
    """What single seat, or single student more of a tutor, opens a way for somebody without anybody leaving."""

    def __init__(self, residual: Residual):
        self._residual = residual
        solution = residual.solution
        among = residual.among_placed
        turned = among.turned()
        free = shortest(joined([among, residual.to_hub]).turned(), residual.start({HUB: 0}))
        self._unmet = solution.unmet
        seats = {}
        for site in set(range(residual.sites)) - self._unmet:
            rest = int(free.lengths[residual.outs[site]])
            if rest < NEVER and solution.filled[site] == solution.free[site]:
                seats[residual.inside(site)] = residual.new_seat(site) + rest
        self._by_seat = shortest(turned, residual.start(seats))
        groups = enumerate(solution.table.group_sites)
        full = [
            group
            for group, sites in groups
            if solution.used_room[group] == solution.table.room[group] and self._unmet.isdisjoint(sites)
        ]
        self._by_tutor = shortest(turned, residual.start({residual.group(group): 0 for group in full}))

    def cheapest(self, hosts: list[int], weights: np.ndarray) -> Unblock | None:
        """The best help for a student who could go to these sites, which they weigh so much; None before unmet pins."""
        sites = self._residual.solution.table.sites
        for ways, what in ((self._by_seat, Help.SEAT), (self._by_tutor, Help.TUTOR)):
            found = self._least(ways, hosts, weights)
            if found is not None:
                return Unblock(what, self._key(ways.start_of(self._residual.inside(found)), what), sites[found].key)
        if self._unmet:
            return None
        return Unblock(Help.BOTH, sites[hosts[0]].key, sites[hosts[0]].key)

    def _least(self, ways: Ways, hosts: list[int], weights: np.ndarray) -> int | None:
        lengths = ways.lengths[np.array(hosts) + 1]
        costs = np.where(lengths < NEVER, lengths + weights, NEVER)
        best = int(np.argmin(costs))
        return hosts[best] if costs[best] < NEVER else None

    def _key(self, node: int, what: Help) -> str:
        residual, table = self._residual, self._residual.solution.table
        if what == Help.SEAT:
            return table.sites[node - 1].key
        return table.group_tutors[node - 1 - residual.sites][0]
