"""Figures that a test sets by hand, in place of those the other apps count."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import translation

from partnership import clock, measures, projections
from partnership.measures import Cell, Census, Counts, Measure
from partnership.projections import Projection

KEYS = [
    "contacts",
    "applied",
    "admitted",
    "confirmed",
    "with_employer",
    "host_places",
    "placed",
    "contents",
    "contents_validated",
]


@pytest.fixture
def figures() -> Iterator[Counts]:
    """The figures the board will read: `figures["confirmed"][milestone.pk, zone.pk] = 31`."""
    known, sources, pasts = dict(measures.MEASURES), dict(measures._SOURCES), list(measures._PASTS)
    measures.MEASURES.clear()
    measures._SOURCES.clear()
    measures._PASTS.clear()
    told: Counts = {key: {} for key in KEYS}

    def counts(census: Census) -> Counts:
        return told

    definitions = [Measure(key, key.replace("_", " "), f"Définition de {key}") for key in KEYS]
    measures.register(*definitions, counts=counts, past=lambda convention, at: told)
    yield told
    measures.MEASURES.clear()
    measures.MEASURES.update(known)
    measures._SOURCES.clear()
    measures._SOURCES.update(sources)
    measures._PASTS[:] = pasts


_foreseen: dict[Cell, Projection] = {}


def _told(census: Census) -> dict[Cell, Projection]:
    return _foreseen


@pytest.fixture
def foreseen() -> Iterator[dict[Cell, Projection]]:
    """The forecast the board will read, over the reckoned one: `foreseen[milestone.pk, None] = Projection(…)`."""
    projections.register(_told)
    yield _foreseen
    _foreseen.clear()


@pytest.fixture
def day_of_the_report() -> Iterator[None]:
    """Monday 14 June 2027, ten in the morning, in English."""
    with translation.override("en"), clock.travel(datetime(2027, 6, 14, 10, 12, tzinfo=clock.PARIS)):
        yield
