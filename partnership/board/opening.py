"""The board of a convention as one of its readers opens it, with what the database holds."""

from django.db.models import Prefetch, prefetch_related_objects

from .. import clock, measures, projections
from ..measures import Census
from ..models import Milestone, Zone
from .tables import Board, build


def open_for(census: Census, zones: list[Zone] | None = None) -> Board:
    """The board of today, with the forecast; its figures open the lists that its reader may read."""
    convention = census.convention
    # Kept with the convention: whoever projects reads the same targets.
    prefetch_related_objects([convention], Prefetch("milestones", Milestone.objects.with_objectives()))
    return build(
        list(convention.milestones.all()),
        list(Zone.objects.all()) if zones is None else zones,
        measures.counts_of(census),
        signed_on=convention.measured_from,
        today=clock.today(),
        reader=census.user,
        exceptions=measures.exceptions(census),
        projections=projections.projections_of(census),
        commitments=list(convention.commitments.select_related("party", "milestone")),
    )
