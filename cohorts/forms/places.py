"""What is said about the places of a cohort: a position on its list, and how places go on by themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partnership.fields import LineField

from ..models import Cohort

MOST_HOURS = 400
MOST_OVERBOOKING = 100
_NO_POSITION = _("Give a position on the list: 1 is the first.")
_HOURS = _("Give a number of open hours between 1 and 400.")
_PERCENT = _("Give a percentage between 0 and 100.")


class PositionForm(forms.Form):
    """Where somebody goes on the waiting list, and where the page showed them."""

    position = forms.IntegerField(
        label=_("Position"),
        min_value=1,
        max_value=32_767,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _NO_POSITION),
    )
    shown = forms.IntegerField(min_value=1, max_value=32_767, widget=forms.HiddenInput)


class RulesForm(forms.Form):
    """How the places of a cohort go on by themselves."""

    cascades = forms.BooleanField(
        label=_("Offer each place that is given back to the next in rank, by itself"), required=False
    )
    overbooking_percent = forms.IntegerField(
        label=_("Over-booking, in %"),
        min_value=0,
        max_value=MOST_OVERBOOKING,
        help_text=_("How many more places are offered than there are seats; 0 for none."),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _PERCENT),
    )
    hours_to_reply = forms.IntegerField(
        label=_("Open hours to answer an offer"),
        min_value=1,
        max_value=MOST_HOURS,
        help_text=_("Counted from when the letter may leave, while somebody is there to answer: 9 make a working day."),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _HOURS),
    )

    def __init__(self, *args: Any, cohort: Cohort, held: int, **kwargs: Any):
        rules = ("cascades", "overbooking_percent", "hours_to_reply")
        super().__init__(*args, initial={name: getattr(cohort, name) for name in rules}, **kwargs)
        self.cohort, self.held = cohort, held

    def places(self) -> int:
        """How many places the cohort would have."""
        return self.cohort.capacity * (100 + self.cleaned_data["overbooking_percent"]) // 100

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if "overbooking_percent" in said and self.places() < self.held:
            words = ngettext(
                "%(n)s place is already offered or confirmed.",
                "%(n)s places are already offered or confirmed.",
                self.held,
            )
            self.add_error("overbooking_percent", words % {"n": self.held})
        return said


class FirstDayForm(forms.Form):
    """Where and when students are expected on their first day."""

    first_day_time = forms.TimeField(
        label=_("At what time?"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=dict.fromkeys(("required", "invalid"), _("Give the hour, for example 9:00.")),
    )
    first_day_place = LineField(
        label=_("Where?"),
        max_length=160,
        help_text=_("The address, and the room or the door: the letter says it."),
        error_messages={"required": _("Say where students are expected.")},
    )
    first_day_bring = LineField(
        label=_("What do they bring?"),
        max_length=300,
        required=False,
        help_text=_("For example: an identity document, something to write with."),
    )
