"""What is taught: programmes, the versions of their content, the opinions given on each module, the chair."""

from .chair import ChairActivity, ChairActivityQuerySet, Contribution, Guest, Registration, RegistrationQuerySet
from .contents import Curriculum, CurriculumQuerySet, Module, ModuleQuerySet
from .courses import LONGEST_CONTRACT, Programme, ProgrammeQuerySet
from .reviews import Review

__all__ = [
    "LONGEST_CONTRACT",
    "ChairActivity",
    "ChairActivityQuerySet",
    "Contribution",
    "Curriculum",
    "CurriculumQuerySet",
    "Guest",
    "Module",
    "ModuleQuerySet",
    "Programme",
    "ProgrammeQuerySet",
    "Registration",
    "RegistrationQuerySet",
    "Review",
]
