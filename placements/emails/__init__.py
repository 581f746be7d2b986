"""The letters to hosts, placed students and leads; each is a function and a template of the same name."""

from .contracts import (
    contract_deadline,
    contract_returned,
    contract_sheet_asked,
    contract_sheet_reminder,
    contract_step_late,
    last_told,
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
    "contract_deadline",
    "contract_returned",
    "contract_sheet_asked",
    "contract_sheet_reminder",
    "contract_step_late",
    "follow_link",
    "host_answered",
    "last_told",
    "placement_accepted",
    "placement_cancelled",
    "placement_proposed",
    "placement_withdrawn",
    "proposal_key",
]
