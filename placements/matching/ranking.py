"""Between runs: one student's hosts, the best first for everybody."""

from typing import NamedTuple

import numpy as np

from .fits import fits_of
from .plan import Fit, Plan, Price
from .problem import Problem
from .rules import Rule
from .table import Table

NOTHING = Price(0, 0, None)


class Ranked(NamedTuple):
    """A host for a student, with what taking a place there takes from others."""

    fit: Fit
    price: Price
    broken: Rule
    is_open: bool  # a place is free after the plan

    @property
    def is_possible(self) -> bool:
        """Whether no rule forbids it."""
        return not self.broken


def rank_for(student: str, problem: Problem, plan: Plan) -> list[Ranked]:
    """All sites of the student's zones by fit less price: possible ones first, then those that break the fewest rules.

    A place whose price is a whole student comes after all that cost only points. Raises KeyError for a stranger.
    """
    table = Table(problem)
    number = table.student_number[student]
    numbers, sites = table.in_reach(np.array([number]))
    broken = table.broken(numbers, sites)
    taken: dict[str, int] = {}
    for line in plan.lines:
        taken[line.site] = taken.get(line.site, 0) + 1
    ranked = [
        Ranked(fit, plan.prices.get(fit.site, NOTHING), Rule(rules), _is_open(table, site, taken.get(fit.site, 0)))
        for fit, rules, site in zip(fits_of(table, numbers, sites), broken.tolist(), sites.tolist(), strict=True)
    ]
    return sorted(ranked, key=_order)


def _is_open(table: Table, site: int, taken: int) -> bool:
    return taken < int(table.seats[site])


def _order(one: Ranked) -> tuple[int, int, int, str]:
    return one.broken.bit_count(), one.price.students, one.price.points - one.fit.total, one.fit.site
