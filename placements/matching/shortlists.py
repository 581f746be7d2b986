"""Whom to present to the hosts who choose for themselves."""

from typing import NamedTuple

import numpy as np
from ortools.graph.python import min_cost_flow

from .fits import fits_of
from .network import NotSolved
from .plan import Fit
from .problem import HOST, Problem
from .rules import Rule
from .table import Table

STUDENTS_A_PLACE, SITES_A_STUDENT = 5, 3


class Shortlists(NamedTuple):
    """By site the students to present, the best first; and who could be presented somewhere and found no room."""

    lists: dict[str, tuple[tuple[str, Fit], ...]]
    left_out: tuple[str, ...]


def shortlists(problem: Problem) -> Shortlists:
    """Five students a place, three sites a student; as many students as possible on a list, then the best fits."""
    table = Table(problem)
    pinned = {int(code) // len(table.sites) for code in table.pins}
    among = np.array([number for number in range(len(table.students)) if number not in pinned], np.int64)
    students, sites = table.pairs(among, broken=int(Rule.HOST_CHOOSES))
    room = np.array([STUDENTS_A_PLACE * _places(table, site) for site in range(len(table.sites))], np.int64)
    is_asked = room[sites] > 0 if len(sites) else np.empty(0, bool)
    students, sites = students[is_asked], sites[is_asked]
    if not len(students):
        return Shortlists({}, ())
    points = table.points(students, sites)
    taken = _solve(table, students, sites, points.sum(0, dtype=np.int64), room)
    fits = fits_of(table, students[taken], sites[taken], points[:, taken])
    lists: dict[str, list[tuple[str, Fit]]] = {}
    for student, fit in zip(students[taken].tolist(), fits, strict=True):
        lists.setdefault(fit.site, []).append((table.students[student].key, fit))
    on_a_list = set(students[taken].tolist())
    return Shortlists(
        {site: tuple(sorted(there, key=lambda one: (-one[1].total, one[0]))) for site, there in sorted(lists.items())},
        tuple(table.students[student].key for student in np.unique(students).tolist() if student not in on_a_list),
    )


def _places(table: Table, site: int) -> int:
    """The places for which a host chooses: seats that pins leave, as far as tutors have room."""
    if table.sites[site].who_chooses != HOST:
        return 0
    settled = int((table.pins % len(table.sites) == site).sum())
    seats = max(int(table.seats[site]) - settled, 0)
    groups = table.groups_of[site]
    return min(seats, sum(int(table.room[group]) for group in groups)) if groups else seats


def _solve(table: Table, students: np.ndarray, sites: np.ndarray, total: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Which pairs are on a list: as many as the lists hold, the first of a student before the second of another."""
    number, count = len(table.students), len(table.sites)
    weights = table.weights
    # More than all that one change of the lists can gain in points.
    again = (weights.most + weights.worst + 1) * 2 * (min(number, int(room.sum())) + count + 1)
    source, sink = number + count, number + count + 1
    every = np.arange(number, dtype=np.int32)
    tails = [np.full(2 * number, source, np.int32), students, number + np.arange(count, dtype=np.int32)]
    heads = [every, every, number + sites, np.full(count, sink, np.int32)]
    capacities = [np.ones(number), np.full(number, SITES_A_STUDENT - 1), np.ones(len(students)), room]
    costs = [np.zeros(number), np.full(number, again), weights.most - total, np.zeros(count)]
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate(tails).astype(np.int32),
        np.concatenate(heads).astype(np.int32),
        np.concatenate(capacities).astype(np.int64),
        np.concatenate(costs).astype(np.int64),
    )
    flow.set_node_supply(source, SITES_A_STUDENT * number)
    flow.set_node_supply(sink, -SITES_A_STUDENT * number)
    if flow.solve_max_flow_with_min_cost() != flow.OPTIMAL:
        raise NotSolved("The lists have no flow.")
    return flow.flows(arcs)[2 * number : 2 * number + len(students)] > 0
