"""What placements hold of a student: where they were proposed, what hosts said of them, how they were followed."""

from datetime import datetime

from cohorts import personal_data as recruitment
from partnership import personal_data
from partnership.models import ref
from partnership.personal_data import Erased, Held, Holder

from .models import Amendment, Placement, Visit


def collect(subject: str) -> Held:
    """Each placement, with what the host said; what was noted of the student there, and what changed."""
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    columns = ("seat__site__name", "state", "proposed_at", "answered_at", "decline_reason", "comment")
    columns += ("tutor__name", "started_on", "ended_on", "break_cause", "break_note")
    visits = Visit.objects.filter(placement__in=placements).order_by("due_on", "pk")
    changes = Amendment.objects.filter(placement__in=placements).order_by("amended_at")
    changed = ("from_on", "from_site__name", "to_site__name", "from_tutor__name", "to_tutor__name")
    return {
        "placements": list(placements.order_by("proposed_at").values(*columns)),
        "visits": list(visits.values("kind", "due_on", "done_on", "signal", "notes")),
        "amendments": list(changes.values(*changed)),
    }


def erase(subject: str, at: datetime) -> Erased:
    """Take away the hosts' comments and the notes of visits, and close the links by which they answer."""
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    return {
        "answer links": personal_data.revoke_links([ref(placement) for placement in placements]),
        "comments": placements.exclude(comment="", break_note="").update(comment="", break_note=""),
        "notes of visits": Visit.objects.filter(placement__in=placements).exclude(notes="").update(notes=""),
    }


HOLDER = Holder("placements", collect=collect, erase=erase)
