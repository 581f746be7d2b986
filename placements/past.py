"""What the board counted of places and placements at a moment that is past, from the journal.

Seats and pledges are told by their lines, a placement's site by its amendments, a site's zone and whether its company
was a partner by what the journal says they were before.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from partnership.measures import Counts
from partnership.models import Convention, Zone
from partnership.past import former, lines, said
from programmes.past import taught

from .models import PLEDGE_LIFE, Amendment, HostCompany, HostPledge, HostSite, Placement, Seat
from .states import PLACED, PlacementState, PledgeAnswer


class _Site(NamedTuple):
    zone: int
    is_partner: bool


def past(convention: Convention, at: datetime) -> Counts:
    """The three figures by milestone and zone: a place counted where its site was."""
    stood, sites = taught(convention, at), _sites(at)
    figures: Counts = {"host_places": {}, "placed": {}, "with_employer": {}}

    def add(key: str, programme: int, site: _Site, number: int) -> None:
        cell = (stood[programme], site.zone)
        figures[key][cell] = figures[key].get(cell, 0) + number

    seats = Seat.objects.filter(intake__programme__in=stood).alias(then=said(Seat, ("opened", "closed"), at))
    seats = seats.filter(Exists(_heard(at)), then="opened").values_list("intake__programme", "site")
    for programme, site, number in seats.annotate(number=Count("pk")).order_by():
        add("host_places", programme, sites[site], number if sites[site].is_partner else 0)
    of_programme = "enrolment__application__intake__programme"
    placed = Placement.objects.filter(**{f"{of_programme}__in": stood}).alias(
        then=said(Placement, PlacementState.values, at)
    )
    placed = placed.annotate(sat_at=Coalesce(_left_since(at), "seat__site_id", output_field=UUIDField())).filter(
        then__in=PLACED
    )
    for programme, site, number in placed.values_list(of_programme, "sat_at").annotate(number=Count("pk")).order_by():
        add("with_employer", programme, sites[site], number)
        add("placed", programme, sites[site], number if sites[site].is_partner else 0)
    return figures


def _sites(at: datetime) -> dict[object, _Site]:
    """Where each site was, and whether it was a partner's."""
    zones = dict(Zone.objects.order_by().values_list("code", "pk"))
    rows = HostSite.objects.order_by().values_list(
        "pk", "zone", former(HostSite, at), "company__is_partner", former(HostCompany, at, key="company")
    )
    return {
        key: _Site(zones.get(left, zone), is_partner if before is None else before == str(True))
        for key, zone, left, is_partner, before in rows
    }


def _heard(at: datetime) -> QuerySet[HostPledge]:
    """The pledges for an outer query's place whose host had said a word within ninety days."""
    words = lines(HostPledge, PledgeAnswer.values).filter(at__gte=at - PLEDGE_LIFE, at__lte=at)
    return HostPledge.objects.filter(Exists(words), site=OuterRef("site"), intake=OuterRef("intake"))


def _left_since(at: datetime) -> Subquery:
    """The site at which an outer query's placement was, where it has changed since."""
    since = Amendment.objects.filter(placement=OuterRef("pk"), amended_at__gt=at).order_by("amended_at", "pk")
    return Subquery(since.values("from_site")[:1])
