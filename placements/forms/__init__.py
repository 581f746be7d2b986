"""What leads, hosts and applicants fill in about places; forms clean, services act."""

from .candidates import ErasureForm, LeaveForm, NewLinkForm
from .hosts import MOST_SEATS, IntakeForm, SeatsForm, SiteFilter, SiteForm, facts_of
from .lifecycle import AmendForm, BreakForm, CompleteForm, StartAllForm, StartForm, VisitForm
from .placements import LONGEST_REASON, CancelForm, DeclineForm, EndForm, ProposeForm, StudentFilter

__all__ = [
    "AmendForm",
    "BreakForm",
    "CancelForm",
    "CompleteForm",
    "DeclineForm",
    "EndForm",
    "ErasureForm",
    "IntakeForm",
    "LONGEST_REASON",
    "LeaveForm",
    "MOST_SEATS",
    "NewLinkForm",
    "ProposeForm",
    "SeatsForm",
    "SiteFilter",
    "SiteForm",
    "StartAllForm",
    "StartForm",
    "StudentFilter",
    "VisitForm",
    "facts_of",
]
