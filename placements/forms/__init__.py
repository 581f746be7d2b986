"""What leads, hosts and applicants fill in about places; forms clean, services act."""

from .candidates import ErasureForm, LeaveForm, NewLinkForm
from .companies import CompanyForm, HostListForm
from .host_calls import ContactForm, HostCallForm, facts_of_contact
from .hosts import CONTACT, MOST_SEATS, IntakeForm, SeatsForm, SiteFilter, SiteForm, facts_of
from .introductions import MeetingForm, NotChosenForm, PresentForm, StudentDeclineForm
from .lifecycle import AmendForm, BreakForm, CompleteForm, StartAllForm, StartForm, VisitForm
from .placements import LONGEST_REASON, CancelForm, DeclineForm, EndForm, ProposeForm, StudentFilter
from .pledges import HeardForm, HostsForm, HostWordsForm, PledgeForm, said_before
from .tutors import AssignForm, TutorForm, facts_of_tutor

__all__ = [
    "AmendForm",
    "AssignForm",
    "BreakForm",
    "CONTACT",
    "CancelForm",
    "CompanyForm",
    "CompleteForm",
    "ContactForm",
    "DeclineForm",
    "EndForm",
    "ErasureForm",
    "HeardForm",
    "HostCallForm",
    "HostListForm",
    "HostWordsForm",
    "HostsForm",
    "IntakeForm",
    "LONGEST_REASON",
    "LeaveForm",
    "MOST_SEATS",
    "MeetingForm",
    "NewLinkForm",
    "NotChosenForm",
    "PledgeForm",
    "PresentForm",
    "ProposeForm",
    "SeatsForm",
    "SiteFilter",
    "SiteForm",
    "StartAllForm",
    "StartForm",
    "StudentDeclineForm",
    "StudentFilter",
    "TutorForm",
    "VisitForm",
    "facts_of",
    "facts_of_contact",
    "facts_of_tutor",
    "said_before",
]
