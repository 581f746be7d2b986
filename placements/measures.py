"""What placements count for the convention, one statement for seats and one for placements."""

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.measures import Counts, Measure
from partnership.models import Convention, User

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
    rows = Placement.objects.filter(
        state__in=PLACED, enrolment__application__intake__programme__milestone__convention=convention
    )
    return rows.filter(seat__site__company__is_partner=True) if partners_only else rows


def counts(user: User | None, convention: Convention) -> Counts:
    """The three figures by milestone and zone: a place counts where its site is."""
    figures: Counts = {"host_places": {}, "placed": {}, "with_employer": {}}
    for milestone, zone, number in (
        seats(convention)
        .values_list("intake__programme__milestone", "site__zone")
        .annotate(number=Count("pk"))
        .order_by()
    ):
        figures["host_places"][milestone, zone] = number
    grouped = placements(convention, partners_only=False).values_list(
        "enrolment__application__intake__programme__milestone", "seat__site__zone"
    )
    for milestone, zone, everywhere, at_partners in grouped.annotate(
        everywhere=Count("pk"), at_partners=Count("pk", filter=Q(seat__site__company__is_partner=True))
    ).order_by():
        figures["with_employer"][milestone, zone] = everywhere
        figures["placed"][milestone, zone] = at_partners
    return figures
