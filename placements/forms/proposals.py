"""What a lead asks of a proposal, and what a student says of how far they go."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Intake
from partnership.versions import VersionForm

from ..models import MOST_WISHES, HostSite, Mobility

MOST_KM = 999


class AskForm(forms.Form):
    """For which intake the best assignment is to be found."""

    intake = forms.ModelChoiceField(
        label=_("Intake"),
        queryset=Intake.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose an intake."), "invalid_choice": _("Choose an intake.")},
    )
    with_visitors = forms.BooleanField(
        label=_("With the students of other zones who said they could come"), required=False
    )

    def __init__(self, *args: Any, intakes: QuerySet[Intake], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["intake"].queryset = intakes


class WhatIfForm(forms.Form):
    """One thing to change in a proposal."""

    what = forms.ChoiceField(
        choices=[(what, what) for what in ("pin", "unpin", "exclude", "allow", "one_more")],
        error_messages={
            "required": _("Choose what is to be changed."),
            "invalid_choice": _("Choose what is to be changed."),
        },
    )
    student = forms.UUIDField(required=False, error_messages={"invalid": _("Choose a student.")})
    site = forms.UUIDField(required=False, error_messages={"invalid": _("Choose a site.")})


class AcceptForm(forms.Form):
    """The lines of a proposal that are accepted, by their students."""

    line = forms.MultipleChoiceField(
        error_messages={
            "required": _("Tick a line at least."),
            "invalid_choice": _("That student is not placed by this proposal."),
        }
    )

    def __init__(self, *args: Any, placed: Iterable[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [(student, student) for student in placed]


def _kilometres(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=1,
        max_value=MOST_KM,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class MobilityForm(VersionForm):
    """How far a student goes, and the hosts they would rather have."""

    near_km = _kilometres(_("Kilometres at most"), _("By road, in their own zone; empty where there is no limit."))
    far_km = _kilometres(
        _("Kilometres at most in another zone"), _("From where they live now; empty where there is no limit.")
    )
    wish_1 = forms.ModelChoiceField(label=_("First wish"), queryset=HostSite.objects.none(), required=False)
    wish_2 = forms.ModelChoiceField(label=_("Second wish"), queryset=HostSite.objects.none(), required=False)
    wish_3 = forms.ModelChoiceField(label=_("Third wish"), queryset=HostSite.objects.none(), required=False)

    def __init__(self, *args: Any, sites: QuerySet[HostSite], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in self._wishes():
            self.fields[name].queryset = sites
            self.fields[name].empty_label = _("no wish")

    @staticmethod
    def _wishes() -> list[str]:
        return [f"wish_{rank}" for rank in range(1, MOST_WISHES + 1)]

    @classmethod
    def filled(cls, mobility: Mobility | None, wishes: Iterable[Any], *, sites: QuerySet[HostSite]) -> "MobilityForm":
        """The form as it was last said."""
        said = {name: site for name, site in zip(cls._wishes(), wishes, strict=False)}
        facts = {"near_km": mobility.near_km, "far_km": mobility.far_km} if mobility else {}
        return cls(initial={"version": mobility.version if mobility else 0} | facts | said, sites=sites)

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        wished = [answers[name] for name in self._wishes() if answers.get(name)]
        if len(set(wished)) < len(wished):
            raise forms.ValidationError(_("A host is wished for once: choose another one, or none."))
        return answers | {"wishes": wished}
