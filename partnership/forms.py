"""What is typed on the partnership's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import LineField


class EvidenceForm(forms.Form):
    """By what one can see that a commitment has been kept."""

    evidence = LineField(
        label=_("Evidence"),
        max_length=240,
        help_text=_("A document, a date, an address: by what the other party can see it."),
        error_messages={"required": _("Say by what one can see that it has been kept.")},
    )
