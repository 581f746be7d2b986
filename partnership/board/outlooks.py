"""Objectives held against the forecast of who will be there, before their date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..projections import Projection, awaited, few_places_clause
from ..templatetags.figures import number, shortdate
from .columns import YOUNG
from .readings import Reading

# Of one milestone, by zone; without a zone in all of them together.
Projections = Mapping[int | None, Projection]


@dataclass(frozen=True)
class Outlook:
    """An objective of young people, how many of them are expected to be there, and the places there are for them."""

    reading: Reading
    projection: Projection

    @property
    def target(self) -> int:
        """What the forecast is held against: young people present where so many were promised, else those confirmed."""
        return self.reading.target if self.projection.target is None else self.projection.target

    @property
    def few_places(self) -> str:
        """That there are fewer places in class than were promised young people, as a clause."""
        return few_places_clause(self.projection, self.target)

    @property
    def is_short(self) -> bool:
        return bool(self.few_places) or self.projection.likely < self.target

    @property
    def ratio(self) -> Fraction:
        """What is expected, or at most possible, over what was promised; whole where nothing was."""
        seen = self.projection
        there = seen.likely if seen.is_known else seen.begun + (seen.open_places or 0)
        return Fraction(there, self.target) if self.target else Fraction(1)

    @property
    def words(self) -> str:
        """« Prévision : 80 jeunes présents pour 100 attendus le 15 septembre, entre 71 et 88. »"""
        seen, zone, few = self.projection, self.reading.zone, self.few_places
        if not seen.is_known:
            return _("%(zone)s: %(sentence)s") % {"zone": zone, "sentence": f"{few}."} if zone else f"{capfirst(few)}."
        said = {
            "forecast": _("Forecast for %(zone)s") % {"zone": zone} if zone else _("Forecast"),
            "young": ngettext("%(n)s young person present", "%(n)s young people present", seen.likely)
            % {"n": number(seen.likely)},
            "expected": awaited(self.target),
            "date": shortdate(seen.rentree),
            "low": number(seen.low),
            "high": number(seen.high),
            "few": few,
        }
        if few and seen.is_small:
            return _("%(forecast)s: about %(young)s on %(date)s; %(few)s.") % said
        if few:
            return _("%(forecast)s: %(young)s on %(date)s; %(few)s.") % said
        if seen.is_small:
            return _("%(forecast)s: about %(young)s for %(expected)s on %(date)s, small sample.") % said
        return _("%(forecast)s: %(young)s for %(expected)s on %(date)s, between %(low)s and %(high)s.") % said


def outlooks(read: Iterable[Reading], projections: Projections) -> list[Outlook]:
    """The objectives of young people of which the forecast says something, if only that the places are too few."""
    found = []
    for reading in read:
        projection = projections.get(reading.zone.pk if reading.zone else None)
        if reading.measure == YOUNG and projection is not None:
            outlook = Outlook(reading, projection)
            if projection.is_known or outlook.few_places:
                found.append(outlook)
    return found


def unknown(projection: Projection | None, in_all: Projection | None = None) -> str:
    """Why nothing can be said of the start, in a sentence; nothing where something can.

    Of a zone of which nothing is projected, it is what holds `in_all` zones, or that none recruits there.
    """
    if projection is None and in_all is not None:
        # Of cohorts that recruit the places are known: what is not known of these says nothing of other zones.
        everywhere = in_all.unknown if in_all.places is None else ""
        return everywhere or _("No cohort recruits in this zone yet.")
    if projection is None:
        return _("Not known: nothing has been projected for this milestone.")
    return projection.unknown


def nothing_required(projection: Projection) -> tuple[str, str]:
    """Why no number of applications a week is asked for, in a few words and in a sentence."""
    if projection.target is None:
        return _("no objective"), _("Not known: no number of young people was promised.")
    if not projection.weeks_left:
        return _("applications closed"), _("Applications are closed: none brings the objective any more.")
    return _("no number is enough"), _("No number is enough, at today’s rates and in the time that is left.")
