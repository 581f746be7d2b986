"""What a recruiter says of a call."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.fields import ProseField

from ..states import EXIT_REASONS, ApplicationState, CallResult, ExitReason

_DAYS_AHEAD = 366


class CallForm(forms.Form):
    """What a call gave, and when to call again."""

    note = ProseField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The person may ask to read it."),
    )
    # What is said while one talks, then how it ended: Enter on the result sends.
    result = forms.ChoiceField(
        label=_("What did the call give?"),
        choices=CallResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the call gave."), "invalid_choice": _("Say what the call gave.")},
    )
    day = forms.DateField(
        label=_("Next date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Without one: the next working day."),
    )
    time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = forms.ChoiceField(label=_("If they are not interested: why?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fitting = [(reason.value, ExitReason(reason).label) for reason in EXIT_REASONS[ApplicationState.WITHDRAWN]]
        self.fields["reason"].choices = [("", _("Choose")), *fitting]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        result, day, time = said.get("result"), said.pop("day", None), said.pop("time", None)
        if result == CallResult.NOT_INTERESTED:
            if not said.get("reason") and "reason" not in self.errors:
                self.add_error("reason", _("Choose a reason."))
        elif result == CallResult.CALL_BACK and day is None and "day" not in self.errors:
            self.add_error("day", _("Say on which day to call back."))
        said["next_at"] = self._moment(day, time)
        return said

    def _moment(self, day: Any, time: Any) -> datetime | None:
        if day is None:
            if time is not None:
                self.add_error("day", _("Say on which day."))
            return None
        if not clock.today() <= day <= clock.today() + timedelta(days=_DAYS_AHEAD):
            self.add_error("day", _("Choose a day between today and a year from now."))
            return None
        moment = datetime.combine(day, time or settings.OPENING[0], clock.PARIS)
        if moment <= clock.now():
            self.add_error("time", _("Choose a time to come.") if time is None else _("This time is already past."))
        return moment
