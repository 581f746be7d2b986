"""Objectives held against the forecast of who will be there, before their date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..projections import Projection
from ..templatetags.figures import number, shortdate
from .columns import YOUNG
from .readings import Reading

# Of one milestone, by zone; without a zone in all of them together.
Projections = Mapping[int | None, Projection]


@dataclass(frozen=True)
class Outlook:
    """An objective of young people, and how many of them are expected to be there."""

    reading: Reading
    projection: Projection

    @property
    def is_short(self) -> bool:
        return self.projection.likely < self.reading.target

    @property
    def ratio(self) -> Fraction:
        """What is expected over what was promised; whole where nothing was."""
        return Fraction(self.projection.likely, self.reading.target) if self.reading.target else Fraction(1)

    @property
    def words(self) -> str:
        """« Prévision : 80 jeunes présents pour 100 attendus le 15 septembre, entre 71 et 88. »"""
        seen, zone = self.projection, self.reading.zone
        said = {
            "forecast": _("Forecast for %(zone)s") % {"zone": zone} if zone else _("Forecast"),
            "young": ngettext("%(n)s young person present", "%(n)s young people present", seen.likely)
            % {"n": number(seen.likely)},
            "expected": ngettext("%(n)s awaited", "%(n)s awaited", self.reading.target)
            % {"n": number(self.reading.target)},
            "date": shortdate(seen.rentree),
            "low": number(seen.low),
            "high": number(seen.high),
        }
        if seen.is_small:
            return _("%(forecast)s: about %(young)s for %(expected)s on %(date)s, small sample.") % said
        return _("%(forecast)s: %(young)s for %(expected)s on %(date)s, between %(low)s and %(high)s.") % said


def outlooks(read: Iterable[Reading], projections: Projections) -> list[Outlook]:
    """The objectives of young people of which the forecast says something."""
    found = []
    for reading in read:
        projection = projections.get(reading.zone.pk if reading.zone else None)
        if reading.measure == YOUNG and projection is not None and not projection.unknown:
            found.append(Outlook(reading, projection))
    return found
