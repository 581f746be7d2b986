"""What a recruiter fills in: the filters of the list, an interview, a reason, an answer told by telephone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership import clock
from partnership.fields import LineField, ProseField
from partnership.models import User
from partnership.states import Channel

from ..listing import (
    AT_RISK,
    COLUMNS,
    IN_PROGRESS,
    INCOMPLETE,
    NO_SOURCE,
    NOBODY,
    OFFERED,
    ORDERS,
    OVERDUE,
    TO_CONTACT,
    TO_LOOK_AT,
    TO_RECORD,
)
from ..models import Cohort, Condition, RecruitmentSource
from ..states import (
    EXIT_REASONS,
    REASONS_AGAINST_THE_CONFIRMED,
    ApplicationState,
    Coming,
    ConditionKind,
    ExitReason,
    Source,
)

_NO_CHOICE = _("Choose a reason.")


class Filters(forms.Form):
    """The filters of the list, from the address: what is not one of the choices is ignored, and told."""

    q = LineField(
        label=_("Name, e-mail, telephone or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    etat = forms.ChoiceField(label=_("Stage"), required=False)
    rentree = forms.ChoiceField(label=_("Intake"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    responsable = forms.ChoiceField(label=_("Followed by"), required=False)
    condition = forms.ChoiceField(
        label=_("Condition not met"), required=False, choices=[("", _("Any")), *ConditionKind.choices]
    )
    suivi = forms.ChoiceField(
        label=_("To follow up"),
        required=False,
        choices=[
            ("", _("Any")),
            (AT_RISK, _("at risk")),
            (INCOMPLETE, _("papers missing")),
            (TO_LOOK_AT, _("papers to look at")),
        ],
    )
    venu_par = forms.ChoiceField(label=_("Recruitment source"), required=False)
    atteint = forms.ChoiceField(
        label=pgettext_lazy("how far a file has come", "Has come to"),
        required=False,
        choices=[
            ("contacts", pgettext_lazy("how far a file has come", "the contact")),
            ("applied", pgettext_lazy("how far a file has come", "the application")),
            ("interviewed", pgettext_lazy("how far a file has come", "the interview")),
            ("admitted", pgettext_lazy("how far a file has come", "the admission")),
            ("confirmed", pgettext_lazy("how far a file has come", "a place confirmed today")),
            ("present", pgettext_lazy("how far a file has come", "the course: present")),
        ],
    )
    tri = forms.ChoiceField(required=False, widget=forms.HiddenInput, choices=[(key, key) for key in ORDERS])
    vue = forms.ChoiceField(required=False, widget=forms.HiddenInput, choices=[(COLUMNS, COLUMNS)])

    def __init__(
        self,
        *args: Any,
        cohorts: list[Cohort],
        owners: list[User],
        sources: Iterable[RecruitmentSource] = (),
        **kwargs: Any,
    ):
        """`sources` holds the one that is asked for, if it is known: no menu offers them, their page leads here."""
        super().__init__(*args, auto_id="f_%s", **kwargs)
        self.cohorts = cohorts
        named = ((source.code, source.name) for source in sources)
        self.fields["venu_par"].choices = [("", _("Any")), (NO_SOURCE, _("none that is known")), *named]
        zones = {cohort.zone.code: cohort.zone for cohort in cohorts}
        intakes = {str(cohort.intake_id): cohort.intake for cohort in cohorts}
        self.fields["zone"].choices = [
            ("", _("All zones")),
            *((zone.code, zone.name) for zone in sorted(zones.values(), key=lambda zone: (zone.order, zone.name))),
        ]
        self.fields["etat"].choices = [
            ("", _("All stages")),
            (IN_PROGRESS, _("In progress")),
            (TO_CONTACT, _("First contact due")),
            (TO_RECORD, _("Interview to record")),
            (OVERDUE, _("Offer past its date")),
            (OFFERED, _("Offer awaiting an answer")),
            *(choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT),
        ]
        self.fields["rentree"].choices = [("", _("All intakes")), *((key, str(one)) for key, one in intakes.items())]
        self.fields["source"].choices = [("", _("All sources")), *Source.choices]
        self.fields["responsable"].choices = [
            ("", _("Everybody")),
            (NOBODY, _("nobody")),
            *((str(owner.pk), owner.full_name) for owner in owners),
        ]

    def kept(self) -> dict[str, Any]:
        """The filters that mean something, in the order of the form; without the order of the rows."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name not in ("tri", "vue")}

    def lasting(self) -> str:
        """What the address asks for, as it can be kept: known filters, the order, the view, and no word searched."""
        self.is_valid()
        return urlencode([(name, value) for name, value in self.cleaned_data.items() if value and name != "q"])

    def word_of(self, name: str, value: str) -> str:
        """A filter's value as the list shows it; one that is no choice (any more) as it is."""
        return str(dict(self.fields[name].choices).get(value, value)) if name != "q" else value


