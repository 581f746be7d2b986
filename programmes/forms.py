"""What authors and reviewers fill in; forms clean, services act."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.fields import LineField, ProseField

from .models import Module
from .states import Opinion

# A term lasts some 600 hours: a module longer than that is a slip of the finger.
MOST_HOURS = 999
LONGEST_TEXT = 20_000
LONGEST_COMMENT = 4_000


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ModuleForm(forms.ModelForm):
    """A module's texts; `version` says which state of them the author read."""

    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=MOST_HOURS)
    objectives = ProseField(label=_("Objectives"), max_length=LONGEST_TEXT, widget=_area(5))
    content = ProseField(label=_("Content"), max_length=LONGEST_TEXT, widget=_area(8))
    assessment = ProseField(label=_("Assessment"), max_length=LONGEST_TEXT, widget=_area(4), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Module
        fields = ["title", "block", "hours", "objectives", "content", "assessment", "regulatory_review_on"]
        field_classes = {"title": LineField, "block": LineField}
        widgets = {"regulatory_review_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def texts(self) -> dict[str, Any]:
        """What the author wrote, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class OpinionForm(forms.Form):
    """A reviewer's opinion on the text they read."""

    opinion = forms.ChoiceField(
        label=_("Your opinion"),
        choices=Opinion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an opinion.")},
    )
    comment = ProseField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed unless the opinion is favourable; the authors read it."),
    )
    text_hash = LineField(max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        opinion = answers.get("opinion")
        if opinion and opinion != Opinion.FAVOURABLE and not answers.get("comment") and "comment" not in self.errors:
            self.add_error("comment", _("Say why: a comment is needed unless the opinion is favourable."))
        return answers
