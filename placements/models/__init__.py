"""Where they go: host companies and sites, the places they announce, and who sits in each."""

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
from .proposals import MOST_WISHES, Mobility, ProposalRun, ProposalRunQuerySet, Wish

__all__ = [
    "MOST_WISHES",
    "Mobility",
    "ProposalRun",
    "ProposalRunQuerySet",
    "Wish",
    "MIDNIGHT",
    "PLEDGE_LIFE",
    "TIME_TO_UNDO",
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
]
