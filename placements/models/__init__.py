"""Where they go: host companies and sites, the places they announce, and who sits in each."""

from .follow_up import Amendment, Visit, VisitQuerySet
from .hosts import (
    MIDNIGHT,
    CollectiveAgreement,
    FundingOperator,
    HostCompany,
    HostSite,
    HostSiteQuerySet,
    OpeningHours,
    Tutor,
    TutorCeiling,
)
from .placements import TIME_TO_UNDO, Placement, PlacementQuerySet
from .places import PLEDGE_LIFE, HostPledge, Seat, SeatQuerySet

__all__ = [
    "MIDNIGHT",
    "PLEDGE_LIFE",
    "TIME_TO_UNDO",
    "Amendment",
    "CollectiveAgreement",
    "FundingOperator",
    "HostCompany",
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
    "Visit",
    "VisitQuerySet",
]
