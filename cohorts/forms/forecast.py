"""What somebody supposes, to see what it would change in the forecast; everything may be left as it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnership.models import Zone

from ..forecast import RateUsed
from ..states import Step

MOST_A_WEEK, MOST_DAYS = 100_000, 120
_A_WEEK = _("Give a number of applications a week between 0 and 100,000, or leave it.")
_PERCENT = _("Give a percentage between 0 and 100, or leave it.")
_DAYS = _("Give a number of days between 0 and 120, or leave it.")


def _number(label: Any, most: int, wrong: Any, help_text: Any = "") -> forms.IntegerField:
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=False,
        error_messages=errors,
        help_text=help_text,
        # What is no number stays in sight beside its error, which a field of the browser's numbers does not let it.
        widget=forms.TextInput({"inputmode": "numeric"}),
    )


class SupposeForm(forms.Form):
    """Other arrivals a week, other rates, sooner interviews; the first day stays as it is."""

    arrivees = _number(
        _("Applications a week, in all zones"),
        MOST_A_WEEK,
        _A_WEEK,
        _("Shared out among the zones as they come today."),
    )
    entretien = _number(_("Days before the interview"), MOST_DAYS, _DAYS, _("Fewer with more slots for interviews."))

    def __init__(self, *args: Any, zones: list[Zone], used: list[RateUsed], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.zones, self.used = zones, used
        for zone in zones if len(zones) > 1 else ():
            label = _("Applications a week, %(zone)s") % {"zone": zone}
            self.fields[f"arrivees_{zone.code}"] = _number(label, MOST_A_WEEK, _A_WEEK)
        for one in used:
            said = _("Today: %(rate)s %%.") % {"rate": one.percent}
            label = _("%(step)s, in %%") % {"step": one.step.label}
            self.fields[f"taux_{one.step}"] = _number(label, 100, _PERCENT, said)

    def _said(self, name: str) -> int | None:
        return self.cleaned_data.get(name)

    def arrivals(self) -> dict[int | None, float]:
        """The applications a week that are supposed: in all, then zone by zone."""
        said = {None: self._said("arrivees")} | {zone.pk: self._said(f"arrivees_{zone.code}") for zone in self.zones}
        return {zone: number for zone, number in said.items() if number is not None}

    def rates(self) -> dict[Step, float]:
        """The rates that are supposed."""
        said = {one.step: self._said(f"taux_{one.step}") for one in self.used}
        return {step: percent / 100 for step, percent in said.items() if percent is not None}

    def days(self) -> dict[Step, float]:
        """The days that are supposed."""
        said = self._said("entretien")
        return {} if said is None else {Step.ATTENDED: said}
