"""What happens to a content, written, submitted, read module by module and decided exactly once; and to a chair."""

from .activities import (
    begin_activity,
    cancel_activity,
    deliver_activity,
    edit_activity,
    open_activity,
    plan_activity,
    publish_activity,
)
from .assigning import assign
from .attachments import MOST_ATTACHMENTS, attach, detach, look_again
from .commissions import record_commission
from .contributions import contribute, decide_contribution
from .interests import declare_interest, end_interest
from .modules import add_module, edit_module, move_module, remove_module
from .opinions import approve_rest, refuse, review_module, save_draft, uncommented
from .readings import READINGS
from .registrations import give_up, mark_attendance, places_left, register
from .reminders import REMINDERS
from .requests import reply, settle_request
from .standings import Standing, last_reading, previous_text, reviewers, standings, with_opinions
from .stories import activity_story, story
from .versions import create_curriculum, curriculum_for_applications, submit, validated_curriculum, withdraw

__all__ = [
    "MOST_ATTACHMENTS",
    "READINGS",
    "REMINDERS",
    "Standing",
    "activity_story",
    "add_module",
    "approve_rest",
    "assign",
    "attach",
    "begin_activity",
    "cancel_activity",
    "contribute",
    "create_curriculum",
    "curriculum_for_applications",
    "decide_contribution",
    "declare_interest",
    "deliver_activity",
    "detach",
    "edit_activity",
    "edit_module",
    "end_interest",
    "give_up",
    "last_reading",
    "look_again",
    "mark_attendance",
    "move_module",
    "open_activity",
    "places_left",
    "plan_activity",
    "previous_text",
    "publish_activity",
    "record_commission",
    "refuse",
    "register",
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
    "with_opinions",
    "withdraw",
]
