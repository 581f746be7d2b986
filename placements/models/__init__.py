"""Where they go: host companies and sites, the places they announce, and who sits in each."""

from .calls import HostCall, HostContact
from .exchange import HostList
from .hosts import (
    MIDNIGHT,
    CollectiveAgreement,
    FundingOperator,
    HostCompany,
    HostSite,
    HostSiteQuerySet,
    OpeningHours,
)
from .placements import TIME_TO_UNDO, Placement, PlacementQuerySet
from .places import PLEDGE_LIFE, HostPledge, Seat, SeatQuerySet
from .tutors import Tutor, TutorCeiling, TutorEligibility

__all__ = [
    "MIDNIGHT",
    "PLEDGE_LIFE",
    "TIME_TO_UNDO",
    "CollectiveAgreement",
    "FundingOperator",
    "HostCall",
    "HostCompany",
    "HostContact",
    "HostList",
    "HostPledge",
    "HostSite",
    "HostSiteQuerySet",
    "OpeningHours",
    "Placement",
    "PlacementQuerySet",
    "Seat",
    "SeatQuerySet",
    "Tutor",
    "TutorCeiling",
    "TutorEligibility",
]
