"""What the tests of the report share: a day in June, a milestone in three zones, the report as the page tells it."""

import io
from datetime import date, datetime
from fractions import Fraction

import openpyxl
from django.urls import reverse

from partnership import board as boards
from partnership import clock, measures
from partnership.models import Convention, Milestone
from partnership.projections import Projection

from .. import factories

TODAY, SETTLED, START = date(2027, 6, 14), date(2027, 7, 31), date(2027, 9, 15)
TARGETS = {"paris": (64, 26), "lyon": (20, 12), "toulouse": (16, 12)}
FIGURES = {
    "paris": {"contacts": 262, "applied": 121, "admitted": 46, "confirmed": 31, "host_places": 24, "placed": 12},
    "lyon": {"contacts": 104, "applied": 49, "admitted": 21, "confirmed": 15, "host_places": 3, "placed": 3},
    "toulouse": {"contacts": 61, "applied": 27, "admitted": 9, "confirmed": 6, "host_places": 12, "placed": 4},
}


def projection(**said) -> Projection:
    usual = {
        "rentree": START,
        "low": 71,
        "likely": 80,
        "high": 88,
        "target": 100,
        "needed_per_week": 16,
        "received_per_week": Fraction(9),
        "weeks_left": 11,
        "at_risk": 5,
        "is_small": False,
        "unknown": "",
    }
    return Projection(**(usual | said))


def signed() -> Convention:
    convention = factories.convention()
    factories.rewrite(convention, signed_at=datetime(2027, 3, 28, 12, tzinfo=clock.PARIS))
    return convention


def diploma(figures, *, zones=tuple(TARGETS)) -> Milestone:
    """A milestone in three zones, with its figures."""
    milestone = factories.milestone(signed(), finalise_by=SETTLED)
    for code in zones:
        for measure, target in zip(("confirmed", "host_places"), TARGETS[code], strict=True):
            factories.objective(milestone=milestone, measure=measure, zone=factories.zone(code), target=target)
        for key, n in FIGURES[code].items():
            figures[key][milestone.pk, factories.zone(code).pk] = n
    return milestone


def told(milestone: Milestone, *, series=None, steps=(), commitments=(), foreseen=None):
    """The report of the milestone's convention, as the page puts it together."""
    convention = milestone.convention
    counts, commitments = measures.counts(None, convention), list(commitments)
    shown = boards.build(
        list(convention.milestones.with_promises()),
        list(factories.Zone.objects.all()),
        counts,
        signed_on=convention.measured_from,
        today=TODAY,
        projections=foreseen,
        commitments=commitments or None,
    )
    lines = boards.lines_of(shown)
    return boards.report_of(convention, shown, lines, today=TODAY, commitments=commitments, steps=steps, series=series)


def opened(client, name: str):
    return client.get(reverse(name))


def book(client) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(opened(client, "partnership:report_xlsx").content))


def by_key(report) -> dict:
    return {figure.key: figure for figure in report.figures}


def by_topic(report) -> dict:
    return {sentence.topic: sentence.text for sentence in report.sentences}
