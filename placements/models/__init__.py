"""Where they go: host companies and sites, the places they announce, and who sits in each."""

from .asks import AskLine, AskRound, AskRoundQuerySet
from .calls import HostCall, HostContact
from .contracts import DAYS_FOR_THE_SHEET, DAYS_TO_ANSWER, ContractFile, ContractFileQuerySet, ContractPaper
from .exchange import HostList
from .follow_up import Amendment, Visit, VisitQuerySet
from .hosts import MIDNIGHT, CollectiveAgreement, FundingOperator, HostCompany, HostSite, HostSiteQuerySet, OpeningHours
from .introductions import DAYS_TO_REPLY, Introduction, IntroductionQuerySet, Presentation, PresentationQuerySet
from .placements import TIME_TO_UNDO, Placement, PlacementQuerySet
from .places import PLEDGE_LIFE, HostPledge, Seat, SeatQuerySet
from .proposals import MOST_WISHES, Mobility, ProposalRun, ProposalRunQuerySet, Wish
from .tutors import Tutor, TutorCeiling, TutorEligibility

__all__ = [
    "Amendment",
    "AskLine",
    "AskRound",
    "AskRoundQuerySet",
    "CollectiveAgreement",
    "ContractFile",
    "ContractFileQuerySet",
    "ContractPaper",
    "DAYS_FOR_THE_SHEET",
    "DAYS_TO_ANSWER",
    "DAYS_TO_REPLY",
    "FundingOperator",
    "HostCall",
    "HostCompany",
    "HostContact",
    "HostList",
    "HostPledge",
    "HostSite",
    "HostSiteQuerySet",
    "Introduction",
    "IntroductionQuerySet",
    "MIDNIGHT",
    "MOST_WISHES",
    "Mobility",
    "OpeningHours",
    "PLEDGE_LIFE",
    "Placement",
    "PlacementQuerySet",
    "Presentation",
    "PresentationQuerySet",
    "ProposalRun",
    "ProposalRunQuerySet",
    "Seat",
    "SeatQuerySet",
    "TIME_TO_UNDO",
    "Tutor",
    "TutorCeiling",
    "TutorEligibility",
    "Visit",
    "VisitQuerySet",
    "Wish",
]
