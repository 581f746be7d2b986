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
from .contributions import contribute, decide_contribution
from .modules import add_module, edit_module, move_module, remove_module
from .opinions import approve_rest, review_module
from .registrations import give_up, mark_attendance, places_left, register
from .standings import Standing, authors, last_reading, previous_text, reviewers, standings, with_opinions
from .stories import Event, activity_story, story
from .versions import create_curriculum, curriculum_for_applications, submit, validated_curriculum, withdraw

__all__ = [
    "Event",
    "Standing",
    "add_module",
    "approve_rest",
    "authors",
    "activity_story",
    "begin_activity",
    "cancel_activity",
    "contribute",
    "create_curriculum",
    "curriculum_for_applications",
    "decide_contribution",
    "deliver_activity",
    "edit_activity",
    "edit_module",
    "give_up",
    "last_reading",
    "mark_attendance",
    "move_module",
    "open_activity",
    "places_left",
    "plan_activity",
    "previous_text",
    "publish_activity",
    "register",
    "remove_module",
    "review_module",
    "reviewers",
    "standings",
    "story",
    "submit",
    "validated_curriculum",
    "with_opinions",
    "withdraw",
]
