"""What is said of an absence."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.models import User


class AbsenceForm(forms.Form):
    """Who is away, when, and who stands in; of the `people` the first one, unless another is chosen."""

    person = forms.ChoiceField(label=_("Who is away"), required=False)
    since = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the first day.")},
    )
    until = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the last day.")},
    )
    cover = forms.ChoiceField(
        label=_("Who stands in"),
        help_text=_("What is due in the files of whoever is away is shown to them as well."),
        error_messages={"required": _("Choose who stands in.")},
    )

    def __init__(self, *args: Any, people: list[User], colleagues: list[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        self.colleagues = {str(one.pk): one for one in colleagues}
        self.fields["person"].choices = [(key, one.full_name) for key, one in self.people.items()]
        if len(self.people) < 2:
            self.fields["person"].widget = forms.HiddenInput()
        self.fields["cover"].choices = [
            ("", _("Choose")),
            *((key, one.full_name) for key, one in self.colleagues.items()),
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if "since" in said and "until" in said and said["until"] < said["since"]:
            self.add_error("until", _("The last day is not before the first one."))
        return said

    @property
    def absence(self) -> dict[str, Any]:
        """What the service takes."""
        said = self.cleaned_data
        return {
            "person": self.people[said["person"]] if said["person"] else next(iter(self.people.values())),
            "since": said["since"],
            "until": said["until"],
            "cover": self.colleagues[said["cover"]],
        }
