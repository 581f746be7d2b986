"""A host’s site and its places, as a lead records them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_numbers

from cohorts.models import Enrolment, Intake
from partnership.fields import AddressField, LineField, NameField, PhoneField
from partnership.models import Commune, Zone
from partnership.templatetags.figures import phone
from partnership.templatetags.ui import language_name
from partnership.versions import VersionForm

from ..models import HostSite
from ..states import CallFlow
from .opening_hours import DAYS, DayField, days_of

MOST_SEATS = 30
_LANGUAGES = [("fr", _("French")), ("en", _("English"))]
# What plateaux answer in, the most usual first; a site that has another one keeps it.
SPOKEN = ("fr", "en", "es", "it", "de", "pt", "ar", "nl", "pl", "ro", "ru", "tr", "uk")
CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_language")


def languages_to_choose(more: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Languages by their code, in words."""
    return [(code, language_name(code)) for code in dict.fromkeys([*SPOKEN, *more])]


class SiteForm(VersionForm):
    """A host's site; `site` is the one that is edited."""

    company_name = LineField(
        label=_("Company"), max_length=120, help_text=_("As it names itself; several sites may have the same.")
    )
    is_partner = forms.BooleanField(
        label=_("Partner of the convention"),
        required=False,
        initial=True,
        help_text=_("An employer outside the partnership is counted apart."),
    )
    name = LineField(label=_("Name of the site"), max_length=120)
    siret = LineField(
        label=_("SIRET"),
        max_length=20,
        required=False,
        help_text=_(
            "14 digits, with or without spaces: 732 829 320 00074. An employer outside the partnership may give it "
            "later, before the contract is filed."
        ),
    )
    zone = forms.ModelChoiceField(label=_("Zone"), queryset=Zone.objects.none(), empty_label=None)
    postcode = LineField(
        label=_("Postcode"), max_length=5, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )
    commune = forms.ChoiceField(label=_("Commune"), required=False, widget=forms.RadioSelect)
    contact_name = NameField(label=_("Who answers for the site"), max_length=120)
    contact_email = AddressField(
        label=_("Their e-mail address"), max_length=254, help_text=_("Proposals are sent there, with a personal link.")
    )
    contact_phone = PhoneField(
        label=_("Their telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    contact_language = forms.ChoiceField(label=_("Language of their letters"), choices=_LANGUAGES, initial="fr")
    hours = LineField(
        label=_("Remark on the hours"),
        max_length=80,
        required=False,
        help_text=_("What the days above do not say, for example: two shifts."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of the calls"), required=False, widget=forms.CheckboxSelectMultiple
    )
    languages_needed = forms.MultipleChoiceField(
        label=_("Languages nobody can do without"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only students who speak them are proposed there."),
    )
    calls = forms.ChoiceField(label=_("Calls"), choices=[("", _("not known")), *CallFlow.choices], required=False)
    workstations = forms.IntegerField(label=_("Workstations"), required=False, min_value=1, max_value=9999)

    # « It is another one »: said once likely duplicates have been shown.
    different = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        zones: QuerySet[Zone],
        site: HostSite | None = None,
        with_contacts: bool = True,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.site = site
        self.fields["zone"].queryset = zones
        known = languages_to_choose([*site.languages, *site.languages_needed] if site else ())
        self.fields["languages"].choices = self.fields["languages_needed"].choices = known
        self.fields |= {name: DayField(weekday) for weekday, name in enumerate(DAYS)}
        order = [*self.fields]
        place = order.index("hours")
        self.order_fields([*order[:place], *DAYS, *order[place:]])
        if not with_contacts:
            # A rival neither reads nor writes them.
            for name in CONTACT:
                del self.fields[name]
        if site is not None:
            # The company is an administrator's to rename: it may have sites in other zones.
            del self.fields["company_name"], self.fields["is_partner"], self.fields["different"]
        self.communes = list(self._communes())
        if len(self.communes) > 1:
            self.fields["commune"].choices = [(commune.insee_code, commune.name) for commune in self.communes]
        else:
            del self.fields["commune"]

    def _communes(self) -> Iterable[Commune]:
        postcode = str(self["postcode"].value() or "").strip()
        if len(postcode) == 5 and postcode.isascii() and postcode.isdigit():
            return Commune.objects.filter(postcodes__contains=[postcode]).order_by("name")
        return []

    @classmethod
    def filled(cls, site: HostSite, **about: Any) -> "SiteForm":
        """The form as the site's record is now."""
        return cls(initial=facts_of(site) | {"version": site.version}, site=site, **about)

    def clean_siret(self) -> str:
        if not self.cleaned_data["siret"]:
            return ""
        try:
            number = siret_numbers.validate(self.cleaned_data["siret"])
        except NumberError as problem:
            raise forms.ValidationError(_("This is not a SIRET: check its 14 digits.")) from problem
        others = HostSite.objects.filter(siret=number)
        if self.site is not None:
            others = others.exclude(pk=self.site.pk)
        if others.exists():
            raise forms.ValidationError(_("This SIRET is already that of another site."))
        siren = self.site.company.siren if self.site is not None else ""
        if siren and not number.startswith(siren):
            raise forms.ValidationError(_("This SIRET is another company’s: its first nine digits are not the SIREN."))
        return number

    def clean_postcode(self) -> str:
        if not self.communes:
            raise forms.ValidationError(_("No commune has this postcode."))
        return self.cleaned_data["postcode"].strip()

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        # What nobody can do without is spoken there, whether or not it was ticked twice.
        spoken = [*answers.get("languages", []), *answers.get("languages_needed", [])]
        answers["languages"] = list(dict.fromkeys(spoken))
        if len(self.communes) == 1:
            answers["commune"] = self.communes[0].pk
        elif "commune" in self.fields and not answers.get("commune") and "commune" not in self.errors:
            self.add_error("commune", _("Several communes have this postcode: choose one."))
        is_partner = answers.get("is_partner") if self.site is None else self.site.company.is_partner
        if is_partner and not answers.get("siret") and "siret" not in self.errors:
            self.add_error("siret", _("A partner’s site has a SIRET: only an employer outside may do without."))
        return answers

    def record(self) -> dict[str, Any]:
        """The answers as the services take them."""
        apart = ("version", "commune", "different", *DAYS)
        answers = {name: value for name, value in self.cleaned_data.items() if name not in apart}
        days = {weekday: self.cleaned_data[name] for weekday, name in enumerate(DAYS)}
        opening = {weekday: hours for weekday, hours in days.items() if hours}
        return answers | {"commune_id": self.cleaned_data["commune"], "opening": opening}


def facts_of(site: HostSite) -> dict[str, Any]:
    """A site's record as the form shows it."""
    names = ("name", "siret", "postcode", "hours", "languages_needed", "calls", "workstations")
    facts = {name: getattr(site, name) for name in names + CONTACT}
    facts["contact_phone"] = phone(site.contact_phone)
    return facts | {"zone": site.zone_id, "commune": site.commune_id, "languages": site.languages, **days_of(site)}


class SeatsForm(forms.Form):
    """How many places a host opens for which intake."""

    number = forms.IntegerField(
        label=_("Number of places"),
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    intake = forms.ModelChoiceField(label=_("Intake"), queryset=Intake.objects.none(), empty_label=None)
    # How many places had ever been opened here when the page was shown: a double click opens them once.
    shown = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, intakes: QuerySet[Intake], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["intake"].queryset = intakes


class IntakeForm(forms.Form):
    """For which intake the host said its places again."""

    intake = forms.ModelChoiceField(label=_("Intake"), queryset=Intake.objects.none())

    def __init__(self, *args: Any, intakes: QuerySet[Intake], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["intake"].queryset = intakes


class SiteFilter(forms.Form):
    """Which sites to list."""

    q = LineField(label=_("Name or commune"), max_length=80, required=False)
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    places = forms.ChoiceField(
        label=_("Places"),
        required=False,
        choices=[
            ("", _("all")),
            ("free", _("free places")),
            ("stale", _("to reconfirm")),
            ("full", _("every place taken")),
            ("none", _("no place open")),
            ("to_call", _("to call today")),
        ],
    )
    # Whose way to each site is shown, the nearest first.
    etudiant = forms.UUIDField(label=_("Near"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("all")), *((zone.code, zone.name) for zone in zones)]

    def call(self, student: Enrolment) -> None:
        """Write the student's name where the filter is shown, not their key."""
        self.fields["etudiant"].choices = [(student.pk, str(student))]