class InterviewForm(forms.Form):
    """When and where an interview is held."""

    day = forms.DateField(
        label=_("Date of the interview"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the day of the interview.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Choose the time of the interview.")},
    )
    minutes = forms.IntegerField(label=_("Length, in minutes"), min_value=10, max_value=240, initial=30)
    place = LineField(
        label=_("Place"),
        max_length=160,
        help_text=_("An address and a room, or “by telephone”: the letter says it."),
        error_messages={"required": _("Say where the interview is held.")},
    )

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if not clock.today() <= day <= clock.today() + timedelta(days=366):
            raise forms.ValidationError(_("Choose a day between today and a year from now."))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if "day" in found and "time" in found:
            found["starts_at"] = datetime.combine(found["day"], found["time"], clock.PARIS)
            if found["starts_at"] <= clock.now():
                self.add_error("time", _("This time is already past."))
        return found


class NoteForm(forms.Form):
    """What the interview showed."""

    note = ProseField(
        label=_("Note of the interview"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What helps to decide. The person may ask to read it."),
        error_messages={"required": _("Write a few words about the interview.")},
    )


class ReasonForm(forms.Form):
    """Why a file is closed: the reasons are those that fit the exit."""

    reason = forms.ChoiceField(label=_("Reason"), error_messages={"required": _NO_CHOICE, "invalid_choice": _NO_CHOICE})

    def __init__(self, *args: Any, to: ApplicationState, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fitting = [(reason.value, ExitReason(reason).label) for reason in EXIT_REASONS[to]]
        self.fields["reason"].choices = [("", _("Choose")), *fitting]


class RejectionForm(ReasonForm):
    """Why an application is refused; a confirmed place is taken back for few reasons."""

    def __init__(self, *args: Any, confirmed: bool, to: ApplicationState = ApplicationState.REJECTED, **kwargs: Any):
        super().__init__(*args, to=to, **kwargs)
        if confirmed:
            fitting = [(reason.value, ExitReason(reason).label) for reason in REASONS_AGAINST_THE_CONFIRMED]
            self.fields["reason"].choices = [("", _("Choose")), *fitting]


class AdmissionForm(forms.Form):
    """On what a place is offered: on nothing, or on conditions that are ticked later."""

    conditions = forms.MultipleChoiceField(
        label=_("On which conditions?"),
        help_text=_("None ticked: the place is offered without a condition. The letter and their page name them."),
        choices=ConditionKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other = LineField(
        label=_("The other condition, as the applicant reads it"),
        max_length=160,
        required=False,
        help_text=_("For example: a driving licence obtained before 1 September."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        ticked = ConditionKind.OTHER in said.get("conditions", [])
        if ticked and not said.get("other") and "other" not in self.errors:
            self.add_error("other", _("Say what the other condition is."))
        if said.get("other") and not ticked and "conditions" in said:
            self.add_error("conditions", _("Tick “other condition”, or leave its words out."))
        return said

    @property
    def chosen(self) -> dict[str, str]:
        """The conditions, each with its words where it has any."""
        said = self.cleaned_data
        return {kind: said["other"] if kind == ConditionKind.OTHER else "" for kind in said["conditions"]}


class TickForm(forms.Form):
    """Which conditions are met."""

    ticked = forms.ModelMultipleChoiceField(
        label=_("Conditions"),
        queryset=Condition.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one condition."),
            "invalid_choice": _("One of these conditions is not yours to tick: choose again."),
            "invalid_pk_value": _("One of these conditions is not yours to tick: choose again."),
        },
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["ticked"].queryset = Condition.objects.visible_to(user).select_related(
            "application__candidate", "application__intake"
        )


class MoveForm(forms.Form):
    """Where a file goes on, and what becomes of a booked interview."""

    cohort = forms.TypedChoiceField(
        label=_("Where the file goes on"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose where the file goes on."),
            "invalid_choice": _("Choose where the file goes on."),
        },
    )
    cancels_interview = forms.BooleanField(required=False)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], booked: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["cohort"].choices = choices
        if booked:
            self.fields["cancels_interview"].label = _("Cancel the interview of %(moment)s") % {"moment": booked}
            self.fields["cancels_interview"].help_text = _("Left alone, it stays booked where it is.")
        else:
            del self.fields["cancels_interview"]


class ChannelForm(forms.Form):
    """How the answer of the applicant reached us."""

    channel = forms.ChoiceField(
        label=_("How the answer reached us"),
        choices=[(Channel.PHONE.value, Channel.PHONE.label), (Channel.PAPER.value, Channel.PAPER.label)],
        initial=Channel.PHONE,
    )


class ComingForm(ChannelForm):
    """Whether a student still comes, as they told us."""

    answer = forms.ChoiceField(
        label=_("Are they still coming?"),
        choices=Coming.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    field_order = ["answer", "channel"]


class LeavingForm(ReasonForm, ChannelForm):
    """Why somebody leaves, and how they told us."""

    field_order = ["reason", "channel"]


class ReopeningForm(forms.Form):
    """Why a closed file is opened again."""

    reason = LineField(
        label=_("Why the file is opened again"),
        max_length=300,
        help_text=_("Kept in the file’s story."),
        error_messages={"required": _("Say why the file is opened again.")},
    )


class SavedViewForm(forms.Form):
    """How a view of the list is called, and for whom it is."""

    name = LineField(
        label=_("Name of the view"),
        max_length=60,
        help_text=_("For example: Lyon, to call this week."),
        error_messages={"required": _("Give the view a name.")},
    )
    is_shared = forms.BooleanField(
        label=_("Share it with everybody who recruits"),
        help_text=_("Each sees the files of their own zones in it."),
        required=False,
    )
