"""What applicants fill in: twelve questions on two pages, and the consents of the third."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock
from partnership.fields import AddressField, LineField, NameField, PhoneField
from partnership.models import Commune, Zone

from ..models import Cohort, may_be_minor
from ..services.ages import only_of_age
from ..states import Availability, ConsentPurpose, Level, Source

# Outside these ages the year is a slip of the finger; who may join within them is recruitment's to say.
YOUNGEST, OLDEST = 15, 99
_POSTCODE = re.compile(r"[0-9]{5}")
# Longer lists of communes are a menu, shorter ones are all in sight.
MOST_IN_SIGHT = 6


def age_on(day: date, *, year: int, month: int) -> int:
    """The age, in whole years, at the end of the month of `day`."""
    return day.year - year - (day.month < month)


def spoken(number: str) -> str:
    """A stored telephone number as one says it: « 06 12 34 56 78 », « +32 2 555 12 12 »."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number, "FR")
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if parsed.country_code == 33 else style.INTERNATIONAL)


def _months() -> list[tuple[str | int, Any]]:
    return [("", gettext_lazy("Choose")), *MONTHS.items()]


def capital(choices: Iterable[tuple[str, Any]]) -> Callable[[], list[tuple[str, str]]]:
    """The choices of a list on a page, each beginning as a sentence does, in the language of the moment."""
    return lambda: [(key, capfirst(label)) for key, label in choices]


def cohort_choices(cohorts: Mapping[str, Cohort]) -> list[tuple[str, str]]:
    """The cohorts by their zone, and by their day where they begin on several."""
    is_one_day = len({cohort.intake_id for cohort in cohorts.values()}) == 1
    return [
        (key, cohort.zone.name if is_one_day else f"{cohort.zone.name}, {cohort.intake.starts_on:%d/%m/%Y}")
        for key, cohort in cohorts.items()
    ]


def _year_input(autocomplete: str) -> forms.TextInput:
    return forms.TextInput({"inputmode": "numeric", "maxlength": "4", "autocomplete": autocomplete})


_MONTH_ERRORS = {"required": gettext_lazy("Choose the month."), "invalid_choice": gettext_lazy("Choose the month.")}


