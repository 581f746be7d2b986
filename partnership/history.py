"""What the figures of the board were, day by day and week by week, as the snapshots keep them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, Sum

from .models import Convention, Milestone, Snapshot, Zone

# A figure at the end of a day.
Point = tuple[date, int]
ONE_WEEK = timedelta(weeks=1)


def days(milestone: Milestone, measures: Iterable[str], zone: Zone | None = None) -> dict[str, list[Point]]:
    """Each measure of a milestone on every day that was kept, oldest first; all zones together unless one is named."""
    found: dict[str, list[Point]] = {measure: [] for measure in measures}
    # Of each evening there is a row in no zone at least: a zone without one had none.
    kept = Snapshot.objects.filter(milestone=milestone, measure__in=found).order_by("day")
    summed = Sum("number") if zone is None else Sum("number", filter=Q(zone=zone))
    for measure, day, number in kept.values_list("measure", "day").annotate(summed=summed):
        found[measure].append((day, number or 0))
    return found


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
