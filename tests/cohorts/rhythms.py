"""Cohorts whose rhythm is said, for the tests of their calendars."""

from datetime import date
from typing import Any

from cohorts.models import Cohort
from cohorts.states import RhythmKind
from partnership.models import SchoolZone

from .. import factories

PATTERN = {
    "rhythm_kind": RhythmKind.WEEKS,
    "school_weeks": 1,
    "company_weeks": 1,
    "training_from": date(2026, 9, 14),
    "training_until": date(2027, 6, 25),
}
LETTERS = {"paris": "C", "lyon": "A", "toulouse": "C"}


def said(zone: str = "lyon", **fields: Any) -> Cohort:
    """A cohort of 2026 that spends one week of two in school, in a zone whose school zone is known."""
    return write(factories.cohort(zone), **fields)


def write(cohort: Cohort, **fields: Any) -> Cohort:
    """Say the rhythm of a cohort, and the school zone of its zone."""
    SchoolZone.objects.get_or_create(zone=cohort.zone, letter=LETTERS[cohort.zone.code], since=date(2015, 9, 1))
    Cohort.objects.filter(pk=cohort.pk).update(**(PATTERN | fields))
    cohort.refresh_from_db()
    return cohort
