"""What a student fills in once their place is confirmed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.fields import AddressField, LineField, NameField, PhoneField

from ..models import OF_AGE, Application, Dossier, age_on, is_minor
from ..services.ages import only_of_age
from ..services.dossiers import OF_MINORS

YOUNGEST, OLDEST = 14, 99
_WHEN = _("Write the day you were born, for example 14/05/2009.")


class DossierForm(forms.Form):
    """Where one lives and when one was born; of a minor alone, who answers for them."""

    born_on = forms.DateField(
        label=_("Date of birth"),
        widget=forms.DateInput({"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        error_messages={"required": _WHEN, "invalid": _WHEN},
    )
    street = LineField(
        label=_("Number and street"),
        max_length=160,
        widget=forms.TextInput({"autocomplete": "street-address"}),
        error_messages={"required": _("Write where you live: the number and the street.")},
    )
    postcode = LineField(
        label=_("Postcode"),
        max_length=10,
        widget=forms.TextInput({"autocomplete": "postal-code"}),
        error_messages={"required": _("Write the postcode.")},
    )
    town = LineField(
        label=_("Town"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "address-level2"}),
        error_messages={"required": _("Write the town.")},
    )
    guardian_name = NameField(
        label=_("First and last name of your guardian"),
        max_length=120,
        help_text=_("You are under 18: a parent or a guardian signs your contract with you."),
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Write who signs with you: a parent or a guardian.")},
    )
    guardian_phone = PhoneField(
        label=_("Their telephone"),
        max_length=30,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
        error_messages={"required": _("Write the telephone of your guardian.")},
    )
    guardian_email = AddressField(
        label=_("Their e-mail"), max_length=254, required=False, widget=forms.EmailInput({"autocomplete": "off"})
    )
    contact_name = NameField(
        label=_("Somebody else to call if something happens to you"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty if it is your guardian."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    contact_phone = PhoneField(
        label=_("Telephone of that person"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, application: Application, dossier: Dossier | None = None, **kwargs: Any):
        names = self.base_fields
        kept = {name: getattr(dossier, name) for name in names} if dossier else {}
        super().__init__(*args, initial=kept, **kwargs)
        self.intake = application.intake
        if self.intake.programme.is_for_professionals or not self._is_minor(application):
            for name in OF_MINORS:
                del self.fields[name]

    def _is_minor(self, application: Application) -> bool:
        """By the day just typed, else by what is known."""
        try:
            born_on = self.fields["born_on"].clean(self["born_on"].data) if self.is_bound else None
        except forms.ValidationError:
            born_on = None
        today = clock.today()
        if born_on is None:
            return is_minor(application.candidate, today)
        return YOUNGEST <= age_on(today, born_on=born_on) < OF_AGE

    def clean_born_on(self) -> date:
        day = self.cleaned_data["born_on"]
        if not YOUNGEST <= age_on(clock.today(), born_on=day) <= OLDEST:
            raise forms.ValidationError(_("Check the year: this date cannot be that of your birth."))
        if self.intake.programme.is_for_professionals and age_on(self.intake.starts_on, born_on=day) < OF_AGE:
            raise forms.ValidationError(only_of_age(self.intake.starts_on))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("contact_name") and not said.get("contact_phone") and "contact_phone" not in self.errors:
            self.add_error("contact_phone", _("Write the telephone of the person to call."))
        return said
