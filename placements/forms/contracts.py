"""What is filled in about a contract: the employer sheet, and the day of each step."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_numbers

from partnership import clock, papers
from partnership.fields import AddressField, LineField, NameField, ProseField
from partnership.versions import VersionForm

from ..models import ContractFile, FundingOperator
from ..states import BeyondAge, ContractKind, ContractPaperKind, ContractState
from .unkept import refuse_the_unkept

# A day further from today is a slip of the hand.
_FURTHEST = timedelta(days=10 * 366)
MOST_HOURS = 48


class NearDayField(forms.DateField):
    """A day within ten years of today."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"far": _("Check the year of this date.")}

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and abs(day - clock.today()) > _FURTHEST:
            raise forms.ValidationError(self.error_messages["far"], code="far")
        return day


class AskSheetForm(forms.Form):
    """Which contract is prepared for a placement; `kinds` are those its first day allows."""

    kind = forms.ChoiceField(
        label=_("Which contract?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a contract.")},
    )

    def __init__(self, *args: Any, kinds: list[ContractKind], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]


class SheetForm(VersionForm):
    """The employer sheet; `contract` is the file it is of; a rival of the site neither reads nor writes addresses."""

    employer_name = LineField(label=_("Employer, as on the contract"), max_length=120)
    siret = LineField(
        label=_("SIRET of the place of work"),
        max_length=20,
        required=False,
        help_text=_("14 digits; due before the contract is filed."),
    )
    idcc = LineField(
        label=_("Collective agreement (IDCC)"),
        max_length=4,
        required=False,
        help_text=_("Four digits, on each pay slip: 2098, for example."),
    )
    operator = forms.ModelChoiceField(
        label=_("Skills operator"), queryset=FundingOperator.objects.all(), required=False, empty_label=_("not known")
    )
    headcount = forms.IntegerField(label=_("Headcount of the company"), required=False, min_value=1, max_value=999_999)
    habilitation = LineField(label=_("Number of the habilitation by the DDTEFP"), max_length=40, required=False)
    tutor_name = NameField(label=_("Who trains the student on the site"), max_length=120)
    tutor_job = LineField(label=_("Position held"), max_length=120, required=False)
    tutor_email = AddressField(label=_("Their e-mail address"), max_length=254, required=False)
    second_tutor_name = NameField(
        label=_("A second person who trains"),
        max_length=120,
        required=False,
        help_text=_("With two names, a change of tutor needs no amendment."),
    )
    workplace = LineField(label=_("Place of work, if it is not the site"), max_length=160, required=False)
    starts_on = NearDayField(label=_("Start of execution"))
    works_from = NearDayField(
        label=_("First day of work on the site"), required=False, help_text=_("Empty if it is the start of execution.")
    )
    ends_on = NearDayField(label=_("End of the contract"))
    weekly_hours = forms.DecimalField(
        label=_("Hours of work a week"),
        required=False,
        min_value=1,
        max_value=MOST_HOURS,
        max_digits=4,
        decimal_places=2,
        localize=True,
        help_text=_("The time spent in class counts: 35, for example."),
    )
    note = ProseField(
        label=_("Anything to add"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("No social security number, nationality or bank account: they are not kept here."),
    )

    def __init__(self, *args: Any, contract: ContractFile, with_contacts: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.contract = contract
        if not with_contacts:
            del self.fields["tutor_email"]
        if contract.kind != ContractKind.QUALIFICATION:
            del self.fields["habilitation"]

    @classmethod
    def filled(cls, contract: ContractFile, *, with_contacts: bool = True) -> "SheetForm":
        """The form as the sheet is now; before it was ever sent, what the host's record knows."""
        site = contract.placement.seat.site
        names = [name for name in cls.base_fields if name not in ("version", "weekly_hours")]
        said = {name: getattr(contract, name) for name in names}
        if contract.state == ContractState.ASKED:
            company, tutor = site.company, contract.placement.tutor
            first_day = contract.placement.enrolment.application.cohort.intake.starts_on
            said |= {
                "employer_name": company.name,
                "siret": site.siret,
                "idcc": company.agreement_id or "",
                "operator": company.operator_id,
                "headcount": company.headcount,
                "starts_on": first_day,
            }
            if tutor is not None:
                said |= {"tutor_name": tutor.name, "tutor_job": tutor.job, "tutor_email": tutor.email}
        minutes = contract.weekly_minutes
        said["weekly_hours"] = (Decimal(minutes) / 60).normalize() if minutes else None
        return cls(initial=said | {"version": contract.version}, contract=contract, with_contacts=with_contacts)

    def clean_siret(self) -> str:
        if not self.cleaned_data["siret"]:
            return ""
        try:
            return siret_numbers.validate(self.cleaned_data["siret"])
        except NumberError as problem:
            raise forms.ValidationError(_("This is not a SIRET: check its 14 digits.")) from problem

    def clean_idcc(self) -> str:
        idcc = self.cleaned_data["idcc"]
        if idcc and not (len(idcc) == 4 and idcc.isascii() and idcc.isdigit()):
            raise forms.ValidationError(_("Four digits, like 2098."))
        return idcc

    def clean(self) -> dict[str, Any]:
        answers = refuse_the_unkept(self, super().clean())
        first, last = answers.get("starts_on"), answers.get("ends_on")
        if first and last and last <= first:
            self.add_error("ends_on", _("The contract ends before it starts."))
        return answers

    def sheet(self) -> dict[str, Any]:
        """The answers as the service takes them."""
        answers = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "weekly_hours")}
        hours = self.cleaned_data["weekly_hours"]
        answers["weekly_minutes"] = int(hours * 60) if hours else None
        answers["works_from"] = answers["works_from"] or answers["starts_on"]
        return answers


