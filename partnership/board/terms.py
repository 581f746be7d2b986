"""What no app counts, since it follows from what is counted: each term with its one definition."""

from django.utils.translation import gettext_lazy as _

from ..measures import Measure

TERMS = {
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
