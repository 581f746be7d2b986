"""A plan as plain data, and back: what the solver's program answers, and what is kept with a run."""

from typing import Any

from .plan import (
    Alternative,
    Fit,
    Hall,
    Help,
    Line,
    Plan,
    Points,
    Price,
    Quality,
    Ranked,
    Reason,
    Removed,
    Unblock,
    Unplaced,
)
from .rules import Rule


def plan_as_data(plan: Plan) -> dict[str, Any]:
    """What JSON can hold: rows without names, in the order of their fields."""
    return {
        "lines": list(plan.lines),
        "unplaced": list(plan.unplaced),
        "prices": plan.prices,
        "tutor_prices": plan.tutor_prices,
        "gap": plan.gap,
        "quality": plan.quality,
    }


def plan_from_data(data: dict[str, Any]) -> Plan:
    """The plan again."""
    return Plan(
        tuple(_line(row) for row in data["lines"]),
        tuple(_unplaced(row) for row in data["unplaced"]),
        {key: Price(*row) for key, row in data["prices"].items()},
        {key: Price(*row) for key, row in data["tutor_prices"].items()},
        data["gap"],
        Quality(*data["quality"]),
    )


def fit_from_data(row: list[Any]) -> Fit:
    """A pair's points and the facts behind them."""
    fit = Fit(*row)
    return fit._replace(
        points=Points(*fit.points),
        languages=tuple(fit.languages),
        languages_there=tuple(fit.languages_there),
        outside=tuple(fit.outside),
    )


def ranked_from_data(row: list[Any]) -> Ranked:
    """A host of a student between runs."""
    fit, price, broken, is_open = row
    return Ranked(fit_from_data(fit), Price(*price), Rule(broken), is_open)


def _line(row: list[Any]) -> Line:
    line = Line(*row)
    other = None
    if line.other is not None:
        fit, *rest = line.other
        other = Alternative(fit_from_data(fit), *rest)
    return line._replace(fit=fit_from_data(line.fit), broken=Rule(line.broken), other=other)


def _unplaced(row: list[Any]) -> Unplaced:
    one = Unplaced(*row)
    hall = None
    if one.hall is not None:
        sites, *counts = one.hall
        hall = Hall(tuple(sites), *counts)
    unblock = None
    if one.unblock is not None:
        what, *where = one.unblock
        unblock = Unblock(Help(what), *where)
    return one._replace(
        reason=Reason(one.reason),
        removed=tuple(_removed(each) for each in one.removed),
        rules=tuple((Rule(rule), number) for rule, number in one.rules),
        possible=tuple(one.possible),
        hall=hall,
        unblock=unblock,
    )


def _removed(row: list[Any]) -> Removed:
    site, rules, hectometres, limit_km = row
    return Removed(site, Rule(rules), hectometres, limit_km)
