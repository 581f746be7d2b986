"""What leads, hosts and students say of introductions."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment
from partnership import clock
from partnership.fields import LineField, ProseField
from partnership.versions import VersionForm

from ..states import INTRODUCTION_REASONS, IntroductionState
from .unkept import refuse_the_unkept

LETTER, HANDED = "letter", "handed"


class PresentForm(forms.Form):
    """Whom to present to a site, by letter or by a link that the lead hands over."""

    students = forms.ModelMultipleChoiceField(
        label=_("Students to present"),
        queryset=Enrolment.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one student."),
            "invalid_choice": _("Choose students of this list."),
            "invalid_pk_value": _("Choose students of this list."),
        },
    )
    way = forms.ChoiceField(
        label=_("How"),
        choices=[
            (LETTER, _("by a letter to the contact of the site")),
            (HANDED, _("by a link that I hand over myself")),
        ],
        initial=LETTER,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, students: QuerySet[Enrolment], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["students"].queryset = students


class MeetingForm(VersionForm):
    """When and where a host meets a student."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the day.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Choose the time.")},
    )
    place = LineField(
        label=_("Where"),
        max_length=160,
        required=False,
        help_text=_("Street and number, floor, whom to ask for; the site if you leave it empty."),
    )

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if not 0 <= (day - clock.today()).days <= 366:
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if "day" in said and "time" in said:
            said["at"] = datetime.combine(said["day"], said["time"], clock.PARIS)
            if said["at"] <= clock.now():
                self.add_error("time", _("This time is already past."))
        return said


class NotChosenForm(VersionForm):
    """Why a host does not go on with a student."""

    state = IntroductionState.NOT_CHOSEN
    reason = forms.ChoiceField(
        label=_("Reason"), widget=forms.RadioSelect, error_messages={"required": _("Choose a reason.")}
    )
    comment = ProseField(
        label=_("Anything to add"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For the regional lead; the letters do not repeat it."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(one.value, one.label) for one in INTRODUCTION_REASONS[self.state]]

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())


class StudentDeclineForm(NotChosenForm):
    """Why a student does not go on with a host."""

    state = IntroductionState.STUDENT_DECLINED
