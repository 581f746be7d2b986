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
from .introductions import DAYS_TO_REPLY, Introduction, IntroductionQuerySet, Presentation, PresentationQuerySet
from .placements import TIME_TO_UNDO, Placement, PlacementQuerySet
from .places import PLEDGE_LIFE, HostPledge, Seat, SeatQuerySet

__all__ = [
    "DAYS_TO_REPLY",
    "MIDNIGHT",
    "PLEDGE_LIFE",
    "TIME_TO_UNDO",
    "CollectiveAgreement",
    "FundingOperator",
    "HostCompany",
    "HostPledge",
    "HostSite",
    "HostSiteQuerySet",
    "Introduction",
    "IntroductionQuerySet",
    "OpeningHours",
    "Placement",
    "PlacementQuerySet",
    "Presentation",
    "PresentationQuerySet",
    "Seat",
    "SeatQuerySet",
    "Tutor",
    "TutorCeiling",
]
