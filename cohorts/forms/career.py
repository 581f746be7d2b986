"""What a professional is asked in place of the school's questions: employer, position, who pays, free days."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_numbers

from partnership.fields import LineField
from partnership.models import Zone

from ..models import Cohort
from ..states import Funding, Source
from .apply import capital, cohort_choices

MOST_YEARS = 60
_YEARS = gettext_lazy("Write a number of years, in figures: 0 if you begin.")


class CareerForm(forms.Form):
    """What a professional does and who pays: six questions, none about a school, a host or free evenings."""

    employer_name = LineField(
        label=gettext_lazy("Your present employer"),
        max_length=120,
        help_text=gettext_lazy("The name of the company; your own if you work for yourself."),
        widget=forms.TextInput({"autocomplete": "organization"}),
        error_messages={"required": gettext_lazy("Write the name of your employer.")},
    )
    employer_siret = LineField(
        label=gettext_lazy("SIRET of your employer"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("If you know it: 14 digits, on your payslip."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    job = LineField(
        label=gettext_lazy("Position held"),
        max_length=120,
        help_text=gettext_lazy("For example: head of a floor of forty advisers."),
        widget=forms.TextInput({"autocomplete": "organization-title"}),
        error_messages={"required": gettext_lazy("Write the position you hold.")},
    )
    management_years = forms.IntegerField(
        label=gettext_lazy("Years of management"),
        min_value=0,
        max_value=MOST_YEARS,
        widget=forms.TextInput({"inputmode": "numeric", "maxlength": "2", "autocomplete": "off"}),
        error_messages={"required": _YEARS, "invalid": _YEARS, "min_value": _YEARS, "max_value": _YEARS},
    )
    funding = forms.ChoiceField(
        label=gettext_lazy("Who pays for the course?"),
        help_text=gettext_lazy("What you plan today; it may change."),
        choices=capital(Funding.choices),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who pays, as far as you know.")},
    )
    class_days = LineField(
        label=gettext_lazy("Which days can you leave your post?"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For example: Thursdays and Fridays, never the last week of the month."),
    )
    cohort = forms.ChoiceField(
        label=gettext_lazy("Where do you wish to train?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a zone."),
            "invalid_choice": gettext_lazy("Choose a zone."),
        },
    )
    source = forms.ChoiceField(
        label=gettext_lazy("How did you hear of us?"),
        choices=capital([("", gettext_lazy("Choose")), *Source.choices]),
        error_messages={"required": gettext_lazy("Choose how you heard of us.")},
    )

    def __init__(self, *args: Any, cohorts: Iterable[Cohort], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cohorts = {str(cohort.pk): cohort for cohort in cohorts}
        self.fields["cohort"].choices = cohort_choices(self.cohorts)

    def clean_employer_siret(self) -> str:
        typed = self.cleaned_data["employer_siret"]
        if not typed:
            return ""
        try:
            return siret_numbers.validate(typed)
        except NumberError as problem:
            raise forms.ValidationError(_("This is not a SIRET: check its 14 digits, or leave it out.")) from problem

    @property
    def chosen_cohort(self) -> Cohort:
        """The promotion applied for."""
        return self.cohorts[self.cleaned_data["cohort"]]

    @property
    def chosen_zones(self) -> list[Zone]:
        """No other: whoever is in post does not move for a course."""
        return []

    @property
    def project(self) -> dict[str, Any]:
        """The fields of the application; whoever names an employer has one."""
        answers = {name: value for name, value in self.cleaned_data.items() if name != "cohort"}
        return answers | {"has_employer": True}
