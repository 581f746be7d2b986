"""What staff write down of a person's own data: a consent they were told, an erasure they were asked for."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ..states import ConsentPurpose
from .recruit import ChannelForm


class ConsentToldForm(ChannelForm):
    """What somebody said on the telephone or on paper about one purpose."""

    field_order = ["purpose", "answer", "channel"]
    purpose = forms.ChoiceField(
        label=_("What they agree to"),
        choices=[(purpose, capfirst(label)) for purpose, label in ConsentPurpose.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what was spoken of.")},
    )
    answer = forms.ChoiceField(
        label=_("What they said"),
        choices=[("yes", _("They agree")), ("no", _("They no longer agree"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether they agree.")},
    )


class ErasureToldForm(ChannelForm):
    """Whether somebody asked for the erasure of their file themselves, and how."""

    field_order = ["is_theirs", "channel"]
    is_theirs = forms.BooleanField(
        label=_("I have made sure that this person asks for it themselves, and knows that it cannot be undone."),
        error_messages={"required": _("Make sure of it, then tick this box.")},
    )
