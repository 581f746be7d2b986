"""Between runs: one student's hosts, the best first for everybody."""

from collections import Counter

import numpy as np

from .fits import fits_of
from .plan import Plan, Price, Ranked
from .problem import Problem
from .rules import Rule
from .table import Table

NOTHING = Price(0, 0, None)
# A page shows so many of a student's hosts; beyond so many students all their hosts are too much to keep with a run.
MOST_HOSTS, MOST_RANKED = 12, 2_000


def rank_for(student: str, problem: Problem, plan: Plan) -> list[Ranked]:
    """All sites of the student's zones by fit less price: possible ones first, then those that break the fewest rules.

    A place whose price is a whole student comes after all that cost only points. Raises KeyError for a stranger.
    """
    table = Table(problem)
    return _ranked(table, [table.student_number[student]], plan)[student]


def ranks(problem: Problem, plan: Plan) -> dict[str, list[Ranked]]:
    """The first hosts of every student of a problem, in their order: of a proposal of some thousands at most.

    Of more students there are none: each is asked for by `rank_for`.
    """
    if len(problem.students) > MOST_RANKED:
        return {}
    table = Table(problem)
    found = _ranked(table, list(range(len(table.students))), plan)
    return {student: hosts[:MOST_HOSTS] for student, hosts in found.items()}


def _ranked(table: Table, students: list[int], plan: Plan) -> dict[str, list[Ranked]]:
    numbers, sites = table.in_reach(np.array(students, np.int64))
    broken = table.broken(numbers, sites)
    taken = Counter(line.site for line in plan.lines)
    found: dict[str, list[Ranked]] = {table.students[number].key: [] for number in students}
    rows = zip(fits_of(table, numbers, sites), numbers.tolist(), broken.tolist(), sites.tolist(), strict=True)
    for fit, number, rules, site in rows:
        is_open = taken[fit.site] < int(table.seats[site])
        one = Ranked(fit, plan.prices.get(fit.site, NOTHING), Rule(rules), is_open)
        found[table.students[number].key].append(one)
    return {student: sorted(hosts, key=_order) for student, hosts in found.items()}


def _order(one: Ranked) -> tuple[int, int, int, str]:
    return one.broken.bit_count(), one.price.students, one.price.points - one.fit.total, one.fit.site
