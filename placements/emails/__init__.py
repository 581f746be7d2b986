"""The letters to hosts, placed students and leads; each is a function and a template of the same name."""

from .introductions import (
    host_meeting_cancelled,
    introduction_answered,
    introduction_closed,
    introduction_presented,
    meeting_fixed,
    not_chosen,
    presentation_key,
    presentation_link,
    students_presented,
    students_presented_again,
)
from .links import answer_link, follow_link
from .placements import (
    host_answered,
    placement_accepted,
    placement_cancelled,
    placement_proposed,
    placement_withdrawn,
    proposal_key,
)

__all__ = [
    "answer_link",
    "follow_link",
    "host_answered",
    "host_meeting_cancelled",
    "introduction_answered",
    "introduction_closed",
    "introduction_presented",
    "meeting_fixed",
    "not_chosen",
    "placement_accepted",
    "placement_cancelled",
    "placement_proposed",
    "placement_withdrawn",
    "presentation_key",
    "presentation_link",
    "proposal_key",
    "students_presented",
    "students_presented_again",
]
