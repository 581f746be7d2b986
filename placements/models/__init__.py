"""Where they go: host companies and sites, the places they announce, and who sits in each."""

from .contracts import DAYS_FOR_THE_SHEET, DAYS_TO_ANSWER, ContractFile, ContractFileQuerySet, ContractPaper
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
    "DAYS_FOR_THE_SHEET",
    "DAYS_TO_ANSWER",
    "MIDNIGHT",
    "PLEDGE_LIFE",
    "TIME_TO_UNDO",
    "CollectiveAgreement",
    "ContractFile",
    "ContractFileQuerySet",
    "ContractPaper",
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
