"""What happens to a content: it is written, submitted, read module by module, and decided exactly once."""

from .assigning import assign, coordinators
from .attachments import MOST_ATTACHMENTS, attach, detach, look_again_at_attachments
from .commissions import record_commission
from .interests import declare_interest, end_interest
from .modules import add_module, edit_module, move_module, remove_module
from .opinions import approve_rest, refuse, review_module, save_draft, uncommented
from .reminders import REMINDERS, waiting_for
from .requests import reply, settle_request
from .standings import (
    Standing,
    authors,
    is_answered,
    last_reading,
    previous_text,
    reviewers,
    standings,
    with_opinions,
)
from .stories import Event, story
from .versions import create_curriculum, curriculum_for_applications, submit, validated_curriculum, withdraw

__all__ = [
    "MOST_ATTACHMENTS",
    "REMINDERS",
    "Event",
    "Standing",
    "add_module",
    "approve_rest",
    "assign",
    "attach",
    "authors",
    "coordinators",
    "create_curriculum",
    "curriculum_for_applications",
    "declare_interest",
    "detach",
    "edit_module",
    "end_interest",
    "is_answered",
    "last_reading",
    "look_again_at_attachments",
    "move_module",
    "previous_text",
    "record_commission",
    "refuse",
    "remove_module",
    "reply",
    "review_module",
    "reviewers",
    "save_draft",
    "settle_request",
    "standings",
    "story",
    "submit",
    "uncommented",
    "validated_curriculum",
    "waiting_for",
    "with_opinions",
    "withdraw",
]
