"""What placements hold of a student: where they were proposed, and what hosts said of them."""

from datetime import datetime

from cohorts import personal_data as recruitment
from partnership import personal_data
from partnership.models import ref
from partnership.personal_data import Erased, Held, Holder

from .models import Placement


def collect(subject: str) -> Held:
    """Each placement, with what the host said."""
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    columns = ("seat__site__name", "state", "proposed_at", "answered_at", "decline_reason", "comment")
    return {"placements": list(placements.order_by("proposed_at").values(*columns))}


def erase(subject: str, at: datetime) -> Erased:
    """Take away the hosts' comments, and close the links by which they answer."""
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    return {
        "answer links": personal_data.revoke_links([ref(placement) for placement in placements]),
        "comments": placements.exclude(comment="").update(comment=""),
    }


HOLDER = Holder("placements", collect=collect, erase=erase)
