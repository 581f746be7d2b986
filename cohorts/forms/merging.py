"""Which of two records says it right, where they say different things."""

from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from partnership.fields import LineField
from partnership.templatetags.figures import phone

from .. import services
from ..models import Candidate

STAYS, GOES = "stays", "goes"
LABELS: dict[str, Promise] = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone": _("Telephone"),
    "email": _("E-mail"),
    "birth": _("Born"),
    "home": _("Commune"),
    "language": _("Language"),
}


def said(person: Candidate, trait: str) -> str:
    """What a record says of a trait, as one reads it; nothing where it says nothing."""
    if not services.trait(person, trait):
        return ""
    match trait:
        case "phone":
            return phone(person.phone)
        case "birth":
            return f"{MONTHS[person.birth_month]} {person.birth_year}" if person.birth_month else str(person.birth_year)
        case "home":
            return " ".join(filter(None, [person.postcode, str(person.commune or "")]))
        case "language":
            return get_language_info(person.language)["name_translated"]
    return getattr(person, trait)


class MergeForm(forms.Form):
    """One choice for each trait of which the two records say different things."""

    shown = LineField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stays: Candidate, goes: Candidate, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.traits = services.differing(stays, goes)
        for trait in self.traits:
            self.fields[trait] = forms.ChoiceField(
                label=LABELS[trait],
                choices=[(STAYS, said(stays, trait)), (GOES, said(goes, trait))],
                widget=forms.RadioSelect,
                initial=STAYS,
                error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the two.")),
            )

    @property
    def taken(self) -> list[str]:
        """The traits that are those of whoever goes."""
        return [trait for trait in self.traits if self.cleaned_data[trait] == GOES]
