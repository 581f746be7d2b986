"""What authors and reviewers fill in; forms clean, services act."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership import papers
from partnership.fields import LineField, ProseField
from partnership.models import User

from ..models import Field, Module
from ..states import ASKING_OPINIONS, FAVOURABLE_OPINIONS, InterestKind, Opinion, Outcome

# A term lasts some 600 hours: a module longer than that is a slip of the finger.
MOST_HOURS = 999
LONGEST_TEXT = 20_000
LONGEST_COMMENT = 4_000
# What is asked of a field, beside the comment on the whole module: a field of the form each.
REQUEST = "request_"
ASKED = [field for field in Field if field != Field.MODULE]


def text_area(rows: int) -> forms.Textarea:
    """A field of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


class ModuleForm(forms.ModelForm):
    """A module's texts; `version` says which state of them the author read."""

    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=MOST_HOURS)
    objectives = ProseField(label=_("Objectives"), max_length=LONGEST_TEXT, widget=text_area(5))
    content = ProseField(label=_("Content"), max_length=LONGEST_TEXT, widget=text_area(8))
    assessment = ProseField(label=_("Assessment"), max_length=LONGEST_TEXT, widget=text_area(4), required=False)
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
    """A reviewer's opinion on the text they read, and what they ask of each of its fields."""

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
        help_text=_("On the whole module. Needed unless the opinion is favourable, or a change is asked of a field."),
    )
    text_hash = LineField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_draft: bool = False, is_asking: bool = False, **kwargs: Any):
        """`is_asking`: the reviewer has requests open on the module already."""
        super().__init__(*args, **kwargs)
        self.is_draft, self.is_asking = is_draft, is_asking
        if is_draft:
            self.fields["opinion"].required = False
        for field in ASKED:
            label = _("Your request on “%(field)s”") % {"field": field.label}
            self.fields[f"{REQUEST}{field}"] = ProseField(
                label=label,
                required=False,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 3, "form": "opinion"}),
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        opinion, comment = answers.get("opinion"), answers.get("comment")
        if self.is_draft or not opinion or "comment" in self.errors:
            return answers
        asked = [field for field in ASKED if answers.get(f"{REQUEST}{field}")]
        if opinion in FAVOURABLE_OPINIONS and asked:
            self.add_error("opinion", _("You ask for a change of a field: ask for the changes, or empty the request."))
        elif opinion == Opinion.REMARK and not comment or opinion in ASKING_OPINIONS and not self._asks(comment, asked):
            self.add_error("comment", _("Say why: a comment is needed unless the opinion is favourable."))
        return answers

    def _asks(self, comment: str | None, asked: list[Field]) -> bool:
        return bool(comment or asked or self.is_asking)

    def words(self) -> list[tuple[str, str]]:
        """What is written in it, each under its label: to be read where it can no longer be given."""
        names = ["comment", *(f"{REQUEST}{field}" for field in ASKED)]
        return [(str(self[name].label), str(self[name].value())) for name in names if self[name].value()]

    def said(self) -> dict[str, Any]:
        """What the services take: the opinion, the comment, the requests by field; of what was not sent, nothing."""
        answers = self.cleaned_data
        sent = [field for field in ASKED if f"{REQUEST}{field}" in self.data]
        requests = {str(field): answers.get(f"{REQUEST}{field}", "") for field in sent}
        return {"opinion": answers.get("opinion", ""), "comment": answers.get("comment", ""), "requests": requests}


class RefusalForm(forms.Form):
    """Why a whole version is refused."""

    reason = ProseField(
        label=_("Why is the whole version refused?"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Its authors read it; they may begin a new version."),
    )


class ReplyForm(forms.Form):
    """A word in the thread of a request."""

    text = ProseField(label=_("Your reply"), max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 3}))


class AttachmentForm(forms.Form):
    """A PDF for a module."""

    title = LineField(label=_("Title"), max_length=120, help_text=_("One of the same title takes its place."))
    paper = papers.PaperField(label=_("Document"))


class CommissionForm(forms.Form):
    """What a commission said of a version, and its minutes."""

    held_on = forms.DateField(label=_("Held on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    present = ProseField(
        label=_("Those present"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One person a line, with what they do."),
    )
    outcome = forms.ChoiceField(label=_("Opinion"), choices=Outcome.choices, widget=forms.RadioSelect)
    text = ProseField(
        label=_("Reasons"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed unless the opinion is favourable; the authors read them."),
    )
    minutes = papers.PaperField(label=_("Minutes of the meeting"))
    text_hash = LineField(max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        outcome = answers.get("outcome")
        if outcome and outcome != Outcome.FAVOURABLE and not answers.get("text") and "text" not in self.errors:
            self.add_error("text", _("Say why: the authors read it."))
        return answers


class InterestForm(forms.Form):
    """Why a reviewer must not judge a programme."""

    kind = forms.ChoiceField(label=_("Your interest"), choices=InterestKind.choices, widget=forms.RadioSelect)
    note = LineField(label=_("In other words"), max_length=300, required=False)


class AssignmentForm(forms.Form):
    """Who is asked to judge a version."""

    reviewers = forms.ModelMultipleChoiceField(
        label=_("Reviewers"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one reviewer.")},
    )

    def __init__(self, *args: Any, able: list[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = User.objects.filter(pk__in=[user.pk for user in able]).order_by("full_name")
        self.fields["reviewers"].label_from_instance = lambda user: user.full_name
