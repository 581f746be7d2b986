"""The board of a convention as one of its readers opens it, with what the database holds."""

from .. import clock, measures, projections
from ..models import Convention, User, Zone
from .tables import Board, build


def open_for(reader: User, convention: Convention, zones: list[Zone] | None = None) -> Board:
    """The board of today, with the forecast; its figures open the lists that the reader may read."""
    return build(
        list(convention.milestones.with_promises()),
        list(Zone.objects.all()) if zones is None else zones,
        measures.counts(reader, convention),
        signed_on=convention.measured_from,
        today=clock.today(),
        reader=reader,
        exceptions=measures.exceptions(convention),
        projections=projections.projections(reader, convention),
    )
