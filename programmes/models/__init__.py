"""What is taught: programmes, the versions of their content, and the opinions given on each module."""

from .contents import Curriculum, CurriculumQuerySet, Module, ModuleQuerySet
from .courses import LONGEST_CONTRACT, Programme, ProgrammeQuerySet
from .reviews import Review

__all__ = [
    "LONGEST_CONTRACT",
    "Curriculum",
    "CurriculumQuerySet",
    "Module",
    "ModuleQuerySet",
    "Programme",
    "ProgrammeQuerySet",
    "Review",
]
