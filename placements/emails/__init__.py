"""The letters to hosts, placed students and leads; each is a function and a template of the same name."""

from .contracts import (
    contract_deadline,
    contract_returned,
    contract_sheet_asked,
    contract_sheet_reminder,
    contract_step_late,
    last_told,
)
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
from .pledges import (
    REMINDED_AFTER,
    asking_keys,
    host_answered_places,
    places_asked,
    places_asked_again,
    places_to_reconfirm,
    pledge_link,
)

__all__ = [
    "REMINDED_AFTER",
    "answer_link",
    "asking_keys",
    "contract_deadline",
    "contract_returned",
    "contract_sheet_asked",
    "contract_sheet_reminder",
    "contract_step_late",
    "follow_link",
    "host_answered",
    "host_answered_places",
    "host_meeting_cancelled",
    "introduction_answered",
    "introduction_closed",
    "introduction_presented",
    "last_told",
    "meeting_fixed",
    "not_chosen",
    "placement_accepted",
    "placement_cancelled",
    "placement_proposed",
    "placement_withdrawn",
    "places_asked",
    "places_asked_again",
    "places_to_reconfirm",
    "pledge_link",
    "presentation_key",
    "presentation_link",
    "proposal_key",
    "students_presented",
    "students_presented_again",
]
