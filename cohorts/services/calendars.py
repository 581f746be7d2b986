"""The calendar of a cohort, from what is recorded of it."""

from ..models import Cohort
from ..rhythm import Calendar, Pattern, calendar
from ..states import RhythmKind


def pattern_of(cohort: Cohort) -> Pattern | None:
    """How a cohort goes from school to company and back; nothing while it is not said."""
    if not cohort.rhythm_kind:
        return None
    return Pattern(
        RhythmKind(cohort.rhythm_kind),
        cohort.school_weeks or 0,
        cohort.company_weeks or 0,
        frozenset(cohort.school_weekdays),
    )


def calendar_of(cohort: Cohort) -> Calendar | None:
    """The calendar of a cohort, in the school zone of its zone; nothing while its rhythm is not said.

    One statement; none where `zone__school_zones` is prefetched.
    """
    pattern = pattern_of(cohort)
    if pattern is None:
        return None
    letters = tuple((row.since, row.letter) for row in cohort.zone.school_zones.all())
    return calendar(pattern, cohort.training_from, cohort.training_until, letters)
