"""The field of a form that asks for a paper."""

from typing import Any

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from ..states import Scan
from .checking import Paper, Unacceptable, check
from .viruses import look_for_viruses

# What a telephone or a computer offers to choose from; what was chosen all the same is judged by its content.
OFFERED = "application/pdf,image/jpeg,image/png,image/heic,image/heif,.heic,.heif"


class PaperInput(forms.FileInput):
    """Chooses one file or several."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[File]:
        return files.getlist(name)


class PaperField(forms.FileField):
    """One PDF, or photos that become one: its clean value is a `Paper`, or None where nothing was sent."""

    widget = PaperInput({"accept": OFFERED, "multiple": True})
    default_error_messages = {"required": _("Choose the paper: a PDF, or photos of its pages.")}

    def __init__(self, **kwargs: Any):
        words = _("One PDF, or photos of each page (JPEG, PNG, HEIC): 15 MB each at most, 20 pages in all.")
        super().__init__(**{"help_text": words, **kwargs})

    def clean(self, data: list[File], initial: Any = None) -> Paper | None:
        if not data:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        paper = check(data)
        paper.scan = look_for_viruses(paper)
        if paper.scan == Scan.INFECTED:
            raise Unacceptable("virus")
        self.run_validators(paper)
        return paper

    def has_changed(self, initial: Any, data: list[File] | None) -> bool:
        return bool(data)
