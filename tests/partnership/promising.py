"""A signed convention whose figures and forecast a test sets by hand, and the days on which it is looked at."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from partnership import clock
from partnership.models import Milestone, OutgoingMessage
from partnership.projections import Projection
from partnership.states import Precision

from .. import factories

SIGNED, SETTLED = date(2027, 3, 28), date(2027, 7, 31)
RENTREE = date(2027, 9, 15)


def at(day: date, hour: int = 9, minute: int = 0) -> Any:
    """Travel to an hour of a day, in Paris."""
    return clock.travel(datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.PARIS))


def promise(**targets: int) -> Milestone:
    """A milestone of a convention signed on 28 March, with a target for all zones by measure."""
    convention = factories.convention()
    factories.rewrite(convention, signed_at=datetime(2027, 3, 28, 12, tzinfo=clock.PARIS))
    milestone = factories.milestone(convention, finalise_by=SETTLED)
    factories.rewrite(
        milestone, title="Diplôme", short_title="Diplôme", opens_on=RENTREE, opens_precision=Precision.DAY
    )
    for measure, target in targets.items():
        factories.objective(milestone=milestone, measure=measure, target=target)
    return milestone


def projection(likely: int, **said: Any) -> Projection:
    """What the forecast says of 15 September."""
    usual = {
        "rentree": RENTREE,
        "low": max(likely - 9, 0),
        "high": likely + 8,
        "target": None,
        "needed_per_week": None,
        "received_per_week": Fraction(9),
        "weeks_left": 12,
        "at_risk": 0,
        "is_small": False,
        "unknown": "",
    }
    return Projection(likely=likely, **(usual | said))


def letters(template: str, **of: Any) -> list[OutgoingMessage]:
    """The letters of a template, as they were written, those in French first."""
    return list(
        OutgoingMessage.objects.filter(template=f"partnership/{template}", **of).order_by(
            "written_at", "-language", "pk"
        )
    )
