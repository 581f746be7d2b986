"""What applicants fill in on the page of their personal link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.states import EXIT_REASONS, ApplicationState
from partnership.fields import AddressField


class ErasureForm(forms.Form):
    """Whether somebody has read what erasing their file means."""

    understood = forms.BooleanField(
        label=_("I have read this, and I know that it cannot be undone."),
        error_messages={"required": _("Tick this box if you want your file to be erased.")},
    )


class LeaveForm(forms.Form):
    """Why an applicant gives a place back or withdraws."""

    reason = forms.ChoiceField(
        label=_("The main reason"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason: it helps us to help others.")},
    )

    def __init__(self, *args: Any, exit_state: ApplicationState, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in EXIT_REASONS[exit_state]]


class NewLinkForm(forms.Form):
    """The address to which a new personal link is sent, if it is known."""

    email = AddressField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Write the address at which you receive our letters.")},
    )
