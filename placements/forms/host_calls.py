"""Whom one speaks to at a site, and what a call gave: one form on a phone."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.fields import AddressField, LineField, NameField, PhoneField, ProseField
from partnership.templatetags.figures import phone
from partnership.versions import VersionForm

from ..models import HostContact
from ..states import HostCallResult
from .unkept import refuse_the_unkept

_DAYS_AHEAD = 366


class HostCallForm(forms.Form):
    """What a call to a host gave, and when the next one is due."""

    note = ProseField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever is named may ask to read it; the zone’s leads do, their rivals do not."),
    )
    result = forms.ChoiceField(
        label=_("What did the call give?"),
        choices=HostCallResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the call gave."), "invalid_choice": _("Say what the call gave.")},
    )
    next_on = forms.DateField(
        label=_("Next date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The site is listed among those to call from that day on."),
    )

    def clean_next_on(self) -> Any:
        day = self.cleaned_data["next_on"]
        if day is not None and not clock.today() <= day <= clock.today() + timedelta(days=_DAYS_AHEAD):
            raise forms.ValidationError(_("Choose a day between today and a year from now."))
        return day

    def clean(self) -> dict[str, Any]:
        said = refuse_the_unkept(self, super().clean())
        if said.get("result") == HostCallResult.CALL_BACK and not said.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", _("Say on which day to call back."))
        return said


class ContactForm(VersionForm):
    """Somebody else who is known at a site."""

    name = NameField(label=_("Name"), max_length=120)
    job = LineField(label=_("Position held"), max_length=120, required=False)
    phone = PhoneField(label=_("Telephone"), max_length=30, required=False)
    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("Without one they cannot answer for the site."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not said.get("phone") and not said.get("email") and not {"phone", "email"} & self.errors.keys():
            self.add_error("phone", _("Write a telephone or an e-mail address: how else would anybody be reached?"))
        return said

    def record(self) -> dict[str, Any]:
        """The answers as the services take them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def facts_of_contact(contact: HostContact) -> dict[str, Any]:
    """A contact's record as the form shows it."""
    facts = {name: getattr(contact, name) for name in ("name", "job", "email", "version")}
    return facts | {"phone": phone(contact.phone)}
