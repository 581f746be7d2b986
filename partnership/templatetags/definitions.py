"""What figures count, in words, on whatever page they stand."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from ..board import Reading
from ..measures import MEASURES, Measure
from ..models import Objective

register = template.Library()

# What no app counts, since it follows from what is counted; told in the same way.
DERIVED = {
    term.key: term
    for term in (
        Measure(
            "short_side",
            _("Short side"),
            _(
                "The side further behind its own objective at today’s date; “Met” when both have their share of "
                "today. The objectives of the two sides are never added."
            ),
        ),
        Measure(
            "expected",
            _("Expected at the start"),
            _(
                "Young people expected to be present on the first day, and between which numbers eight times in ten; "
                "of fewer than thirty no interval is given."
            ),
        ),
        Measure(
            "promised",
            _("Promised"),
            _("The objective of the convention: young people present where it says so, else young people confirmed."),
        ),
        Measure("at_risk", _("At risk"), _("Of those confirmed, whoever hesitates or has let two questions pass.")),
        Measure(
            "cohort_places",
            _("Places"),
            _("Offers that the cohorts may hold at once, over-booking included; places with hosts are not meant."),
        ),
        Measure(
            "required",
            _("Applications needed a week"),
            _(
                "Applications that have to come each week until applications close for the objective to be reached, "
                "and how many came a week in the last four weeks."
            ),
        ),
        Measure(
            "received",
            _("Received a week"),
            _(
                "How many came a week in the last four weeks, or since applications opened if that is later; whoever "
                "had asked before them counts among the enquiries."
            ),
        ),
    )
}


@register.inclusion_tag("components/definitions.html")
def definitions(*keys: str, readings: Iterable[Reading | Objective] = ()) -> dict[str, Any]:
    """List what some measures count, by their keys or by whatever names them; each of them once."""
    wanted = dict.fromkeys([*keys, *(reading.measure for reading in readings)])
    known = MEASURES | DERIVED
    return {"measures": [known[key] for key in wanted if key in known]}
