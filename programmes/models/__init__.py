"""What is taught: programmes, the versions of their content, and what reviewers say of them."""

from .contents import (
    ATTACHMENTS,
    Attachment,
    AttachmentQuerySet,
    Curriculum,
    CurriculumQuerySet,
    Module,
    ModuleQuerySet,
)
from .courses import LONGEST_CONTRACT, MOST_OPINIONS, Programme, ProgrammeQuerySet
from .reviews import (
    Assignment,
    ChangeRequest,
    CommissionOpinion,
    Field,
    Interest,
    InterestQuerySet,
    OpinionDraft,
    Reply,
    Review,
    ReviewQuerySet,
)

__all__ = [
    "ATTACHMENTS",
    "LONGEST_CONTRACT",
    "MOST_OPINIONS",
    "Assignment",
    "Attachment",
    "AttachmentQuerySet",
    "ChangeRequest",
    "CommissionOpinion",
    "Curriculum",
    "CurriculumQuerySet",
    "Field",
    "Interest",
    "InterestQuerySet",
    "Module",
    "ModuleQuerySet",
    "OpinionDraft",
    "Programme",
    "ProgrammeQuerySet",
    "Reply",
    "Review",
    "ReviewQuerySet",
]
