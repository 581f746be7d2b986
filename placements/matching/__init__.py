"""Proposals of placements, without the database: a problem in, an explained plan out, the same one each time."""

from .plan import Difference, Fit, Line, Plan, Price, Reason, Unplaced, difference, fingerprint
from .problem import Place, Problem, Site, Student, Tutor, Weights, changed
from .proposing import propose
from .ranking import Ranked, rank_for
from .shortlists import Shortlists, shortlists
from .stored import as_data, from_data

__all__ = [
    "Difference",
    "Fit",
    "Line",
    "Place",
    "Plan",
    "Price",
    "Problem",
    "Ranked",
    "Reason",
    "Shortlists",
    "Site",
    "Student",
    "Tutor",
    "Unplaced",
    "Weights",
    "as_data",
    "changed",
    "difference",
    "fingerprint",
    "from_data",
    "propose",
    "rank_for",
    "shortlists",
]
