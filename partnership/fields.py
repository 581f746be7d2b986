"""What people type, cleaned once: every text of every form goes through one of these fields.

Cleaned without a word, because nothing that anybody sees is lost: the composition of accents (NFC), line ends, spaces
around and between words, and what has no shape of its own (controls, byte order marks, zero-width spaces, marks that
turn the direction of writing). Refused with a sentence: what nobody can type. Lengths are counted after cleaning.
"""

import re
import unicodedata
from itertools import groupby
from typing import Any
from uuid import UUID

import phonenumbers
from django import forms
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# The key of no record.
_ANY = UUID(int=0)
# Without a shape, but they change the letters beside them: Persian, Indian scripts and emoji are written with them.
JOINERS = "\u200c\u200d"
# Letters by category, drawn as nothing.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# French writes the narrow and the wide no-break space before its signs: texts of several lines keep them.
_ODD_SPACES = re.compile(r"[\u1680\u2000-\u200a\u205f\u3000]")
# The Unicode standard's own bound (UAX 15, stream-safe text); without one, 100,000 marks compose for twenty seconds.
MOST_MARKS = 30
MOST_DIGITS = 15  # of a telephone number with its country (ITU-T E.164)
# Phone keyboards write digits and a few signs; letters would be read as a vanity number.
_PHONE = re.compile(r"[0-9+().\-/\s]+")


class Impossible(ValueError):
    """A text that no keyboard writes and that cannot be kept."""


def _is_drawn(character: str) -> bool:
    """Whether a character leaves a trace on the page by itself; an accent alone does not."""
    kind = unicodedata.category(character)
    return kind[0] not in "MZ" and kind not in ("Cc", "Cf") and character not in _BLANKS


def _is_dropped(character: str) -> bool:
    if character in "\n\t" or character in JOINERS:
        return False
    code = ord(character)
    # Controls and formats; and the noncharacters, which no exchange of text may hold.
    return unicodedata.category(character) in ("Cc", "Cf") or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _seen(text: str) -> str:
    """The text in NFC without what has no shape; Impossible for a NUL, half a character, or a heap of accents."""
    if text.isascii() and text.isprintable():
        return text
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Impossible
    text = "".join(character for character in text if not _is_dropped(character))
    for is_mark, run in groupby(text, lambda character: unicodedata.category(character)[0] == "M"):
        if is_mark and sum(len(unicodedata.normalize("NFD", mark)) for mark in run) > MOST_MARKS:
            raise Impossible
    return unicodedata.normalize("NFC", text)


def tidy(text: str) -> str:
    """One line, single spaces, nothing invisible; empty if nothing of it would be seen."""
    spaced = "".join(" " if character.isspace() else character for character in text)
    line = " ".join(_seen(spaced).split()).strip(JOINERS + " ")
    return line if any(map(_is_drawn, line)) else ""


def tidy_lines(text: str) -> str:
    """Several lines ended by LF, tabs and no-break spaces kept, nothing invisible; empty if nothing would be seen."""
    lines = _seen(_ODD_SPACES.sub(" ", _LINE_ENDS.sub("\n", text)))
    lines = "\n".join(line.rstrip() for line in lines.split("\n")).strip(f" \t\n\u00a0\u202f{JOINERS}")
    return lines if any(map(_is_drawn, lines)) else ""


def key_in(text: str | None) -> UUID | None:
    """The key that a button or an address carries, if it is one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def order_in(text: str | None) -> int | None:
    """The number that an address carries in an order of few, if it is one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else None


def address_of_any(page: str) -> str:
    """The address of a record's page with `{}` in the place of its key: looked up once for many rows."""
    return reverse(page, args=[_ANY]).replace(str(_ANY), "{}")


class LineField(forms.CharField):
    """A short text on one line."""

    default_error_messages = {
        "impossible": _("This text holds characters that cannot be kept. Type it again rather than paste it.")
    }
    clean_text = staticmethod(tidy)

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        if text in self.empty_values:
            return text
        try:
            return self.clean_text(text) or self.empty_value
        except Impossible as problem:
            raise forms.ValidationError(self.error_messages["impossible"], code="impossible") from problem


class ProseField(LineField):
    """A text of several lines."""

    widget = forms.Textarea
    clean_text = staticmethod(tidy_lines)

    def __init__(self, **kwargs: Any):
        super().__init__(**{"strip": False, **kwargs})


class NameField(LineField):
    """A person's name: at least one letter, of any script."""

    default_error_messages = {"letters": _("Write a name with letters.")}

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not any(character.isalpha() for character in value):
            raise forms.ValidationError(self.error_messages["letters"], code="letters")


class PhoneField(LineField):
    """A telephone number, French unless it begins with + and a country; kept as +33…"""

    widget = forms.TextInput({"type": "tel", "autocomplete": "tel"})
    default_error_messages = {
        "invalid": _("Write ten digits, for example 06 12 34 56 78, or + and the country’s code."),
    }

    def clean(self, value: object) -> str:
        text = super().clean(value)
        if not text:
            return text
        wrong = forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if not _PHONE.fullmatch(text):
            raise wrong
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException as problem:
            raise wrong from problem
        kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        # The library lets Germany have numbers longer than the plan of the world's telephones has.
        if not phonenumbers.is_possible_number(number) or len(kept) > 1 + MOST_DIGITS:
            raise wrong
        return kept


class AddressField(LineField, forms.EmailField):
    """An e-mail address, whose absent @ is told as such."""

    default_error_messages = {"at": _("The @ sign is missing, for example firstname@example.org.")}

    def run_validators(self, value: str) -> None:
        if value and "@" not in value:
            raise forms.ValidationError(self.error_messages["at"], code="at")
        super().run_validators(value)


LONGEST_PROSE = 20_000
# Which field each text of a model has in the administration (`formfield_overrides`): the nearest class decides.
OF_COLUMNS: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"form_class": LineField},
    models.TextField: {"form_class": ProseField, "max_length": LONGEST_PROSE},
    models.EmailField: {"form_class": AddressField},
    # Letters, digits and hyphens, by a rule of its own.
    models.SlugField: {"form_class": forms.SlugField},
}