class IdentityForm(forms.Form):
    """Who applies: six questions; a postcode of several communes asks a seventh, never answered in their place."""

    first_name = NameField(
        label=gettext_lazy("First name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "given-name"}),
        error_messages={"required": gettext_lazy("Write your first name.")},
    )
    last_name = NameField(
        label=gettext_lazy("Last name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "family-name"}),
        error_messages={"required": gettext_lazy("Write your last name.")},
    )
    email = AddressField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("To receive the link with which you resume later."),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Write your e-mail address."),
            "invalid": gettext_lazy("This address is incomplete, for example firstname@example.org."),
        },
    )
    phone = PhoneField(
        label=gettext_lazy("Telephone"),
        max_length=30,
        help_text=gettext_lazy("Somebody calls you to fix an interview."),
        error_messages={"required": gettext_lazy("Write your telephone number.")},
    )
    birth_month = forms.TypedChoiceField(
        label=gettext_lazy("Month"),
        coerce=int,
        choices=_months,
        widget=forms.Select({"autocomplete": "bday-month"}),
        error_messages=_MONTH_ERRORS,
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year"),
        widget=_year_input("bday-year"),
        error_messages={
            "required": gettext_lazy("Write the year, in four digits."),
            "invalid": gettext_lazy("Write the year, in four digits."),
        },
    )
    postcode = LineField(
        label=gettext_lazy("Postcode"),
        max_length=12,
        help_text=gettext_lazy("Of where you live; overseas as well."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "postal-code"}),
        error_messages={"required": gettext_lazy("Write your postcode.")},
    )
    commune = LineField(label=gettext_lazy("Your commune"), required=False, max_length=5, widget=forms.RadioSelect)

    def __init__(self, *args: Any, starts_on: date, of_age: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.starts_on = starts_on
        # A course for professionals takes nobody who is, or may be, under age on its first day.
        self.of_age = of_age
        if of_age:
            self.fields["phone"].help_text = gettext_lazy("Somebody calls you if your file raises a question.")
        self.communes: list[Commune] = []
        self.asks_commune = False
        if not self.is_bound and self.initial.get("postcode"):
            self._offer_communes(self.initial["postcode"])

    @property
    def identity(self) -> dict[str, Any]:
        """The fields of the applicant."""
        return self.cleaned_data

    def clean_birth_year(self) -> int:
        year = self.cleaned_data["birth_year"]
        age = age_on(self.starts_on, year=year, month=1)
        if not 0 <= age <= OLDEST:
            raise forms.ValidationError(_("Write the year, in four digits."))
        if age < YOUNGEST:
            if self.of_age:
                raise forms.ValidationError(only_of_age(self.starts_on))
            raise forms.ValidationError(_("Check the year: one joins from the age of %(age)s.") % {"age": YOUNGEST})
        return year

    def clean_postcode(self) -> str:
        postcode = "".join(self.cleaned_data["postcode"].split())
        if not _POSTCODE.fullmatch(postcode):
            raise forms.ValidationError(_("A postcode has five digits, for example 69100."))
        self._offer_communes(postcode)
        if not self.communes:
            raise forms.ValidationError(_("No commune has this postcode. Leave out a CEDEX: write your commune’s own."))
        return postcode

    def _offer_communes(self, postcode: str) -> None:
        self.communes = list(Commune.objects.filter(postcodes__contains=[postcode]).order_by("name"))
        field = self.fields["commune"]
        choices = [(commune.insee_code, commune.name) for commune in self.communes]
        if len(choices) > MOST_IN_SIGHT:
            field.widget = forms.Select()
            choices = [("", gettext_lazy("Choose your commune")), *choices]
        field.widget.choices = choices

    @property
    def several_communes(self) -> bool:
        """Whether the commune must be asked."""
        return len(self.communes) > 1

    @property
    def communes_of(self) -> str:
        """The postcode whose communes the page offers; it comes back with the answer."""
        return self.cleaned_data.get("postcode", "") if self.is_bound else self.initial.get("postcode", "")

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        year, month = answers.get("birth_year"), answers.get("birth_month")
        if year and month and self.of_age and may_be_minor(self.starts_on, year=year, month=month):
            self.add_error("birth_year", only_of_age(self.starts_on))
        elif year and month and age_on(self.starts_on, year=year, month=month) < YOUNGEST:
            self.add_error("birth_year", _("Check the year: one joins from the age of %(age)s.") % {"age": YOUNGEST})
        chosen = {commune.insee_code: commune for commune in self.communes}.get(answers.get("commune"))
        if chosen is None and len(self.communes) == 1:
            chosen = self.communes[0]
        if chosen is None and "postcode" in answers:
            # The first time it is a question; left unanswered, an error.
            if self.data.get("communes_of") == answers["postcode"]:
                self.add_error("commune", _("Several communes have this postcode: choose yours."))
            else:
                self.asks_commune = True
        self.fields["commune"].required = self.several_communes
        answers["commune"] = chosen
        return answers


class ProjectForm(forms.Form):
    """What the applicant has in mind: six questions."""

    level = forms.ChoiceField(
        label=gettext_lazy("Your highest diploma"),
        help_text=gettext_lazy("The one you hold, or take this year."),
        choices=capital(Level.choices),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose your highest diploma.")},
    )
    diploma_month = forms.TypedChoiceField(
        label=gettext_lazy("Month"),
        coerce=int,
        choices=_months,
        required=False,
        empty_value=None,
        error_messages=_MONTH_ERRORS,
    )
    diploma_year = forms.IntegerField(
        label=gettext_lazy("Year"),
        required=False,
        widget=_year_input("off"),
        error_messages={"invalid": gettext_lazy("Write the year, in four digits.")},
    )
    cohort = forms.ChoiceField(
        label=gettext_lazy("Where do you wish to train?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a zone."),
            "invalid_choice": gettext_lazy("Choose a zone."),
        },
    )
    other_zones = forms.MultipleChoiceField(
        label=gettext_lazy("Could you move elsewhere?"),
        help_text=gettext_lazy("Tick every other zone that would suit you."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    availability = forms.MultipleChoiceField(
        label=gettext_lazy("When could you work, besides office hours?"),
        help_text=gettext_lazy("Call centres often open late. None of these is required."),
        choices=capital(Availability.choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = LineField(
        label=gettext_lazy("Which languages do you speak?"),
        help_text=gettext_lazy("For example: French, Arabic, a little Spanish."),
        max_length=120,
        error_messages={"required": gettext_lazy("Write at least one language.")},
    )
    has_employer = forms.TypedChoiceField(
        label=gettext_lazy("Have you already found an employer?"),
        help_text=gettext_lazy("If not, we look for one with you."),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Answer yes or no.")},
    )
    source = forms.ChoiceField(
        label=gettext_lazy("How did you hear of us?"),
        choices=capital([("", gettext_lazy("Choose")), *Source.choices]),
        error_messages={"required": gettext_lazy("Choose how you heard of us.")},
    )
    supported_by = LineField(
        label=gettext_lazy("Does somebody support you?"),
        help_text=gettext_lazy("A teacher, an adviser of a mission locale… and their organisation."),
        required=False,
        max_length=120,
    )

    def __init__(
        self, *args: Any, cohorts: Iterable[Cohort], zones: Iterable[Zone], is_hosted: bool = True, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.cohorts = {str(cohort.pk): cohort for cohort in cohorts}
        self.zones = {str(zone.pk): zone for zone in zones}
        self.fields["cohort"].choices = cohort_choices(self.cohorts)
        self.fields["other_zones"].choices = [(key, zone.name) for key, zone in self.zones.items()]
        if not is_hosted:
            # No host is looked for: neither other zones nor free evenings are asked for.
            del self.fields["other_zones"], self.fields["availability"]
            self.fields["has_employer"].help_text = ""

    def clean_diploma_year(self) -> int | None:
        year = self.cleaned_data["diploma_year"]
        this_year = clock.today().year
        if year is not None and not this_year - 60 <= year <= this_year + 5:
            raise forms.ValidationError(_("Write the year, in four digits."))
        return year

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        month, year = answers.get("diploma_month"), answers.get("diploma_year")
        if month and year is None and "diploma_year" not in self.errors:
            self.add_error("diploma_year", _("Write the year, in four digits."))
        if year and month is None and "diploma_month" not in self.errors:
            self.add_error("diploma_month", _("Choose the month."))
        return answers

    @property
    def chosen_cohort(self) -> Cohort:
        """The promotion applied for."""
        return self.cohorts[self.cleaned_data["cohort"]]

    @property
    def chosen_zones(self) -> list[Zone]:
        """The other zones that would do."""
        return [self.zones[key] for key in self.cleaned_data.get("other_zones", [])]

    @property
    def project(self) -> dict[str, Any]:
        """The fields of the application."""
        answers = self.cleaned_data
        year, month = answers["diploma_year"], answers["diploma_month"]
        kept = ("level", "languages", "has_employer", "source", "supported_by")
        return {name: answers[name] for name in kept} | {
            "availability": answers.get("availability", []),
            "diploma_on": date(year, month, 1) if year else None,
        }


class ConsentForm(forms.Form):
    """What the applicant agrees to besides the application itself: nothing, until they tick it."""

    sms = forms.BooleanField(label=gettext_lazy("I accept reminders by SMS."), required=False)
    talent_pool = forms.BooleanField(
        label=gettext_lazy("If I am not admitted this year, keep my application for two years."), required=False
    )

    # Which answers the page showed: another window may have changed them since.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    @property
    def consents(self) -> list[str]:
        """The purposes agreed to."""
        # What is not asked here, such as who may see a CV, is asked on the page of one's own data.
        return [purpose for purpose in ConsentPurpose.values if self.cleaned_data.get(purpose)]


class LinkForm(forms.Form):
    """Where to send a new personal link."""

    email = AddressField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("The one you wrote in your application."),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Write your e-mail address."),
            "invalid": gettext_lazy("This address is incomplete, for example firstname@example.org."),
        },
    )
