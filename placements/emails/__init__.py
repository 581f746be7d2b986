"""The letters to hosts, placed students and leads; each is a function and a template of the same name."""

from .breaks import (
    amendment_told_host,
    break_keys,
    break_told_host,
    break_told_lead,
    break_told_student,
    placement_amended,
)
from .clocks import follow_up_due, six_months_end, three_months_end
from .lifecycle import (
    REMINDED_AFTER,
    placement_completed,
    placement_lapsed,
    placement_started,
    placement_unanswered,
    proposal_over,
    proposal_reminder,
    reminder_key,
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
    "REMINDED_AFTER",
    "amendment_told_host",
    "break_keys",
    "break_told_host",
    "break_told_lead",
    "break_told_student",
    "follow_up_due",
    "placement_amended",
    "placement_completed",
    "placement_lapsed",
    "placement_started",
    "placement_unanswered",
    "proposal_over",
    "proposal_reminder",
    "reminder_key",
    "six_months_end",
    "three_months_end",
    "answer_link",
    "follow_link",
    "host_answered",
    "placement_accepted",
    "placement_cancelled",
    "placement_proposed",
    "placement_withdrawn",
    "proposal_key",
]
