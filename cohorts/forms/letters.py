"""What a recruiter changes in a letter before it leaves."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnership.fields import AddressField, LineField, PhoneField, ProseField
from partnership.models import OutgoingMessage
from partnership.outbox import LINK_MARK
from partnership.states import Way
from partnership.templatetags.figures import daytime

from ..letters import readable, with_marks
from ..models import Intake


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

    def anew(self, letter: OutgoingMessage) -> "DraftForm":
        """What was typed, to be kept over the letter as it stands now."""
        return DraftForm(self.data.dict() | {"version": str(letter.version)}, letter=letter)

    def clean_text(self) -> str:
        text = with_marks(self.cleaned_data["text"])
        if self.has_link and LINK_MARK not in text:
            raise forms.ValidationError(
                _("The personal link is missing: write “%(link)s” where it stood."),
                params={"link": readable(LINK_MARK)},
            )
        return text


class ExampleForm(forms.Form):
    """On which file a letter is shown, and in which language; from the address."""

    rentree = forms.ChoiceField(label=_("Intake"), required=False)
    dossier = LineField(label=_("Reference or name"), required=False, max_length=100)
    langue = forms.ChoiceField(label=_("Language"), required=False, choices=[("", _("theirs")), *settings.LANGUAGES])

    def __init__(self, *args: Any, intakes: Iterable[Intake], **kwargs: Any):
        super().__init__(*args, auto_id="f_%s", **kwargs)
        choices = [(str(intake.pk), str(intake)) for intake in intakes]
        self.fields["rentree"].choices = [("", _("All intakes")), *choices]

    def kept(self) -> dict[str, Any]:
        """What of the address means something."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ParagraphForm(forms.Form):
    """A paragraph of one's own for an intake, in both languages."""

    intake = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    text_fr = ProseField(
        label=_("In French"), max_length=1_500, required=False, widget=forms.Textarea(attrs={"rows": 4, "lang": "fr"})
    )
    text_en = ProseField(
        label=_("In English"), max_length=1_500, required=False, widget=forms.Textarea(attrs={"rows": 4, "lang": "en"})
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("text_en") and "text_fr" in said and not said["text_fr"]:
            self.add_error("text_fr", _("Write it in French too: most of its readers read French."))
        return said


class TellingForm(forms.Form):
    """How one has told what a letter says."""

    way = forms.ChoiceField(
        label=_("Told"),
        choices=[(way.value, way.label) for way in Way if way != Way.EMAIL],
        initial=Way.PHONE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how you told it."), "invalid_choice": _("Say how you told it.")},
    )


class AddressForm(forms.Form):
    """How somebody is reached, and which of the letters that have stopped leave once more."""

    phone = PhoneField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )
    email = AddressField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput({"autocomplete": "off"})
    )
    again = forms.ModelMultipleChoiceField(
        label=_("Send again"),
        queryset=OutgoingMessage.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is not ticked does not leave any more, once the address is another one."),
    )

    def __init__(self, *args: Any, stopped: QuerySet[OutgoingMessage], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["again"].queryset = stopped
        self.fields["again"].label_from_instance = _told
        if not stopped:
            del self.fields["again"]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not {"phone", "email"} & self.errors.keys() and not (said.get("phone") or said.get("email")):
            self.add_error("phone", _("Write a telephone number, or at least an e-mail address."))
        if said.get("again") and not said.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write the address to which the letters leave again."))
        return said


def _told(letter: OutgoingMessage) -> str:
    return f"{letter}, {letter.get_state_display()}, {daytime(letter.written_at)}"
