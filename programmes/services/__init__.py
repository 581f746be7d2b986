"""What happens to a content: it is written, submitted, read module by module, and decided exactly once."""

from .modules import add_module, edit_module, move_module, remove_module
from .opinions import approve_rest, review_module
from .standings import Standing, authors, last_reading, previous_text, reviewers, standings, with_opinions
from .stories import Event, story
from .versions import create_curriculum, curriculum_for_applications, submit, validated_curriculum, withdraw

__all__ = [
    "Event",
    "Standing",
    "add_module",
    "approve_rest",
    "authors",
    "create_curriculum",
    "curriculum_for_applications",
    "edit_module",
    "last_reading",
    "move_module",
    "previous_text",
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
