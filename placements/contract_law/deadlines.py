"""By when a contract is filed and answered, and what it means that the operator says nothing."""

from datetime import date, timedelta

from partnership.working_time import ONE_DAY, SUNDAY, public_holidays

from ..states import ContractState
from .rows import rules_on

# Skills operators took the place of the OPCAs on that day (arrêtés of 29 March 2019).
_OPERATORS_SINCE = date(2019, 4, 1)


def is_ouvrable(day: date) -> bool:
    """Whether a day is a *jour ouvrable*: Monday to Saturday, but for the public holidays (not a *jour ouvré*)."""
    return day.weekday() != SUNDAY and day not in public_holidays(day.year)


def add_jours_ouvrables(day: date, number: int) -> date:
    """The so-manieth *jour ouvrable* after a day."""
    while number:
        day += ONE_DAY
        number -= is_ouvrable(day)
    return day


def filing_deadline(kind: str, starts_on: date) -> date | None:
    """The last day on which a contract is filed in time, from its start of execution; None where it is not known.

    C. trav., D6224-1: five *jours ouvrables* for an apprentice; D6325-1: five days for a professionalisation contract.
    """
    rule = (rules_on(kind, starts_on) or {}).get("filing")
    if rule is None:
        return None
    if rule["counted"] == "ouvrables":
        return add_jours_ouvrables(starts_on, rule["days"])
    return starts_on + timedelta(days=rule["days"])


def answer_by(kind: str, filed_on: date) -> date | None:
    """The last day on which the operator answers a complete file (C. trav., D6224-2, D6325-2); None if not known."""
    rule = (rules_on(kind, filed_on) or {}).get("answer")
    return filed_on + timedelta(days=rule["days"]) if rule else None


def silence_means(kind: str, filed_on: date) -> ContractState | None:
    """What the operator's silence is once its time is over: a refusal, an acceptance, or nothing that is known."""
    rule = (rules_on(kind, filed_on) or {}).get("answer")
    return ContractState(rule["silence"]) if rule else None


def operator_word(on: date) -> str:
    """What the operator is called: OPCA until March 2019, OPCO since."""
    return "OPCO" if on >= _OPERATORS_SINCE else "OPCA"
