"""What the figures of the board were, day by day and week by week, as the snapshots keep them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Sum

from .models import Convention, Milestone, Snapshot, Zone

# A figure at the end of a day.
Point = tuple[date, int]
ONE_WEEK = timedelta(weeks=1)


def days(milestone: Milestone, measures: Iterable[str], zone: Zone | None = None) -> dict[str, list[Point]]:
    """Each measure of a milestone on every day that was kept, oldest first; all zones together unless one is named."""
    measures = list(measures)
    kept = Snapshot.objects.filter(milestone=milestone, measure__in=measures).order_by("day")
    known = list(kept.values_list("day", flat=True).distinct())
    numbers = kept if zone is None else kept.filter(zone=zone)
    told = {
        (measure, day): number
        for measure, day, number in numbers.values_list("measure", "day").annotate(number=Sum("number"))
    }
    return {measure: [(day, told.get((measure, day), 0)) for day in known] for measure in measures}


def weekly(points: Iterable[Point]) -> list[Point]:
    """The last point of each week, oldest first."""
    last = {day.isocalendar()[:2]: (day, number) for day, number in points}
    return list(last.values())


def series(convention: Convention, measure: str, milestone: Milestone, zone: Zone | None = None) -> list[Point]:
    """A measure by week, oldest first: at the end of each Sunday, and of the last day that was kept."""
    if milestone.convention_id != convention.pk:
        raise ValueError("The milestone is another convention's.")
    return weekly(days(milestone, [measure], zone)[measure])


def before(points: Iterable[Point], day: date) -> Point | None:
    """The last point that is no younger than a day; the first one where all are younger, None without any."""
    points = list(points)
    return next((point for point in reversed(points) if point[0] <= day), points[0] if points else None)
