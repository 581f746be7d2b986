"""What is asked before slots of a day are cancelled: which, why, and where those go who had booked."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partnership import clock, working_time
from partnership.fields import LineField
from partnership.models import User
from partnership.templatetags.figures import clocktime, number

from ..models import Slot
from ..services import Rebooking

CHOOSE, MOVE, REOPEN = "choose", "move", "reopen"
_WAYS = [
    (CHOOSE, gettext_lazy("Each chooses another time by the link of the letter")),
    (REOPEN, gettext_lazy("I open the same slots on another day, and move everybody there")),
    (MOVE, gettext_lazy("I move them to the slots that are open on another day")),
]


class _SlotsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, slot: Slot) -> str:
        people = ngettext("%(n)s person", "%(n)s people", slot.taken) % {"n": number(slot.taken)}
        people = people if slot.taken else _("nobody")
        what = capfirst(slot.get_kind_display())
        return f"{clocktime(slot.starts_at)}, {what}, {slot.cohort.zone}, {slot.place}, {slot.held_by}, {people}"


class CancellationForm(forms.Form):
    """The slots of a day that have not begun: all of them unless the page was opened for some."""

    slots = _SlotsField(
        label=gettext_lazy("Slots"),
        queryset=Slot.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one slot."),
            "invalid_choice": gettext_lazy("One of these slots is no longer to be cancelled: look at the list again."),
        },
    )
    reason = LineField(
        label=gettext_lazy("Why?"),
        max_length=300,
        help_text=gettext_lazy("A sentence, as the letter says it: “Our rooms are closed that day.”"),
        error_messages={"required": gettext_lazy("Say why: the letter does.")},
    )
    way = forms.ChoiceField(
        label=gettext_lazy("And whoever had booked?"), choices=_WAYS, initial=CHOOSE, widget=forms.RadioSelect
    )
    new_day = forms.DateField(
        label=gettext_lazy("Other day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Whoever finds no place there chooses another time by the link."),
    )

    def __init__(self, *args: Any, user: User, day: date, only: list[str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.day = day
        rows = Slot.objects.visible_to(user).between(day, day).open().filter(starts_at__gt=clock.now())
        rows = rows.counted().of_use().select_related("cohort__zone", "held_by")
        self.fields["slots"].queryset = rows.order_by("starts_at", "place", "id")
        self.found = list(self.fields["slots"].queryset)
        keys = [str(slot.pk) for slot in self.found]
        self.fields["slots"].initial = [key for key in keys if not only or key in only]

    def clean_new_day(self) -> date | None:
        day = self.cleaned_data["new_day"]
        if day is None:
            return None
        if not clock.today() <= day <= clock.today() + timedelta(days=366):
            raise forms.ValidationError(_("Choose a day between today and a year from now."))
        if day == self.day:
            raise forms.ValidationError(_("Choose another day than the one that is cancelled."))
        if day in working_time.public_holidays(day.year):
            raise forms.ValidationError(_("That day is a public holiday."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("way") in (MOVE, REOPEN) and not said.get("new_day") and "new_day" not in self.errors:
            self.add_error("new_day", _("Choose the day they are moved to."))
        return said

    def rebooking(self) -> Rebooking | None:
        """Where those who had booked are moved, if they are."""
        way = self.cleaned_data["way"]
        return None if way == CHOOSE else Rebooking(self.cleaned_data["new_day"], opens=way == REOPEN)
