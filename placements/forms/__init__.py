"""What leads, hosts and applicants fill in about places; forms clean, services act."""

from .candidates import ErasureForm, LeaveForm, NewLinkForm
from .hosts import MOST_SEATS, IntakeForm, SeatsForm, SiteFilter, SiteForm, facts_of
from .introductions import MeetingForm, NotChosenForm, PresentForm, StudentDeclineForm
from .placements import LONGEST_REASON, CancelForm, DeclineForm, EndForm, ProposeForm, StudentFilter

__all__ = [
    "CancelForm",
    "DeclineForm",
    "EndForm",
    "ErasureForm",
    "IntakeForm",
    "LONGEST_REASON",
    "LeaveForm",
    "MOST_SEATS",
    "MeetingForm",
    "NewLinkForm",
    "NotChosenForm",
    "PresentForm",
    "ProposeForm",
    "SeatsForm",
    "SiteFilter",
    "SiteForm",
    "StudentDeclineForm",
    "StudentFilter",
    "facts_of",
]
