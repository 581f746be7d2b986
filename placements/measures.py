"""What placements count for the convention, in one grouped statement."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.measures import Behind, Census, Counts, Measure, counted_together
from partnership.models import Convention

from .models import PLEDGE_LIFE, HostPledge, Placement, PlacementQuerySet, Seat, SeatQuerySet
from .states import PLACED

_REGISTER = "placements:register"
MEASURES = (
    Measure(
        "with_employer",
        _("With an employer"),
        _("Confirmed and placed, at a partner or at an employer outside the partnership."),
        _REGISTER,
    ),
    Measure(
        "host_places",
        _("Host places"),
        _("Open places at partners, free or taken, confirmed by the host within 90 days."),
        _REGISTER,
    ),
    Measure("placed", _("Placed"), _("Placements accepted or under way at a partner."), _REGISTER),
)
_AT_PARTNERS = Q(seat__site__company__is_partner=True)


def seats(convention: Convention) -> SeatQuerySet:
    """The places that count: open, at a partner, said again within ninety days."""
    fresh = HostPledge.objects.filter(
        site=OuterRef("site"), intake=OuterRef("intake"), answered_at__gte=clock.now() - PLEDGE_LIFE
    )
    return Seat.objects.open().filter(
        Exists(fresh), site__company__is_partner=True, intake__programme__milestone__convention=convention
    )


def placements(convention: Convention, *, partners_only: bool) -> PlacementQuerySet:
    """The placements that count, outside employers included or not."""
    # A seat is of its student's intake, by law of the database: the file itself need not be looked up.
    rows = Placement.objects.filter(state__in=PLACED, seat__intake__programme__milestone__convention=convention)
    return rows.filter(_AT_PARTNERS) if partners_only else rows


def counts(census: Census) -> Counts:
    """The three figures by milestone and zone: a place counts where its site is."""
    # With an employer is whoever is placed at a partner or elsewhere.
    everybody = Behind(
        placements(census.convention, partners_only=False),
        "seat__intake__programme__milestone",
        "seat__site__zone",
        part=("placed", _AT_PARTNERS),
    )
    places = Behind(seats(census.convention), "intake__programme__milestone", "site__zone")
    return counted_together({"with_employer": everybody, "host_places": places})
