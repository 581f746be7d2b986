"""One student and one site, without a library: which hard rules keep them apart, as the solver would say."""

from math import asin, cos, floor, radians, sin, sqrt

from .problem import Place, Site, Student, Weights
from .rules import Rule, broken_by_hours

EARTH_HM = 63_710.088  # mean radius, in hundreds of metres


def hectometres(one: Place, other: Place, detour: int) -> int:
    """The way by road in hundreds of metres, `detour` hundredths of the straight line."""
    apart = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    half = sin(apart[0] / 2) ** 2
    half += cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(apart[1] / 2) ** 2
    return floor(2 * asin(sqrt(min(half, 1.0))) * EARTH_HM * detour / 100 + 0.5)


def broken_by_rules(student: Student, site: Site, weights: Weights) -> Rule:
    """The rules of zones, dates, distance, languages, hours and word given; who chooses and tutors are not asked."""
    found = Rule(0)
    if site.zone != student.zone and site.zone not in student.other_zones:
        found |= Rule.ZONE
    if student.intake and site.intake and student.intake != site.intake:
        found |= Rule.DATES
    limit = student.near_km if site.zone == student.zone else student.far_km
    if limit is not None and student.position is not None and site.position is not None:
        if hectometres(student.position, site.position, weights.detour) > 10 * limit:
            found |= Rule.DISTANCE
    if not site.needs <= student.languages:
        found |= Rule.LANGUAGES
    if not site.is_fresh:
        found |= Rule.STALE
    return found | broken_by_hours(site.hours, student.availability, student.school_days, student.is_minor)
