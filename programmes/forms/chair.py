"""What coordinators and guests of the chair fill in."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.fields import AddressField, LineField, NameField, ProseField
from partnership.models import Membership
from partnership.versions import VersionForm

from ..models import ChairActivity, Contribution
from ..states import ActivityKind, ContributionState
from .contents import LONGEST_TEXT, text_area

MOST_PLACES = 2_000
LONGEST_WORDS = 1_000


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, capfirst(kind.label)) for kind in ActivityKind]


def _day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _time_input() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, format="%H:%M")


def _day(label: str | Promise, **said: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=_day_input(), **said)


class _WebField(LineField):
    """The address of a page."""

    widget = forms.URLInput
    default_validators = [URLValidator(["https", "http"], message=_("Write an address that begins with https://."))]


class ActivityForm(VersionForm):
    """What an activity of the chair is, when, where, for how many, and who leads it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=_kinds)
    title = LineField(label=_("Title"), max_length=160)
    theme = LineField(label=_("Theme"), max_length=120, required=False)
    description = ProseField(
        label=_("Presentation"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=text_area(6),
        help_text=_("Shown on its public page. Takes Markdown: - for a list, **words** for strong ones."),
    )
    lead = forms.ChoiceField(label=_("Led by"))
    begins_on = _day(_("First day"))
    begins_time = forms.TimeField(label=_("Begins at"), widget=_time_input(), initial=time(9))
    ends_on = _day(_("Last day"), help_text=_("The same day for a meeting, the end of the work for a study."))
    ends_time = forms.TimeField(label=_("Ends at"), widget=_time_input(), initial=time(18))
    place = LineField(label=_("Place"), max_length=160, required=False)
    is_public = forms.BooleanField(
        label=_("Show it in the public agenda"),
        required=False,
        help_text=_("Its page and its forms are then open to everybody."),
    )
    registrations_until = _day(
        _("Registrations until"),
        required=False,
        help_text=_("Once it is open, and until the end of that day. Empty: one comes without registering."),
    )
    capacity = forms.IntegerField(
        label=_("Places"),
        min_value=1,
        max_value=MOST_PLACES,
        required=False,
        help_text=_("Empty: as many as come. After the last one, whoever registers waits."),
    )
    contributions_until = _day(
        _("Call for contributions until"),
        required=False,
        help_text=_("From its first showing, and until the end of that day. Empty: there is no call."),
    )
    deliverable = LineField(label=_("What it delivers"), max_length=160, required=False)
    deliverable_url = _WebField(label=_("Address of what it delivers"), max_length=400, required=False)
    deliverable_text = ProseField(
        label=_("Or its text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=text_area(6),
        help_text=_("Takes Markdown."),
    )

    # What a delivered activity keeps as it was.
    OF_ITS_DAY = (
        "kind",
        "lead",
        "begins_on",
        "begins_time",
        "ends_on",
        "ends_time",
        "place",
        "registrations_until",
        "capacity",
        "contributions_until",
    )

    def __init__(
        self,
        *args: Any,
        leads: Sequence[Membership],
        activity: ChairActivity | None = None,
        chooses_lead: bool = True,
        **kwargs: Any,
    ):
        if activity is not None:
            kwargs["initial"] = _as_it_is(activity) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._leads = {f"{one.user_id}:{one.party_id}": (one.user, one.party) for one in leads}
        if activity is not None:
            # Whoever leads it now may have left: nobody else is chosen by not choosing.
            self._leads.setdefault(_lead_of(activity), (activity.lead, activity.lead_party))
        self.fields["lead"].choices = [(key, f"{user}, {party}") for key, (user, party) in self._leads.items()]
        left_out = set(self.OF_ITS_DAY) if activity is not None and not activity.is_ahead else set()
        if not chooses_lead:
            left_out.add("lead")
        for name in left_out:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        for side in ("begins", "ends"):
            if f"{side}_on" in said and f"{side}_time" in said:
                said[f"{side}_at"] = datetime.combine(said[f"{side}_on"], said[f"{side}_time"], clock.PARIS)
                if not 2000 <= said[f"{side}_on"].year < 2200:
                    self.add_error(f"{side}_on", _("Choose a day of this century."))
        if said.get("begins_at") and said.get("ends_at") and said["ends_at"] <= said["begins_at"]:
            self.add_error("ends_on", _("It ends before it begins."))
        for name in ("registrations_until", "contributions_until"):
            if said.get(name) and said.get("ends_on") and said[name] > said["ends_on"]:
                self.add_error(name, _("That is after its last day."))
        if said.get("capacity") and not said.get("registrations_until") and "registrations_until" not in self.errors:
            self.add_error(
                "registrations_until", _("Places are counted by registrations: say until when one registers.")
            )
        return said

    def said(self) -> dict[str, Any]:
        """The activity as it was filled in, by field of the model."""
        parts = ("begins_on", "begins_time", "ends_on", "ends_time", "version", "lead")
        said = {name: value for name, value in self.cleaned_data.items() if name not in parts}
        if "lead" in self.cleaned_data:
            said["lead"], said["lead_party"] = self._leads[self.cleaned_data["lead"]]
        return said


def _as_it_is(activity: ChairActivity) -> dict[str, Any]:
    kept = ("kind", "title", "theme", "description", "place", "is_public", "registrations_until", "capacity")
    kept += ("contributions_until", "deliverable", "deliverable_url", "deliverable_text", "version")
    begins, ends = activity.begins_at.astimezone(clock.PARIS), activity.ends_at.astimezone(clock.PARIS)
    moments = {"begins_on": begins.date(), "begins_time": begins.time()}
    moments |= {"ends_on": ends.date(), "ends_time": ends.time()}
    return {name: getattr(activity, name) for name in kept} | moments | {"lead": _lead_of(activity)}


def _lead_of(activity: ChairActivity) -> str:
    return f"{activity.lead_id}:{activity.lead_party_id}"


class DeliveryForm(VersionForm):
    """What an activity has brought, and since when it is there."""

    on = _day(_("Delivered on"))
    deliverable = LineField(
        label=_("What it delivers"),
        max_length=160,
        help_text=_("A report, an issue, a list of winners: as the public agenda will name it."),
    )
    deliverable_url = _WebField(label=_("Address of what it delivers"), max_length=400, required=False)
    deliverable_text = ProseField(
        label=_("Or its text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=text_area(8),
        help_text=_("Takes Markdown."),
    )


class CancellationForm(VersionForm):
    """Why an activity does not take place."""

    because = LineField(
        label=_("Why does it not take place?"),
        max_length=240,
        help_text=_("Whoever was to come reads it in a letter, and everybody in the public agenda."),
        error_messages={"required": _("Say why: whoever was to come is told.")},
    )


class _GuestForm(forms.Form):
    """Who writes, without an account."""

    name = NameField(label=_("First name and name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    email = AddressField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))
    organisation = LineField(
        label=_("Organisation"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )


class RegistrationForm(_GuestForm):
    """Somebody wishes to come to an activity."""


class ContributionForm(_GuestForm):
    """Somebody proposes something to a call."""

    title = LineField(label=_("Title of your proposal"), max_length=160)
    abstract = ProseField(
        label=_("Your proposal in a page"),
        max_length=4_000,
        widget=text_area(10),
        help_text=_("What you bring, to whom, and on what it rests: 4,000 characters at most."),
    )


class ErasureForm(forms.Form):
    """Somebody from outside wants to be forgotten."""

    understood = forms.BooleanField(
        label=_("I understand: my place and my proposals go too, and this cannot be undone."),
        error_messages={"required": _("Tick the box: what is erased does not come back.")},
    )


class ContributionDecisionForm(VersionForm):
    """What becomes of a proposal, and what its author is told besides."""

    to = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect, error_messages={"required": _("Choose a decision.")}
    )
    words = ProseField(
        label=_("A word to its author"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=text_area(3),
        help_text=_("Stands in the letter that leaves with the decision."),
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        reached = Contribution.FLOW[state]
        self.fields["to"].choices = [(to.value, to.label) for to in ContributionState if to in reached]
