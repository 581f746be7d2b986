"""The board of a convention as one of its readers opens it, with what the database holds."""

from datetime import date

from django.db.models import Prefetch, QuerySet

from .. import clock, measures
from ..models import Commitment, Convention, Milestone, Objective, User, Zone
from .tables import Board, build


def open_for(reader: User, convention: Convention, zones: list[Zone]) -> Board:
    """The board of today; its figures open the lists that the reader may read."""
    return build(
        list(milestones_of(convention)),
        zones,
        measures.counts(reader, convention),
        signed_on=signed_on(convention),
        today=clock.today(),
        reader=reader,
        exceptions=measures.exceptions(convention),
    )


def milestones_of(convention: Convention) -> QuerySet[Milestone]:
    """The milestones with their owners, objectives and commitments."""
    objectives = Prefetch("objectives", Objective.objects.select_related("zone").order_by("measure", "zone__order"))
    commitments = Prefetch("commitments", Commitment.objects.select_related("party"))
    return convention.milestones.select_related("owner").prefetch_related(objectives, commitments)


def signed_on(convention: Convention) -> date:
    """The day since which time is measured: of a draft, today."""
    return convention.signed_at.astimezone(clock.PARIS).date() if convention.signed_at else clock.today()
