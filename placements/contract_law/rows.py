"""The rows of reference/contracts.toml: which contracts a date allows, and the rules in force for one of them."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from ..states import ContractKind

_ROWS = tomllib.loads((Path(__file__).parents[1] / "reference" / "contracts.toml").read_text())


def _in_force(row: dict[str, Any], on: date) -> bool:
    return row["from"] <= on <= row.get("until", on)


def kinds_on(on: date) -> list[ContractKind]:
    """The kinds of contract that may be made on a date, in the order of our rows."""
    return [ContractKind(row["kind"]) for row in _ROWS["kind"] if _in_force(row, on)]


def rules_on(kind: str, on: date) -> dict[str, Any] | None:
    """The rules of a kind in force on a date; None where they are not known."""
    return next((row for row in _ROWS["rules"] if row["kind"] == kind and _in_force(row, on)), None)


def pay_rows(kind: str, on: date) -> list[dict[str, Any]]:
    """The shares of pay that our rows state for a kind on a date; none where cohorts.pay knows them."""
    return (rules_on(kind, on) or {}).get("pay", [])
