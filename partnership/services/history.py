"""The board's figures at the end of each day: kept in the evening, or rebuilt from the journal where they were missed.

A day is kept as it stands at five to midnight. After midnight the board is another day's: a content is late that was
not, an answer of a host is ninety days old. What is done in the last five minutes belongs to the next day, whichever
way the day is kept.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from .. import clock, doorbell, measures
from ..measures import Counts
from ..models import Convention, Snapshot
from ..states import ConventionState

END_OF_A_DAY = time(23, 55)
ONE_MINUTE = timedelta(minutes=1)
# A task lasts no minute, and rebuilding a day of a million files takes a few seconds.
MOST_DAYS = 7


def moment_of(day: date) -> datetime:
    """The moment at which the figures of a day are those that count."""
    return datetime.combine(day, END_OF_A_DAY, clock.PARIS)


def take_snapshot(convention: Convention, day: date) -> None:
    """Keep what the board shows now as the figures of a day, once however often."""
    _keep(convention, day, measures.counts(None, convention))


def rebuild_snapshot(convention: Convention, day: date) -> None:
    """Keep the figures of a day as the board would have shown them at its end, from the journal."""
    _keep(convention, day, measures.past(convention, moment_of(day)))


def keep_snapshots() -> bool:
    """Keep the figures of today if it ends, and rebuild those of missing days since the signature, the last ones first.

    Whether every day is there; what is left takes another call.
    """
    now, left = clock.now(), 0
    for convention in Convention.objects.filter(state=ConventionState.SIGNED, milestones__isnull=False).distinct():
        missing = missing_days(convention, until=now)
        for day in missing[:MOST_DAYS]:
            # Later, the board would show what was done since.
            if now < moment_of(day) + ONE_MINUTE:
                take_snapshot(convention, day)
            else:
                rebuild_snapshot(convention, day)
        left += len(missing[MOST_DAYS:])
    return not left


def missing_days(convention: Convention, *, until: datetime) -> list[date]:
    """The days since the signature that had ended by a moment and of which no figure is kept, the last ones first."""
    kept = Snapshot.objects.filter(milestone__convention=convention).order_by()
    known = set(kept.values_list("day", flat=True).distinct())
    local = until.astimezone(clock.PARIS)
    last = local.date() if local >= moment_of(local.date()) else local.date() - timedelta(days=1)
    signed = convention.signed_at.astimezone(clock.PARIS).date()
    days = (last - timedelta(days=n) for n in range((last - signed).days + 1))
    return [day for day in days if day not in known]


def ring_for_snapshots() -> None:
    """Ask for the days that are left; without a broker they wait for the next hour."""
    doorbell.ring("take_snapshots", queue="jobs", otherwise="the rest waits for the next hour")


@transaction.atomic
def _keep(convention: Convention, day: date, figures: Counts) -> None:
    """Write the figures of a day in place of those it may have; a milestone without any keeps a nought."""
    milestones = list(convention.milestones.values_list("pk", flat=True))
    cells: dict[tuple, int] = {(key, milestone, None): 0 for key in figures for milestone in milestones}
    cells |= {(key, *cell): number for key, counted in figures.items() for cell, number in counted.items() if number}
    # In one order: two who keep the same day wait for each other.
    rows = [
        Snapshot(day=day, measure=key, milestone_id=milestone, zone_id=zone, number=number)
        for (key, milestone, zone), number in sorted(cells.items(), key=lambda cell: str(cell[0]))
    ]
    kept = Snapshot.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["milestone", "measure", "day", "zone"],
        update_fields=["number"],
    )
    others = Snapshot.objects.filter(day=day, milestone__convention=convention)
    others.exclude(pk__in=[row.pk for row in kept]).delete()
