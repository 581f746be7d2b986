"""What a lead says of a placement as time goes by: its first and last day, a break, a change, a visit."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.fields import ProseField
from partnership.versions import VersionForm

from ..models import HostSite, Placement, Tutor
from ..states import BreakCause, Signal, VisitKind
from .unkept import refuse_the_unkept

LONGEST_NOTE, LONGEST_NOTES = 300, 1000
# More days of absence than two years of work have are a slip of the hand.
MOST_ABSENT = 500


def _day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _day(label: Any, **said: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=_day_input(), error_messages={"required": _("Say which day.")}, **said)


class StartForm(VersionForm):
    """The first day of a student at the host."""

    on = _day(_("First day at the host"), initial=clock.today)


class StartAllForm(forms.Form):
    """The first day of several students at once."""

    on = _day(_("First day at the host"), initial=clock.today)
    placements = forms.ModelMultipleChoiceField(
        label=_("Students"),
        queryset=Placement.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one student."),
            "invalid_choice": _("One of these students is no longer to begin: look at the list again."),
            "invalid_pk_value": _("One of these students is no longer to begin: look at the list again."),
        },
    )

    def __init__(self, *args: Any, ready: QuerySet[Placement], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["placements"].queryset = ready


class CompleteForm(VersionForm):
    """The last day of a placement that has come to its end."""

    on = _day(_("Last day at the host"), initial=clock.today)


class BreakForm(VersionForm):
    """Why and when a placement has ended early, and whether its place is open again."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        choices=[(cause.value, cause.label) for cause in BreakCause if cause != BreakCause.LEFT_COURSE],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a cause.")},
    )
    on = _day(_("Last day at the host"), initial=clock.today)
    absent = forms.IntegerField(
        label=_("Days of absence until then"),
        required=False,
        min_value=0,
        max_value=MOST_ABSENT,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_(
            "Days of illness and the like, which are not counted among the first 45. Their number is not kept."
        ),
    )
    reopen = forms.TypedChoiceField(
        label=_("Is the place open again?"),
        choices=[("yes", _("Yes, for somebody else")), ("no", _("No, it closes"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the place is open again.")},
    )
    note = ProseField(
        label=_("What happened"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the student’s file; the letters do not repeat it."),
    )

    def __init__(self, *args: Any, first_days: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["cause"].help_text = first_days

    def clean_absent(self) -> int:
        return self.cleaned_data["absent"] or 0

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())


class AmendForm(VersionForm):
    """Another site of the same company, or another tutor, from a day on."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=HostSite.objects.none(), empty_label=None)
    tutor = forms.ModelChoiceField(
        label=_("Tutor"), queryset=Tutor.objects.none(), required=False, empty_label=_("not known yet")
    )
    from_on = _day(_("From"), initial=clock.today)
    hours_reason = ProseField(
        label=_("Why the hours work all the same"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where the site is closed on days that the student spends in the company."),
    )

    def __init__(self, *args: Any, sites: QuerySet[HostSite], tutors: QuerySet[Tutor], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites
        self.fields["tutor"].queryset = tutors

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())


class VisitForm(forms.Form):
    """A visit, check-in or call that has taken place, and the day of the next visit."""

    shown = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    kind = forms.ChoiceField(
        label=_("What"), choices=VisitKind.choices, error_messages={"required": _("Say what it was.")}
    )
    done_on = _day(_("On"), initial=clock.today)
    signal = forms.ChoiceField(
        label=_("How it goes"),
        choices=Signal.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how it goes.")},
    )
    notes = ProseField(
        label=_("Notes"),
        max_length=LONGEST_NOTES,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("No social security number, nationality or bank account: they are not kept here."),
    )
    next_on = forms.DateField(label=_("Next visit, if a day is fixed"), required=False, widget=_day_input())

    def __init__(self, *args: Any, open_kinds: Iterable[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        possible = set(open_kinds)
        self.fields["kind"].choices = [(value, label) for value, label in VisitKind.choices if value in possible]

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())