class StepForm(VersionForm):
    """The day of a step."""

    on = NearDayField(label=_("On"), error_messages={"required": _("Give the day on which it was done.")})


class PrepareForm(StepForm):
    """The contract is written, and what the school says of the course."""

    course_ends_on = NearDayField(label=_("End of the course or of the examination"), required=False)
    training_hours = forms.IntegerField(label=_("Hours of training"), required=False, min_value=1, max_value=5_000)
    beyond_age = forms.ChoiceField(
        label=_("Older than the usual bound?"),
        choices=[("", _("no")), *BeyondAge.choices],
        required=False,
        help_text=_("The reason is not written down anywhere."),
    )
    medical_visit_on = NearDayField(label=_("Medical visit, if under age"), required=False)


class FileForm(StepForm):
    """The contract is filed: the day, and the number that the operator gave."""

    number = LineField(
        label=_("Filing number"),
        max_length=40,
        error_messages={"required": _("Write the number that the operator gave to the filing.")},
    )

    def clean(self) -> dict[str, Any]:
        return refuse_the_unkept(self, super().clean())


class AnswerForm(StepForm):
    """What the operator answered, and why if it is no."""

    answer = forms.ChoiceField(
        label=_("What the operator answered"),
        choices=[
            (state.value, state.label)
            for state in (ContractState.ACCEPTED, ContractState.RETURNED, ContractState.REFUSED)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the operator answered.")},
    )
    reason = ProseField(
        label=_("The reason it gives"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For a return or a refusal; the employer reads it."),
    )

    def clean(self) -> dict[str, Any]:
        answers = refuse_the_unkept(self, super().clean())
        said = answers.get("answer")
        if said and said != ContractState.ACCEPTED and not answers.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write the reason that the operator gives."))
        return answers


STEP_FORMS: dict[str, type[StepForm]] = {
    ContractState.RECEIVED: PrepareForm,
    ContractState.PREPARED: StepForm,
    ContractState.SIGNED: FileForm,
    ContractState.RETURNED: FileForm,
    ContractState.FILED: AnswerForm,
}


class ContractPaperForm(forms.Form):
    """A paper of the file, and which one it is."""

    kind = forms.ChoiceField(label=_("Which paper?"), choices=ContractPaperKind.choices)
    paper = papers.PaperField(label=_("The file"))


class ContractFilter(forms.Form):
    """Which contract files to list."""

    step = forms.ChoiceField(
        label=_("Step"),
        required=False,
        choices=[("", _("under way")), ("late", _("late")), ("all", _("all")), *ContractState.choices],
    )
