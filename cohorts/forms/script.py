"""What is heard on the telephone: the questions of an application that have no answer yet, none of them required."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.fields import AddressField

from .apply import ConsentForm, IdentityForm, ProjectForm
from .career import CareerForm

# The questions as one asks them on the telephone: what is still to be known, by the field that keeps it.
PERSON = ("last_name", "email", "phone", "birth_month", "birth_year", "postcode")
PROJECT = ("level", "diploma_month", "diploma_year", "languages", "availability", "has_employer")
ORIGIN = ("source", "supported_by")
# Of a professional, who is sent by nobody.
CAREER_ORIGIN = ("source",)
_OF_THEM = {
    "employer_name": _("Their present employer"),
    "employer_siret": _("SIRET of their employer"),
    "class_days": _("Which days can they leave their post?"),
    "source": _("How did they hear of us?"),
}


class HeardPersonForm(IdentityForm):
    """Who somebody is, as they say it; only what is `asked`."""

    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Spell it back: the letters go there."),
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={"invalid": _("This address is incomplete, for example firstname@example.org.")},
    )

    def __init__(self, *args: Any, asked: tuple[str, ...], **kwargs: Any):
        super().__init__(*args, **kwargs)
        kept = {*asked, "commune"} if "postcode" in asked else set(asked)
        _keep(self, kept)

    def clean_birth_year(self) -> int | None:
        return super().clean_birth_year() if self.cleaned_data["birth_year"] is not None else None

    def clean_postcode(self) -> str:
        return super().clean_postcode() if self.cleaned_data["postcode"] else ""

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("postcode"):
            return super().clean()
        self.cleaned_data.pop("commune", None)
        return self.cleaned_data

    @property
    def heard(self) -> dict[str, Any]:
        """What was said, by the field that keeps it."""
        return _said(self)


class HeardProjectForm(ProjectForm):
    """What somebody has in mind, as they say it; only what is `asked`."""

    def __init__(self, *args: Any, asked: tuple[str, ...], **kwargs: Any):
        super().__init__(*args, **{"cohorts": [], "zones": [], **kwargs})
        _keep(self, set(asked))
        if "source" in self.fields:
            self.fields["source"].label = _("How did they hear of us?")

    def clean_diploma_year(self) -> int | None:
        return super().clean_diploma_year() if self.cleaned_data["diploma_year"] is not None else None

    @property
    def heard(self) -> dict[str, Any]:
        """What was said, by the field that keeps it."""
        said = _said(self)
        year, month = said.pop("diploma_year", None), said.pop("diploma_month", None)
        if year and month:
            said["diploma_on"] = date(year, month, 1)
        return said


class HeardCareerForm(CareerForm):
    """What a professional does and who pays, as they say it; only what is `asked`."""

    def __init__(self, *args: Any, asked: tuple[str, ...], **kwargs: Any):
        super().__init__(*args, **{"cohorts": [], **kwargs})
        _keep(self, set(asked))
        for name, label in _OF_THEM.items():
            if name in self.fields:
                self.fields[name].label = label

    @property
    def heard(self) -> dict[str, Any]:
        """What was said, by the field that keeps it."""
        return _said(self)


class NoticeForm(ConsentForm):
    """That the notice was told, and what somebody agreed to on the telephone."""

    told = forms.BooleanField(
        label=_("I have told what becomes of their data, and where to read it."),
        error_messages={"required": _("Tell it first, or leave it to the link.")},
    )
    field_order = ["told", "sms", "talent_pool"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # The file's own version stands beside it.
        del self.fields["version"]
        self.fields["sms"].label = _("They accept reminders by SMS.")
        self.fields["talent_pool"].label = _("If not admitted this year, they let us keep it for two years.")


def _keep(form: forms.Form, kept: set[str]) -> None:
    for name in list(form.fields):
        if name in kept:
            form.fields[name].required = False
        else:
            del form.fields[name]


def _said(form: forms.Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "", [])}
