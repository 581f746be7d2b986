"""How far two communes are from each other: as the crow flies, times what roads add."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from django.conf import settings
from django.db.models import Expression, F
from django.db.models.functions import Cos, Power, Radians, Sin
from django.utils.translation import gettext as _

from .models import Commune

EARTH_RADIUS_KM = 6371.0
# A commune about which only its neighbours are known stands some four kilometres from where we put it, in the middle.
TOO_NEAR_TO_SAY_KM = 5


@dataclass(frozen=True, order=True)
class Distance:
    """Whole kilometres by road, 0 within one commune; approximate where one end is only known by its neighbours."""

    km: int
    is_approximate: bool = False

    def __str__(self) -> str:
        if not self.km:
            return _("same commune")
        if not self.is_approximate:
            return _("%(km)s km") % {"km": self.km}
        if self.km < TOO_NEAR_TO_SAY_KM:
            return _("a few km")
        return _("about %(km)s km") % {"km": self.km}


def between(one: Commune | None, other: Commune | None) -> Distance | None:
    """The way from one commune to the other; None where one of them, or where it is, is not known."""
    if one is None or other is None:
        return None
    if one.pk == other.pk:
        return Distance(0)
    if one.latitude is None or other.latitude is None:
        return None
    km = great_circle(one.latitude, one.longitude, other.latitude, other.longitude) * settings.ROAD_FACTOR
    return Distance(max(1, round(km)), one.is_approximate or other.is_approximate)


def great_circle(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres as the crow flies between two points given in degrees."""
    south, north = radians(latitude), radians(other_latitude)
    half = sin((north - south) / 2) ** 2
    half += cos(south) * cos(north) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def nearness(path: str, to: Commune) -> Expression:
    """What a queryset is ordered by to have the nearest first: grows with the distance, null where nobody knows it.

    `path` leads from the rows to a commune (`"commune__"`); `to` must have its coordinates.
    """
    latitude, longitude = F(f"{path}latitude"), F(f"{path}longitude")
    return Power(Sin(Radians(latitude - to.latitude) / 2.0), 2) + cos(radians(to.latitude)) * Cos(
        Radians(latitude)
    ) * Power(Sin(Radians(longitude - to.longitude) / 2.0), 2)
