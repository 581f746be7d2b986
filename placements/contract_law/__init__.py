"""What the law asks of a work-study contract, by kind and date: pure, from dated rows with their sources."""

from .breaks import BreakFacts, break_findings, first_days
from .deadlines import answer_by, filing_deadline, operator_word, silence_means
from .findings import Caution, Facts, Finding, Refusal, cautions, findings, refusals
from .rows import kinds_on, pay_rows, rules_on
from .unkept import not_to_be_kept

__all__ = [
    "BreakFacts",
    "Caution",
    "Facts",
    "Finding",
    "Refusal",
    "answer_by",
    "break_findings",
    "cautions",
    "filing_deadline",
    "findings",
    "first_days",
    "kinds_on",
    "not_to_be_kept",
    "operator_word",
    "pay_rows",
    "refusals",
    "rules_on",
    "silence_means",
]
