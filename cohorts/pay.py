"""What a work-study contract pays at least, estimated from dated figures (reference/pay.toml), or why it is not known.

The figures are those of domain.md: §2.2 for apprentices, §2.3 for professionalisation contracts, §1.1 for the points
that a same level adds (Code du travail, D6222-30). What no row states is never guessed. Full time, before deductions.
"""

import tomllib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .states import Level

_FIGURES = tomllib.loads((Path(__file__).parent / "reference" / "pay.toml").read_text(), parse_float=Decimal)
_CENT = Decimal("0.01")


class Contract(StrEnum):
    """The contracts whose pay is known."""

    APPRENTICESHIP = "apprenticeship"
    PROFESSIONALISATION = "professionalisation"


class Unknown(TextChoices):
    """Why there is no estimate, as a sentence."""

    DATE = "date", _("The figures of that date are not known.")
    AGE = "age", _("What is paid at least at that age is not known.")
    YEAR = "year", _("What is paid at least in that year of the contract is not known.")
    LEVEL = "level", _("What is paid at least depends on the diploma held, which is not known.")
    POINTS = "points", _("What is added to a whole minimum wage is not known.")


class Estimate(NamedTuple):
    """Euros a month, and what they come from; the branch's own minimum pays more where its share of it is higher."""

    amount: Decimal
    share: int
    minimum_wage: Decimal
    since: date
    share_of_branch: int | None


def estimate(
    contract: Contract,
    *,
    on: date,
    age: int,
    year: int = 1,
    level: str = "",
    has_bac_pro: bool | None = None,
    is_same_level: bool = False,
) -> Estimate | Unknown:
    """The least a month that is paid on a date, by the age that counts for pay and the year of the contract.

    `has_bac_pro` is asked of whoever stopped at the baccalauréat, for a professionalisation contract. `is_same_level`
    is for an apprentice whose contract lasts a year at most and prepares the level of a diploma already held, in direct
    relation to it.
    """
    wage, grid = (_in_force(name, on) for name in ("smic", contract))
    if wage is None or grid is None:
        return Unknown.DATE
    row = next((row for row in grid["ages"] if row["from"] <= age <= row.get("until", age)), None)
    if row is None:
        return Unknown.AGE
    if contract == Contract.APPRENTICESHIP:
        share = _of_apprentice(row, year, grid["points_of_same_level"] if is_same_level else 0)
        of_branch = share if row.get("of_branch") else None
    else:
        share = _of_professionalisation(row, level, has_bac_pro)
        of_branch = row.get("share_of_branch")
    if isinstance(share, Unknown):
        return share
    amount = (wage["monthly"] * share / 100).quantize(_CENT, ROUND_HALF_UP)
    return Estimate(amount, share, wage["monthly"], wage["from"], of_branch)


def age_for_pay(birth_year: int, birth_month: int, on: date) -> int:
    """The age by which an apprentice is paid: it grows on the first of the month after the birthday (§2.2)."""
    return on.year - birth_year - (on.month <= birth_month)


def year_of_contract(starts_on: date, on: date) -> int:
    """1 from the start of execution, one more at each anniversary (§2.2); 0 or less before it."""
    return on.year - starts_on.year + 1 - ((on.month, on.day) < (starts_on.month, starts_on.day))


def _in_force(name: str, on: date) -> dict[str, Any] | None:
    return next((row for row in _FIGURES[name] if row["from"] <= on <= row["until"]), None)


def _of_apprentice(row: dict[str, Any], year: int, points: int) -> int | Unknown:
    if not 1 <= year <= len(row["years"]):
        return Unknown.YEAR
    share = row["years"][year - 1]
    # Sources disagree on whether points are added to a whole minimum wage.
    return Unknown.POINTS if points and share == 100 else share + points


def _of_professionalisation(row: dict[str, Any], level: str, has_bac_pro: bool | None) -> int | Unknown:
    if row["share"] == row["bac_pro"]:
        return row["share"]
    # The baccalauréat is of several kinds, and our levels do not tell them apart; above and below it they need not.
    if level != Level.BAC:
        has_bac_pro = {Level.BELOW_BAC: False, Level.BAC_2: True, Level.BAC_3: True}.get(level)
    if has_bac_pro is None:
        return Unknown.LEVEL
    return row["bac_pro"] if has_bac_pro else row["share"]
