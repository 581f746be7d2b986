"""What is typed to draft a convention and to amend it; forms clean, services act."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import measures
from .fields import LONGEST_PROSE, LineField, ProseField
from .models import Amendment, Commitment, Convention, Milestone, Objective, Party, Zone
from .states import Precision
from .versions import VersionForm

MOST = 100_000


def _day(label: str | Promise, **said: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=False, **said)


def _precision(label: str | Promise) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Precision.choices, initial=Precision.DAY)


class TextForm(VersionForm):
    """A part of a text that several people write: what it shows is of one version of the whole."""

    def __init__(self, *args: Any, version: int = 0, told: dict[str, Any] | None = None, **kwargs: Any):
        kwargs["initial"] = (told or {}) | {"version": version} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def said(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def told(thing: Milestone | Objective | Commitment | Convention | Amendment, *names: str) -> dict[str, Any]:
    """What a record says in the fields of a form."""
    return {name: getattr(thing, name) for name in names}


# -- a draft ----------------------------------------------------------------------------------------------------------


class ConventionForm(TextForm):
    """What a convention is called, what it is for, who signs it."""

    title = LineField(label=_("Title"), max_length=160)
    purpose = ProseField(
        label=_("Purpose"),
        max_length=LONGEST_PROSE,
        required=False,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("What the parties do together; it is needed before anybody signs."),
    )
    parties = forms.ModelMultipleChoiceField(
        label=_("Parties that sign"),
        queryset=Party.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the parties that sign.")},
    )

    def __init__(self, *args: Any, own: set[int] | None = None, **kwargs: Any):
        """`own` holds the parties of whoever writes, one of which signs; None for an administrator."""
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields["parties"].queryset = Party.objects.order_by("name")

    def clean_parties(self) -> list[Party]:
        parties = list(self.cleaned_data["parties"])
        if self.own is not None and not self.own & {party.pk for party in parties}:
            raise forms.ValidationError(_("Your own party signs it too: you could not read it otherwise."))
        return parties


class NewConventionForm(ConventionForm):
    """A new draft, empty or as a copy."""

    copy_of = forms.ModelChoiceField(
        label=_("Begin with a copy of"),
        queryset=Convention.objects.none(),
        required=False,
        empty_label=_("nothing: an empty draft"),
        help_text=_(
            "Milestones, objectives and commitments of the parties ticked above are copied, each date a year later."
        ),
    )

    def __init__(self, *args: Any, conventions: QuerySet[Convention], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["copy_of"].queryset = conventions


class DatesForm(TextForm):
    """When a milestone opens and by when everything is settled, each as precisely as it is known."""

    opens_on = _day(_("Opens on"))
    opens_precision = _precision(_("This date is known"))
    finalise_by = _day(_("Everything settled by"), help_text=_("A month lasts until its last day."))
    finalise_precision = _precision(_("This date is known"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for day, precision in (("opens_on", "opens_precision"), ("finalise_by", "finalise_precision")):
            if day in self.errors or precision in self.errors:
                continue
            if cleaned[precision] == Precision.NONE and cleaned[day]:
                self.add_error(day, _("Empty this date, or say how precisely it is known."))
            elif cleaned[precision] != Precision.NONE and not cleaned[day]:
                self.add_error(day, _("Write this date, or choose “no date” below it."))
        return cleaned


class MilestoneForm(DatesForm):
    """A milestone: what it is called, who owns it, when."""

    order = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=99,
        help_text=_("A milestone that has this number already takes the other’s."),
    )
    title = LineField(label=_("Title"), max_length=120)
    short_title = LineField(label=_("Short title"), max_length=40, help_text=_("On the board and in letters."))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Party.objects.none(), empty_label=None)
    field_order = ["order", "title", "short_title", "owner"]

    def __init__(self, *args: Any, parties: QuerySet[Party], is_new: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = parties
        if is_new:
            del self.fields["order"]


class ObjectiveForm(TextForm):
    """A target for a figure of a milestone."""

    measure = forms.ChoiceField(label=_("Figure"))
    zone = forms.ModelChoiceField(
        label=_("Zone"), queryset=Zone.objects.none(), required=False, empty_label=_("every zone")
    )
    target = forms.IntegerField(label=_("Target"), min_value=0, max_value=MOST)
    due_on = _day(_("Due on"), help_text=_("Empty: with the milestone."))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [(one.key, one.label) for one in measures.MEASURES.values()]
        self.fields["zone"].queryset = Zone.objects.all()


class CommitmentForm(TextForm):
    """What a party promises beside the figures."""

    party = forms.ModelChoiceField(label=_("Who promises"), queryset=Party.objects.none(), empty_label=None)
    text = LineField(label=_("Commitment"), max_length=240, widget=forms.Textarea({"rows": 2}))
    due_on = _day(_("Due on"), help_text=_("Empty: it has no date."))
    milestone = forms.ModelChoiceField(
        label=_("Milestone"),
        queryset=Milestone.objects.none(),
        required=False,
        empty_label=_("the convention as a whole"),
    )

    def __init__(self, *args: Any, parties: QuerySet[Party], milestones: QuerySet[Milestone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties
        self.fields["milestone"].queryset = milestones


# -- an amendment -----------------------------------------------------------------------------------------------------


class AmendmentForm(TextForm):
    """Why the convention changes, and from when."""

    reason = ProseField(
        label=_("Reason"),
        max_length=2_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("What has happened, and what the parties agree upon; it is signed with the changes."),
    )
    effective_on = forms.DateField(
        label=_("Takes effect on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("As the parties agree; the board reckons with the changes from the last signature on."),
    )


class ObjectiveChangeForm(TextForm):
    """A target as it will be."""

    target = forms.IntegerField(label=_("Target"), min_value=0, max_value=MOST)
    due_on = _day(_("Due on"), help_text=_("Empty: with the milestone."))


class MilestoneChangeForm(DatesForm):
    """The dates of a milestone as they will be."""


class CommitmentChangeForm(TextForm):
    """A commitment as it will be."""

    text = LineField(label=_("Commitment"), max_length=240, widget=forms.Textarea({"rows": 2}))
    due_on = _day(_("Due on"), help_text=_("Empty: it has no date."))


class ReasonForm(TextForm):
    """Why something ends, or is taken back."""

    reason = LineField(label=_("Reason"), max_length=240, error_messages={"required": _("Say why.")})
