"""What is typed on the partnership's pages."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import clock, limits
from .fields import AddressField, LineField, NameField, PhoneField
from .models import Membership, OutgoingMessage, Party, User, Zone
from .states import Role
from .versions import VersionForm


class EvidenceForm(forms.Form):
    """By what one can see that a commitment has been kept."""

    evidence = LineField(
        label=_("Evidence"),
        max_length=240,
        help_text=_("A document, a date, an address: by what the other party can see it."),
        error_messages={"required": _("Say by what one can see that it has been kept.")},
    )


class LettersForm(forms.Form):
    """The letters that were ticked; `only` is the one beside which a button was pressed, whatever is ticked."""

    letter = forms.ModelMultipleChoiceField(OutgoingMessage.objects.all(), required=False)
    only = forms.ModelChoiceField(OutgoingMessage.objects.all(), required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not cleaned["letter"] and not cleaned["only"]:
            raise forms.ValidationError(_("Tick at least one letter of the list."))
        return cleaned

    def chosen(self) -> list[OutgoingMessage] | QuerySet[OutgoingMessage]:
        """The letters to do something about."""
        return [self.cleaned_data["only"]] if self.cleaned_data["only"] else self.cleaned_data["letter"].order_by("pk")


# -- people -----------------------------------------------------------------------------------------------------------


class PersonFilter(forms.Form):
    """Which people to list."""

    q = LineField(label=_("Name or e-mail"), max_length=80, required=False)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", pgettext_lazy("roles", "all")), *Role.choices]
    )
    zone = forms.ChoiceField(label=_("Zone"), required=False)
    etat = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("in the team")),
            ("awaited", _("invitation without an answer")),
            ("unprotected", _("without a second factor")),
            ("roleless", _("without a role")),
            ("left", _("has left")),
        ],
    )

    def __init__(self, *args: Any, zones: Iterable[Zone], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("all")), *((zone.code, zone.name) for zone in zones)]


class PersonForm(VersionForm):
    """Somebody's identity, as they are written to and called."""

    full_name = NameField(
        label=_("First name and name"), max_length=120, widget=forms.TextInput({"autocomplete": "off"})
    )
    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("They sign in with it, and letters go there."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    phone = PhoneField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        help_text=_("Hosts and applicants read it in their letters."),
    )
    language = forms.ChoiceField(label=_("Language of their letters"), choices=settings.LANGUAGES, initial="fr")

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any):
        self.person = person
        if person is not None:
            told = {name: getattr(person, name) for name in ("full_name", "email", "phone", "language", "version")}
            kwargs["initial"] = told | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        others = User.objects.filter(email=email)
        if self.person is not None:
            others = others.exclude(pk=self.person.pk)
        if others.exists():
            raise forms.ValidationError(_("Somebody already has this address."))
        return email

    def identity(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("full_name", "email", "phone", "language")}


class MembershipForm(VersionForm):
    """A role for a party, in a zone or in all, between two dates."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    party = forms.ModelChoiceField(label=_("Works for"), queryset=Party.objects.none(), empty_label=None)
    zone = forms.ModelChoiceField(
        label=_("Zone"), queryset=Zone.objects.none(), required=False, empty_label=_("every zone")
    )
    since = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty as long as nobody knows it."),
    )

    def __init__(self, *args: Any, membership: Membership | None = None, **kwargs: Any):
        told: dict[str, Any] = {"since": clock.today()}
        if membership is not None:
            told = {name: getattr(membership, name) for name in ("role", "party", "zone", "since", "until", "version")}
        kwargs["initial"] = told | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = Party.objects.all()
        self.fields["zone"].queryset = Zone.objects.all()

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        since, until = said.get("since"), said.get("until")
        if since and until and until < since:
            self.add_error("until", _("A membership cannot end before it began."))
        return said

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("role", "party", "zone", "since", "until")}


class InviteForm(MembershipForm, PersonForm):
    """A new person with their first role."""

    field_order = ["full_name", "email", "language", "role", "party", "zone", "since", "until"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # Their telephone is theirs to tell; there is no earlier state to compare with.
        del self.fields["phone"], self.fields["version"]

    def invited(self) -> dict[str, Any]:
        return self.given() | {name: self.cleaned_data[name] for name in ("full_name", "email", "language")}


class HeirsForm(forms.Form):
    """To whom each kind of thing goes that somebody leaves behind."""

    def __init__(self, *args: Any, offered: dict[str, list[User]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for key, heirs in offered.items():
            self.fields[key] = forms.ModelChoiceField(
                label=_("To whom?"),
                queryset=User.objects.filter(pk__in=[heir.pk for heir in heirs]),
                required=False,
                empty_label=_("to those of the zone who follow the fewest"),
            )


class NewPasswordForm(forms.Form):
    """A password for whoever comes in for the first time."""

    password = forms.CharField(
        label=_("Choose a password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters: a sentence of your own is easiest."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password


# -- the doors --------------------------------------------------------------------------------------------------------


def _address() -> AddressField:
    return AddressField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This address is incomplete, for example firstname@example.org."),
        },
    )


class AddressForm(forms.Form):
    """Somebody's address, to which a letter goes if we know it."""

    email = _address()


class CodeRequestForm(RequestLoginCodeForm):
    """An address to send a code to; for an unknown one the same work is done."""

    email = _address()

    def clean_email(self) -> str:
        email = super().clean_email()
        if self._user is None:
            account_adapter().send_mail("account/email/login_code", email, {})
        return email


class SecondFactorForm(AuthenticateForm):
    """The six digits of the moment, or a recovery code; guessing is limited by the day, and a code opens once."""

    code = LineField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits your application shows, or one of your recovery codes."),
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Write the code.")},
    )

    def clean_code(self) -> str:
        # As the library compares it, so that 123-456 is the code that 123456 was.
        code = self.cleaned_data["code"] = normalize_user_code(self.cleaned_data["code"])
        now, today = f"second factor now:{self.user.pk}", f"second factor today:{self.user.pk}"
        limits.count(now, most=5, seconds=300)
        limits.count(today, most=30, seconds=86_400)
        super().clean_code()
        try:
            # The library forgets a used code after half a minute, while its tolerance accepts it for longer.
            limits.count(f"code used:{self.user.pk}:{code}", most=1, seconds=180)
        except limits.TooMany as again:
            raise get_adapter().validation_error("incorrect_code") from again
        limits.forget(now)
        limits.forget(today)
        return code


class NewSecondFactorForm(forms.Form):
    """The first six digits of an application that has just been set up."""

    code = LineField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits your application shows now."),
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Write the code.")},
    )

    def __init__(self, *args: Any, user: User, secret: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user, self.secret = user, secret

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].replace(" ", "")
        limits.count(f"second factor today:{self.user.pk}", most=30, seconds=86_400)
        if not validate_totp_code(self.secret, code):
            raise forms.ValidationError(_("This is not the code of the moment: write the one your application shows."))
        return code
