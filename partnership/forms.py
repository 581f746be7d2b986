"""What is typed on the partnership's pages."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .fields import LineField
from .models import OutgoingMessage


class EvidenceForm(forms.Form):
    """By what one can see that a commitment has been kept."""

    evidence = LineField(
        label=_("Evidence"),
        max_length=240,
        help_text=_("A document, a date, an address: by what the other party can see it."),
        error_messages={"required": _("Say by what one can see that it has been kept.")},
    )


class LettersForm(forms.Form):
    """The letters that were ticked; `only` is the one beside which a button was pressed, whatever is ticked."""

    letter = forms.ModelMultipleChoiceField(OutgoingMessage.objects.all(), required=False)
    only = forms.ModelChoiceField(OutgoingMessage.objects.all(), required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not cleaned["letter"] and not cleaned["only"]:
            raise forms.ValidationError(_("Tick at least one letter of the list."))
        return cleaned

    def chosen(self) -> list[OutgoingMessage] | QuerySet[OutgoingMessage]:
        """The letters to do something about."""
        return [self.cleaned_data["only"]] if self.cleaned_data["only"] else self.cleaned_data["letter"].order_by("pk")
