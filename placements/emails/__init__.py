"""The letters to hosts, placed students and leads; each is a function and a template of the same name."""

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
    "placement_accepted",
    "placement_cancelled",
    "placement_proposed",
    "placement_withdrawn",
    "proposal_key",
]
