"""What a recruiter says of somebody new."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partnership.fields import AddressField, NameField, PhoneField, ProseField
from partnership.models import User

from ..models import Cohort, RecruitmentSource
from ..states import Source
from .sources import choices_of

PERSON = ("first_name", "last_name", "phone", "email")


class ContactForm(forms.Form):
    """Somebody new: a first name and a telephone are enough."""

    first_name = NameField(
        label=_("First name"), max_length=60, error_messages={"required": _("Write the first name.")}
    )
    last_name = NameField(label=_("Last name"), max_length=60, required=False)
    phone = PhoneField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )
    email = AddressField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput({"autocomplete": "off"})
    )
    cohort = forms.ChoiceField(label=_("Course and zone"), error_messages={"required": _("Choose a zone.")})
    owner = forms.ChoiceField(label=_("Followed by"))
    came_by = forms.ChoiceField(label=_("Recruitment source"), required=False)
    source = forms.ChoiceField(label=_("Heard of us through"), required=False)
    note = ProseField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The person may ask to read it."),
    )

    def __init__(
        self,
        *args: Any,
        cohorts: list[Cohort],
        owners: list[User],
        sources: list[RecruitmentSource],
        is_known: bool = False,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.sources = {source.code: source for source in sources}
        self.fields["came_by"].choices = choices_of(sources)
        self.is_known = is_known
        self.fields["first_name"].required = not is_known
        self.cohorts = {str(cohort.pk): cohort for cohort in cohorts}
        self.owners = {str(owner.pk): owner for owner in owners}
        self.fields["first_name"].widget.attrs["autocomplete"] = "off"
        self.fields["last_name"].widget.attrs["autocomplete"] = "off"
        self.fields["cohort"].choices = [
            (key, f"{cohort.intake.programme}, {cohort.zone}, {cohort.intake.starts_on:%d/%m/%Y}")
            for key, cohort in self.cohorts.items()
        ]
        self.fields["owner"].choices = [(key, owner.full_name) for key, owner in self.owners.items()]
        self.fields["source"].choices = [
            ("", _("Choose")),
            *((value, capfirst(label)) for value, label in Source.choices),
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        is_reached = self.is_known or {"phone", "email"} & self.errors.keys()
        if not is_reached and not (said.get("phone") or said.get("email")):
            self.add_error("phone", _("Write a telephone number, or at least an e-mail address."))
        return said

    @property
    def contact(self) -> dict[str, Any]:
        """What the service takes, but for who the person is."""
        said = self.cleaned_data
        return {
            "cohort": self.cohorts[said["cohort"]],
            "owner": self.owners[said["owner"]],
            "source": said["source"],
            "came_by": self.sources.get(said["came_by"]),
            "note": said["note"],
        }

    @property
    def identity(self) -> dict[str, Any]:
        """Who the person is."""
        return {name: self.cleaned_data[name] for name in PERSON}
