"""What is said of papers: the one that is sent, those that are asked for, and why one is refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership import papers
from partnership.fields import LineField, ProseField

from ..models import Application, PaperKind


class PaperForm(forms.Form):
    """What an applicant sends for a paper."""

    paper = papers.PaperField(label=_("Your file"))


class AskForm(forms.Form):
    """Which papers are asked for, of one person or of many; `application` leaves out those of other courses."""

    papers = forms.ModelMultipleChoiceField(
        label=_("Which papers?"),
        queryset=PaperKind.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one paper."),
            "invalid_choice": _("One of these papers is not asked for here: choose again."),
            "invalid_pk_value": _("One of these papers is not asked for here: choose again."),
        },
    )
    words = ProseField(
        label=_("A word of yours"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It stands in each letter, above the link."),
    )

    def __init__(self, *args: Any, application: Application | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kinds = PaperKind.objects.filter(is_in_use=True)
        self.fields["papers"].queryset = kinds if application is None else PaperKind.objects.for_file(application)


class ManyAskForm(AskForm):
    """The same, of many: kept as keys until the letters leave."""

    def clean_papers(self) -> list[int]:
        return [kind.pk for kind in self.cleaned_data["papers"]]


class RefusalForm(forms.Form):
    """Why a paper is refused, in the words that the applicant reads."""

    reason = LineField(
        label=_("What is wrong with it?"),
        max_length=300,
        help_text=_("The applicant reads these words, for example: the back of the card is missing."),
        error_messages={"required": _("Say what is wrong, so that the next one is right.")},
    )
