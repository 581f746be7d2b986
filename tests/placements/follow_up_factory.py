"""Placements that were accepted or have begun, tutors: plain functions, each returns a saved record."""

from datetime import date, timedelta

from partnership import clock
from placements.models import HostSite, Placement, Tutor
from placements.states import PlacementState

from .. import factories


def accepted(*, of=None, begins: date | None = None) -> Placement:
    """A student whose host has said yes, of a course that began ten days ago."""
    return _placement(PlacementState.ACCEPTED, of, begins)


def active(*, of=None, since: int = 10, begins: date | None = None) -> Placement:
    """A student at a host since so many days, of a course that began that day."""
    begins = begins or clock.today() - timedelta(days=since)
    return _placement(PlacementState.ACTIVE, of, begins, started_on=clock.today() - timedelta(days=since))


def _placement(state, of, begins, **fields) -> Placement:
    if of is None:
        begins = begins or clock.today() - timedelta(days=10)
        of = factories.enrolment(factories.cohort("lyon", of=factories.intake(starts_on=begins), capacity=80))
    made = factories.placement(of, factories.seat(of=of.application.intake), state=state, **fields)
    return Placement.objects.select_related(
        "seat__site__company", "seat__site__zone", "enrolment__application__cohort__zone", "proposed_by"
    ).get(pk=made.pk)


def tutor(at: HostSite) -> Tutor:
    made = Tutor.objects.create(company=at.company, name="Camille Fictive", email="tutrice@exemple.test")
    made.sites.add(at)
    return made
