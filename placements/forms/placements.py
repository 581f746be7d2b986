"""Who goes where, as leads and hosts say it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.states import EXIT_REASONS, ApplicationState
from partnership.fields import LineField, ProseField
from partnership.models import Zone
from partnership.states import Channel
from partnership.versions import VersionForm

from ..states import DeclineReason
from .unkept import refuse_the_unkept

LONGEST_REASON = 300


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class StudentFilter(forms.Form):
    """Which students to list."""

    q = LineField(label=_("Name, e-mail or telephone"), max_length=80, required=False)
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    situation = forms.ChoiceField(
        label=_("Situation"),
        required=False,
        choices=[
            ("", _("enrolled")),
            ("to_place", _("to place")),
            ("own_employer", _("to place, employer already found")),
            ("proposed", _("proposed to a host")),
            ("placed", _("placed")),
            ("ended", _("enrolment ended")),
        ],
    )

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("all")), *((zone.code, zone.name) for zone in zones)]


class ProposeForm(forms.Form):
    """Which student on which site."""

    enrolment = forms.UUIDField(
        label=_("Student"), widget=forms.HiddenInput, error_messages={"required": _("Choose a student.")}
    )
    site = forms.UUIDField(
        label=_("Site"),
        error_messages={"required": _("Choose a site."), "invalid": _("Choose a site.")},
    )
    hours_reason = ProseField(
        label=_("Why the hours work all the same"),
        max_length=LONGEST_REASON,
        required=False,
        widget=_area(),
        help_text=_("For example: the host opens on Saturdays for this student. It is kept with the placement."),
    )

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())

    def ask_why(self) -> None:
        """Ask for the reason, now that the hours are known not to fit; told as missing where it was asked before."""
        self.fields["hours_reason"].required = True
        if "hours_reason" in self.data and "hours_reason" not in self.errors:
            self.add_error("hours_reason", _("Write why it works all the same."))


class CancelForm(VersionForm):
    """Why a placement is cancelled: the lead's own words, read by whoever sees the student's file."""

    reason = ProseField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=_area(),
        error_messages={"required": _("Say why the placement is cancelled.")},
        help_text=_("It stays in the student’s file; the letters do not repeat it."),
    )

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())


class DeclineForm(VersionForm):
    """Why a host does not take the student."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    comment = ProseField(label=_("Anything to add"), max_length=300, required=False, widget=_area())

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())


class EndForm(VersionForm):
    """Why a student leaves, and how they said so."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(reason.value, reason.label) for reason in EXIT_REASONS[ApplicationState.WITHDRAWN]],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    channel = forms.ChoiceField(
        label=_("How the student said so"),
        choices=[(channel.value, channel.label) for channel in (Channel.PHONE, Channel.PAPER, Channel.WEB)],
        initial=Channel.PHONE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the student told you.")},
    )
