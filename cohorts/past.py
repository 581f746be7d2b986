"""What the board counted of recruitment at a moment that is past, from the journal.

Whoever was erased counts as before: their lines keep their states, and the zone that a transfer left. A transfer from
before the journal kept that zone counts in the one where the file is today, and an intake that the administration has
given to another programme counts with that one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from partnership.measures import Counts
from partnership.models import Convention, JournalEntry, Zone
from partnership.past import former, said, was_said
from programmes.past import taught, validated
from programmes.states import ProgrammeKind

from .models import AcquiredBlock, Application, ApplicationQuerySet, Enrolment
from .states import (
    ACQUIRED,
    AWAITING_OFFER,
    HOLDING,
    NOT_ACQUIRED,
    TRANSFERRED,
    ApplicationState,
    EnrolmentState,
)

_NO_DRAFTS = [state for state in ApplicationState if state != ApplicationState.DRAFT]
_FACTS = ("intake__programme", "intake__programme__kind", "cohort__zone", "left")
_WAYS = ("then", "has_applied", "was_admitted", "was_present", "had_block", "had_completed")


def past(convention: Convention, at: datetime) -> Counts:
    """The figures by milestone and zone."""
    stood, in_force = taught(convention, at), validated(at)
    zones = dict(Zone.objects.order_by().values_list("code", "pk"))
    files = _files(at).filter(intake__programme__in=stood, then__in=_NO_DRAFTS)
    figures: Counts = {key: {} for key in _counted(dict.fromkeys([*_FACTS, *_WAYS]), is_taught=False)}
    for row in files.values(*_FACTS, *_WAYS).annotate(number=Count("pk")).order_by():
        programme = row["intake__programme"]
        cell = (stood[programme], zones.get(row["left"], row["cohort__zone"]))
        for key, counts in _counted(row, is_taught=programme in in_force).items():
            figures[key][cell] = figures[key].get(cell, 0) + (row["number"] if counts else 0)
    return figures


def _counted(row: Mapping[str, Any], *, is_taught: bool) -> dict[str, bool]:
    """Of which figures a file was, as the conditions of measures.py say of today's."""
    is_certificate = row["intake__programme__kind"] == ProgrammeKind.SCHOOL_CERTIFICATE
    return {
        "contacts": True,
        "applied": bool(row["has_applied"]),
        "admitted": row["was_admitted"],
        "confirmed": row["then"] == ApplicationState.CONFIRMED,
        "present": row["was_present"],
        "with_block": row["had_block"],
        "certified": is_certificate and row["had_completed"],
        "waiting_for_content": not is_taught and row["then"] in AWAITING_OFFER,
    }


def _files(at: datetime) -> ApplicationQuerySet:
    """Each file with what was true of it: its state, the zone it has left since, how far its student had come."""
    return Application.objects.annotate(
        then=said(Application, ApplicationState.values, at),
        left=former(Application, at, deed=TRANSFERRED),
        has_applied=ExpressionWrapper(Q(submitted_at__lte=at), BooleanField()),
        # An offer stays one, whatever became of it.
        was_admitted=was_said(Application, HOLDING, at),
        # A presence stays one when they leave; a tick taken back is none.
        was_present=_enrolled(at, (EnrolmentState.EXPECTED, EnrolmentState.PRESENT), EnrolmentState.PRESENT),
        had_block=Exists(_blocks(at)),
        had_completed=_enrolled(at, EnrolmentState.values, EnrolmentState.COMPLETED),
    )


def _enrolled(at: datetime, words: Iterable[str], last: str) -> Exists:
    """Whether the last of these words said of a student of the outer query's file was a certain one."""
    theirs = Enrolment.objects.filter(application=OuterRef("pk")).alias(then=said(Enrolment, words, at))
    return Exists(theirs.filter(then=last))


def _blocks(at: datetime) -> QuerySet[JournalEntry]:
    """The lines of the blocks acquired and not taken back, of the file of an outer query."""
    file = Concat(Value(f"{Application._meta.label_lower}:"), Cast(OuterRef("pk"), TextField()))
    told = JournalEntry.objects.filter(at__lte=at, subject__startswith=f"{AcquiredBlock._meta.label_lower}:")
    taken_back = JournalEntry.objects.filter(at__lte=at, subject=OuterRef("subject"), after=NOT_ACQUIRED)
    return told.filter(~Exists(taken_back), about=file, after=ACQUIRED)
