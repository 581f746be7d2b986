"""What the tests of the forecast share: a day in June, a cohort that recruits, its files, what is promised and told."""

from datetime import date, datetime, timedelta

from partnership import projections
from partnership.clock import PARIS
from partnership.models import Convention
from tests import factories

TODAY = datetime(2027, 6, 15, 10, 0, tzinfo=PARIS)
RENTREE = date(2027, 9, 15)


def cohort(zone="lyon", *, starts_on=RENTREE, capacity=64, **fields):
    return factories.cohort(
        zone,
        of=factories.intake(starts_on=starts_on),
        capacity=capacity,
        **({"applications_from": date(2027, 4, 5), "applications_until": date(2027, 8, 31)} | fields),
    )


def files(in_cohort, state, number=1, **fields):
    """So many files that came two months ago."""
    long_ago = {"created_at": TODAY - timedelta(days=60), "submitted_at": TODAY - timedelta(days=60)}
    return [factories.application(in_cohort, state=state, **(long_ago | fields)) for _ in range(number)]


def promise(milestone, target, zone=None, measure="confirmed"):
    factories.objective(milestone=milestone, measure=measure, zone=zone and factories.zone(zone), target=target)


def told(convention, zone=None, milestone=None):
    milestone = milestone or convention.milestones.get(order=1)
    # As the next page reads it: what a convention has read of its milestones it keeps.
    convention = Convention.objects.get(pk=convention.pk)
    return projections.projections(None, convention)[milestone.pk, zone and factories.zone(zone).pk]
