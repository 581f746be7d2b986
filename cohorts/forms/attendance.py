"""What is filled in at the door and in the room: who walks in, and the marks of a grid."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.fields import NameField, PhoneField, ProseField

from ..models import CRITERIA, Evaluation

MARKS = [(str(mark), str(mark)) for mark in range(5)]


class WalkInForm(forms.Form):
    """A first name and a telephone suffice."""

    first_name = NameField(
        label=gettext_lazy("First name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write the first name.")},
    )
    last_name = NameField(
        label=gettext_lazy("Last name"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    phone = PhoneField(
        label=gettext_lazy("Telephone"),
        max_length=30,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write the telephone: it is how we call back.")},
    )


class EvaluationForm(forms.Form):
    """The grid: five marks from 0 to 4, each of which may be left out, and a note."""

    note = ProseField(
        label=gettext_lazy("Note"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What helps to decide. The person may ask to read it."),
    )

    def __init__(self, *args: Any, given: Evaluation | None = None, **kwargs: Any):
        initial = {"note": given.note, **{name: _said(given, name) for name in CRITERIA}} if given else {}
        super().__init__(*args, initial=initial, **kwargs)
        for name in CRITERIA:
            self.fields[name] = forms.TypedChoiceField(
                label=capfirst(Evaluation._meta.get_field(name).verbose_name),
                choices=MARKS,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )
        self.order_fields([*CRITERIA, "note"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.errors and not said.get("note") and all(said.get(name) is None for name in CRITERIA):
            raise forms.ValidationError(_("Give at least one mark, or write a note."))
        return said

    def marks(self) -> dict[str, int | None]:
        """The marks by their names."""
        return {name: self.cleaned_data[name] for name in CRITERIA}


def _said(given: Evaluation, name: str) -> str:
    mark = getattr(given, name)
    return "" if mark is None else str(mark)
