"""The board of a convention as one of its readers opens it, with what the database holds."""

from django.db.models import Prefetch, prefetch_related_objects

from .. import clock, measures, projections
from ..models import Convention, Milestone, User, Zone
from .tables import Board, build


def open_for(reader: User, convention: Convention, zones: list[Zone] | None = None) -> Board:
    """The board of today, with the forecast; its figures open the lists that the reader may read."""
    # Kept with the convention: whoever projects reads the same targets.
    prefetch_related_objects([convention], Prefetch("milestones", Milestone.objects.with_objectives()))
    return build(
        list(convention.milestones.all()),
        list(Zone.objects.all()) if zones is None else zones,
        measures.counts(reader, convention),
        signed_on=convention.measured_from,
        today=clock.today(),
        reader=reader,
        exceptions=measures.exceptions(convention),
        projections=projections.projections(reader, convention),
        commitments=list(convention.commitments.select_related("party", "milestone")),
    )
