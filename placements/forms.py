"""What leads, hosts and applicants fill in about places; forms clean, services act."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_numbers

from cohorts.models import Intake
from cohorts.states import EXIT_REASONS, ApplicationState
from partnership.fields import AddressField, LineField, NameField, PhoneField, ProseField
from partnership.models import Commune, Zone
from partnership.states import Channel
from partnership.templatetags.figures import phone
from partnership.versions import VersionForm

from .models import HostSite
from .states import CallFlow, DeclineReason

MOST_SEATS = 30
LONGEST_REASON = 300
_LANGUAGES = [("fr", _("French")), ("en", _("English"))]


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ErasureForm(forms.Form):
    """Whether somebody has read what erasing their file means."""

    understood = forms.BooleanField(
        label=_("I have read this, and I know that it cannot be undone."),
        error_messages={"required": _("Tick this box if you want your file to be erased.")},
    )


# -- a site -----------------------------------------------------------------------------------------------------------


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
        label=_("SIRET"), max_length=20, help_text=_("14 digits, with or without spaces: 732 829 320 00074.")
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
        label=_("Days and hours"), max_length=80, required=False, help_text=_("For example: Monday to Friday, 9 to 19.")
    )
    languages = LineField(
        label=_("Languages of the calls"),
        max_length=60,
        required=False,
        help_text=_("Two-letter codes with commas: fr, en, it."),
    )
    calls = forms.ChoiceField(label=_("Calls"), choices=[("", _("not known")), *CallFlow.choices], required=False)
    workstations = forms.IntegerField(label=_("Workstations"), required=False, min_value=1, max_value=9999)

    def __init__(self, *args: Any, zones: QuerySet[Zone], site: HostSite | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.site = site
        self.fields["zone"].queryset = zones
        if site is not None:
            # The company is an administrator's to rename: it may have sites in other zones.
            del self.fields["company_name"], self.fields["is_partner"]
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
    def filled(cls, site: HostSite, *, zones: QuerySet[Zone]) -> "SiteForm":
        """The form as the site's record is now."""
        return cls(initial=facts_of(site) | {"version": site.version}, zones=zones, site=site)

    def clean_siret(self) -> str:
        try:
            number = siret_numbers.validate(self.cleaned_data["siret"])
        except NumberError as problem:
            raise forms.ValidationError(_("This is not a SIRET: check its 14 digits.")) from problem
        others = HostSite.objects.filter(siret=number)
        if self.site is not None:
            others = others.exclude(pk=self.site.pk)
        if others.exists():
            raise forms.ValidationError(_("This SIRET is already that of another site."))
        return number

    def clean_postcode(self) -> str:
        if not self.communes:
            raise forms.ValidationError(_("No commune has this postcode."))
        return self.cleaned_data["postcode"].strip()

    def clean_languages(self) -> list[str]:
        codes = [code.strip().casefold() for code in self.cleaned_data["languages"].split(",") if code.strip()]
        if any(len(code) != 2 or not code.isalpha() or not code.isascii() for code in codes):
            raise forms.ValidationError(_("Write two letters a language, with commas: fr, en, it."))
        return list(dict.fromkeys(codes))

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if len(self.communes) == 1:
            answers["commune"] = self.communes[0].pk
        elif "commune" in self.fields and not answers.get("commune") and "commune" not in self.errors:
            self.add_error("commune", _("Several communes have this postcode: choose one."))
        return answers

    def record(self) -> dict[str, Any]:
        """The answers as the services take them."""
        answers = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "commune")}
        return answers | {"commune_id": self.cleaned_data["commune"]}


def facts_of(site: HostSite) -> dict[str, Any]:
    """A site's record as the form shows it."""
    names = ("name", "siret", "postcode", "hours", "calls", "workstations")
    contact = ("contact_name", "contact_email", "contact_phone", "contact_language")
    facts = {name: getattr(site, name) for name in names + contact}
    facts["contact_phone"] = phone(site.contact_phone)
    return facts | {"zone": site.zone_id, "commune": site.commune_id, "languages": ", ".join(site.languages)}


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
        ],
    )

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("all")), *((zone.code, zone.name) for zone in zones)]


# -- students and placements ------------------------------------------------------------------------------------------


class StudentFilter(forms.Form):
    """Which students to list."""

    q = LineField(label=_("Name, e-mail or telephone"), max_length=80, required=False)
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    situation = forms.ChoiceField(
        label=_("Situation"),
        required=False,
        choices=[
            ("", _("enrolled")),
            ("to_place", _("to place")),
            ("proposed", _("proposed to a host")),
            ("placed", _("placed")),
            ("ended", _("enrolment ended")),
        ],
    )

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("all")), *((zone.code, zone.name) for zone in zones)]


class ProposeForm(forms.Form):
    """Which student on which site."""

    enrolment = forms.UUIDField(
        label=_("Student"), widget=forms.HiddenInput, error_messages={"required": _("Choose a student.")}
    )
    site = forms.UUIDField(
        label=_("Site"),
        error_messages={"required": _("Choose a site."), "invalid": _("Choose a site.")},
    )


class CancelForm(VersionForm):
    """Why a placement is cancelled: the lead's own words, read by whoever sees the student's file."""

    reason = ProseField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=_area(),
        error_messages={"required": _("Say why the placement is cancelled.")},
        help_text=_("It stays in the student’s file; the letters do not repeat it."),
    )


class DeclineForm(VersionForm):
    """Why a host does not take the student."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    comment = ProseField(label=_("Anything to add"), max_length=300, required=False, widget=_area())


class EndForm(VersionForm):
    """Why a student leaves, and how they said so."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(reason.value, reason.label) for reason in EXIT_REASONS[ApplicationState.WITHDRAWN]],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    channel = forms.ChoiceField(
        label=_("How the student said so"),
        choices=[(channel.value, channel.label) for channel in (Channel.PHONE, Channel.PAPER, Channel.WEB)],
        initial=Channel.PHONE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the student told you.")},
    )


# -- the applicant's page ---------------------------------------------------------------------------------------------


class LeaveForm(forms.Form):
    """Why an applicant gives a place back or withdraws."""

    reason = forms.ChoiceField(
        label=_("The main reason"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason: it helps us to help others.")},
    )

    def __init__(self, *args: Any, exit_state: ApplicationState, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in EXIT_REASONS[exit_state]]


class NewLinkForm(forms.Form):
    """The address to which a new personal link is sent, if it is known."""

    email = AddressField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Write the address at which you receive our letters.")},
    )
