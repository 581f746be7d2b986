"""What is typed to plan the days of a block, and to say on which day blocks were acquired."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from partnership.fields import LineField
from programmes.models import Block

# A block of forty-two hours takes six days of seven.
DAYS_AT_ONCE = 6
_DAY = gettext_lazy("Give a day, for example 14/01/2028.")
_TIME = gettext_lazy("Give the hour, for example 9:00.")


def _day(label: Any, *, required: bool = False, **more: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "autocomplete": "off"}, format="%Y-%m-%d")
    messages = {"required": _DAY, "invalid": _DAY}
    return forms.DateField(label=label, required=required, widget=widget, error_messages=messages, **more)


def _hour(label: Any, initial: str) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    messages = {"required": _TIME, "invalid": _TIME}
    return forms.TimeField(label=label, initial=initial, widget=widget, error_messages=messages)


class CourseDaysForm(forms.Form):
    """Some days of a block, at the same hours and in the same place."""

    block = forms.ChoiceField(
        label=gettext_lazy("Block"),
        error_messages={
            "required": gettext_lazy("Choose a block of the content."),
            "invalid_choice": gettext_lazy("Choose a block of the content."),
        },
    )
    begins = _hour(pgettext_lazy("hour", "From"), "09:00")
    ends = _hour(pgettext_lazy("hour", "Until"), "17:00")
    hours = forms.DecimalField(
        label=gettext_lazy("Hours of class a day"),
        min_value=Decimal("0.5"),
        max_value=Decimal(12),
        max_digits=3,
        decimal_places=1,
        initial=7,
        localize=True,
        help_text=gettext_lazy("Breaks left out: 7 from 9:00 to 17:00 with an hour for lunch."),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            gettext_lazy("Give the hours of class of a day, from 0.5 to 12."),
        ),
    )
    place = LineField(
        label=gettext_lazy("Where?"), max_length=160, error_messages={"required": gettext_lazy("Say where it is.")}
    )

    def __init__(self, *args: Any, blocks: Iterable[Block], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["block"].choices = [("", gettext_lazy("Choose")), *((one.name, one.name) for one in blocks)]
        for number in range(1, DAYS_AT_ONCE + 1):
            self.fields[f"day_{number}"] = _day(_("Day %(n)s") % {"n": number}, required=number == 1)

    @property
    def shared(self) -> list[forms.BoundField]:
        """What all the days have in common."""
        return [self[name] for name in ("block", "begins", "ends", "hours", "place")]

    @property
    def each(self) -> list[forms.BoundField]:
        """The days."""
        return [self[name] for name in self.fields if name.startswith("day_")]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("begins") and said.get("ends") and said["ends"] <= said["begins"]:
            self.add_error("ends", _("The day ends after it begins."))
        return said

    @property
    def days(self) -> list[date]:
        """The days that were given."""
        given = (self.cleaned_data.get(name) for name in self.fields if name.startswith("day_"))
        return [day for day in given if day]

    @property
    def said(self) -> dict[str, Any]:
        """The rest, by the name of the service's parameter."""
        return {name: self.cleaned_data[name] for name in ("block", "begins", "ends", "hours", "place")}


class AcquiredForm(forms.Form):
    """On which day what is newly ticked was acquired."""

    on = _day(
        gettext_lazy("Acquired on"),
        required=True,
        help_text=gettext_lazy("The day of the assessment, for all of them."),
    )
