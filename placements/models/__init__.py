"""Where they go: host companies and sites, the places they announce, and who sits in each."""

from .hosts import HostCompany, HostSite, HostSiteQuerySet
from .placements import TIME_TO_UNDO, Placement, PlacementQuerySet
from .places import PLEDGE_LIFE, HostPledge, Seat, SeatQuerySet

__all__ = [
    "PLEDGE_LIFE",
    "TIME_TO_UNDO",
    "HostCompany",
    "HostPledge",
    "HostSite",
    "HostSiteQuerySet",
    "Placement",
    "PlacementQuerySet",
    "Seat",
    "SeatQuerySet",
]
