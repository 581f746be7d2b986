"""How many places a host has, as it says so itself or as a lead heard it; and which hosts are asked."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Intake
from partnership import clock
from partnership.fields import NameField, ProseField
from partnership.states import Channel
from partnership.versions import VersionForm

from ..models import HostPledge, HostSite
from ..states import Chooser, PledgeAnswer

MOST_PLACES = 60
# A date to be asked again lies within the school year that follows.
FARTHEST = timedelta(days=400)


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_PLACES,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class PledgeForm(VersionForm):
    """What a host answers; `held` is how many places are open now, those taken included."""

    answer = forms.ChoiceField(
        label=_("Do you have places for this intake?"),
        choices=[
            (PledgeAnswer.YES, _("Yes")),
            (PledgeAnswer.MAYBE, _("Perhaps, it is not decided")),
            (PledgeAnswer.NO, _("No, not for this intake")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    places_sure = _number(_("Places for sure, in all"), _("Those that students already have are among them."))
    places_possible = _number(_("Possible places more"))
    ask_again_on = forms.DateField(
        label=_("Ask us again on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    chooser = forms.ChoiceField(
        label=_("Who chooses the students?"),
        choices=[
            (Chooser.LEAD, _("You propose one for each place")),
            (Chooser.HOST, _("We meet several and choose")),
        ],
        widget=forms.RadioSelect,
        initial=Chooser.LEAD,
        required=False,
    )

    def __init__(self, *args: Any, held: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.held = held

    def clean_ask_again_on(self) -> Any:
        day = self.cleaned_data["ask_again_on"]
        if day is not None and not clock.today() < day <= clock.today() + FARTHEST:
            raise forms.ValidationError(_("Choose a day after today, within the year to come."))
        return day

    def clean_chooser(self) -> str:
        return self.cleaned_data["chooser"] or Chooser.LEAD

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        answer, sure = said.get("answer"), said.get("places_sure")
        if "places_sure" in self.errors or answer is None:
            return said
        if answer == PledgeAnswer.YES and not sure:
            self.add_error("places_sure", _("Say how many places are sure, or answer perhaps."))
        # What the page said itself, and stays in it, is no contradiction.
        if answer != PledgeAnswer.YES and sure and sure != self.held:
            self.add_error("places_sure", _("A sure place is a yes: change the answer, or leave this empty."))
        return said

    def heard(self) -> dict[str, Any]:
        """The answers as the service takes them."""
        said = dict(self.cleaned_data)
        said["places_sure"], said["places_possible"] = said["places_sure"] or 0, said["places_possible"] or 0
        return said


class HeardForm(PledgeForm):
    """What a host has told a lead, and how."""

    said_by = NameField(label=_("Who answered"), max_length=120, required=False)
    channel = forms.ChoiceField(
        label=_("How you heard it"),
        choices=[(channel.value, channel.label) for channel in (Channel.PHONE, Channel.PAPER, Channel.WEB)],
        initial=Channel.PHONE,
        required=False,
    )

    def __init__(self, *args: Any, held: int, **kwargs: Any):
        super().__init__(*args, held=held, **kwargs)
        self.fields["answer"].label = _("What the host answers")
        self.fields["ask_again_on"].label = _("Ask again on")
        self.fields["chooser"].choices = [
            (Chooser.LEAD, _("I propose one for each place")),
            (Chooser.HOST, _("The host meets several and chooses")),
        ]

    def clean_channel(self) -> str:
        return self.cleaned_data["channel"] or Channel.PHONE


def said_before(pledge: HostPledge | None, held: int) -> dict[str, Any]:
    """What a form of a host's places shows at first: what was said last."""
    if pledge is None:
        return {"version": 0, "places_sure": held or None}
    day = pledge.ask_again_on
    return {
        "version": pledge.version,
        "answer": pledge.answer,
        "places_sure": held or None,
        "places_possible": pledge.places_possible or None,
        "ask_again_on": day if day and day > clock.today() else None,
        "chooser": pledge.chooser,
    }


class HostsForm(forms.Form):
    """Which hosts of a zone are asked."""

    site = forms.ModelMultipleChoiceField(
        label=_("Hosts"),
        queryset=HostSite.objects.none(),
        error_messages={"required": _("Tick at least one host.")},
    )
    intake = forms.ModelChoiceField(label=_("Intake"), queryset=Intake.objects.none())

    def __init__(self, *args: Any, sites: QuerySet[HostSite], intakes: QuerySet[Intake], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites
        self.fields["intake"].queryset = intakes


class HostWordsForm(VersionForm):
    """What a lead adds to each letter."""

    words = ProseField(
        label=_("A word of yours"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in each letter, above the signature."),
    )
