"""What is taught: programmes, the versions of their content, the opinions given on each module, the chair."""

from .chair import (
    ChairActivity,
    ChairActivityQuerySet,
    Contribution,
    Guest,
    Registration,
    RegistrationQuerySet,
)
from .contents import (
    ATTACHMENTS,
    Attachment,
    AttachmentQuerySet,
    Curriculum,
    CurriculumQuerySet,
    Module,
    ModuleQuerySet,
)
from .courses import (
    LONGEST_CONTRACT,
    MOST_OPINIONS,
    Programme,
    ProgrammeQuerySet,
)
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
    "Assignment",
    "Attachment",
    "AttachmentQuerySet",
    "ChairActivity",
    "ChairActivityQuerySet",
    "ChangeRequest",
    "CommissionOpinion",
    "Contribution",
    "Curriculum",
    "CurriculumQuerySet",
    "Field",
    "Guest",
    "Interest",
    "InterestQuerySet",
    "LONGEST_CONTRACT",
    "MOST_OPINIONS",
    "Module",
    "ModuleQuerySet",
    "OpinionDraft",
    "Programme",
    "ProgrammeQuerySet",
    "Registration",
    "RegistrationQuerySet",
    "Reply",
    "Review",
    "ReviewQuerySet",
]
