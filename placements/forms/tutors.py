"""Who trains at a site, and whom."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnership.fields import AddressField, LineField, NameField, PhoneField
from partnership.templatetags.figures import phone
from partnership.versions import VersionForm

from ..models import HostSite, Tutor
from ..states import ContractKind

# A level as the State counts it today (domain: 3 is CAP, 4 is bac, 8 is a doctorate).
_LEVELS = [("", _("none, or not known")), *((str(level), str(level)) for level in range(3, 9))]


class TutorForm(VersionForm):
    """A tutor, and the sites of the company where they train."""

    name = NameField(label=_("Name"), max_length=120)
    job = LineField(label=_("Position held"), max_length=120, required=False)
    years_in_job = forms.IntegerField(
        label=_("Years in a related job"),
        min_value=0,
        max_value=60,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("Whole years. The law asks for some before anybody trains: without them, nobody can be entrusted."),
    )
    diploma_level = forms.TypedChoiceField(
        label=_("Level of a diploma of the field"),
        choices=_LEVELS,
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("3 is a CAP, 4 a baccalauréat, 5 a BTS."),
    )
    is_employer = forms.BooleanField(
        label=_("Is the employer"), required=False, help_text=_("An employer may train fewer people than an employee.")
    )
    email = AddressField(label=_("E-mail address"), max_length=254, required=False)
    phone = PhoneField(label=_("Telephone"), max_length=30, required=False)
    sites = forms.ModelMultipleChoiceField(
        label=_("Sites"),
        queryset=HostSite.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a site at least.")},
    )

    def __init__(self, *args: Any, sites: QuerySet[HostSite], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["sites"].queryset = sites

    def record(self) -> dict[str, Any]:
        """The answers as the services take them, without the sites."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "sites")}


def facts_of_tutor(tutor: Tutor) -> dict[str, Any]:
    """A tutor's record as the form shows it."""
    names = ("name", "job", "years_in_job", "diploma_level", "is_employer", "email")
    facts = {name: getattr(tutor, name) for name in names}
    sites = [site.pk for site in tutor.sites.all()]
    return facts | {"phone": phone(tutor.phone), "sites": sites, "version": tutor.version}


class AssignForm(VersionForm):
    """Who trains a student, by which contract."""

    tutor = forms.ModelChoiceField(
        label=_("Tutor"),
        queryset=Tutor.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a tutor."), "invalid_choice": _("Choose a tutor of this site.")},
    )
    contract_kind = forms.ChoiceField(
        label=_("Contract"), choices=[("", _("not known yet")), *ContractKind.choices], required=False
    )
    repeats_year = forms.BooleanField(
        label=_("Repeats the year"),
        required=False,
        help_text=_("A tutor may have one apprentice more who repeats the year."),
    )

    def __init__(self, *args: Any, tutors: Iterable[Tutor], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["tutor"].queryset = tutors
