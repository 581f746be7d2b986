"""What leads, hosts and applicants fill in about places; forms clean, services act."""

from .candidates import ErasureForm, LeaveForm, NewLinkForm
from .hosts import MOST_SEATS, IntakeForm, SeatsForm, SiteFilter, SiteForm, facts_of
from .placements import LONGEST_REASON, CancelForm, DeclineForm, EndForm, ProposeForm, StudentFilter
from .pledges import HeardForm, HostsForm, HostWordsForm, PledgeForm, said_before

__all__ = [
    "CancelForm",
    "DeclineForm",
    "EndForm",
    "ErasureForm",
    "HeardForm",
    "HostWordsForm",
    "HostsForm",
    "IntakeForm",
    "LONGEST_REASON",
    "LeaveForm",
    "MOST_SEATS",
    "NewLinkForm",
    "PledgeForm",
    "ProposeForm",
    "SeatsForm",
    "SiteFilter",
    "SiteForm",
    "StudentFilter",
    "facts_of",
    "said_before",
]
