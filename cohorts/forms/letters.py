"""What a recruiter changes in a letter before it leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.fields import LineField, ProseField
from partnership.models import OutgoingMessage
from partnership.outbox import LINK_MARK

from ..letters import readable, with_marks


class DraftForm(forms.Form):
    """The subject and the text of a draft; « [lien personnel] » stands for the link."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    subject = LineField(
        label=_("Subject"), max_length=250, error_messages={"required": _("Say what the letter is about.")}
    )
    text = ProseField(
        label=_("Text of the letter"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        error_messages={"required": _("Write the letter.")},
    )

    def __init__(self, *args: Any, letter: OutgoingMessage, **kwargs: Any):
        opened = {"version": letter.version, "subject": letter.subject, "text": readable(letter.text)}
        super().__init__(*args, initial=opened, **kwargs)
        self.has_link = bool(letter.link_purpose)
        if self.has_link:
            self.fields["text"].help_text = _(
                "Leave “%(link)s” where it is: the link of the person stands there as the letter leaves."
            ) % {"link": readable(LINK_MARK)}

    def clean_text(self) -> str:
        text = with_marks(self.cleaned_data["text"])
        if self.has_link and LINK_MARK not in text:
            raise forms.ValidationError(
                _("The personal link is missing: write “%(link)s” where it stood."),
                params={"link": readable(LINK_MARK)},
            )
        return text
