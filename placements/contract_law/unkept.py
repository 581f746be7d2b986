"""What must not be kept and is refused when it is typed: it belongs to the operator's portal (domain.md, § 2.5)."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import iban

# Sex, year, month, department, commune, order and perhaps the key, however they are spaced; a wrong key is a slip of
# the hand, and the number is somebody's all the same.
_NIR = re.compile(
    r"(?<!\d)[12378][\s.\-]?\d{2}[\s.\-]?(?:0[1-9]|1[0-2]|[2-9]\d)[\s.\-]?(?:\d{2}|2[AB])[\s.\-]?\d{3}[\s.\-]?\d{3}"
    r"(?:[\s.\-/]*\d{2})?(?!\d)",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[\s.\-]?[A-Z0-9]){11,30}", re.IGNORECASE)
_NATIONALITY = re.compile(r"\bnationalit", re.IGNORECASE)
_SIGNS = re.compile(r"[\s.\-/]")


def not_to_be_kept(text: str) -> str | Promise:
    """Why a text is not taken, as a sentence; empty if nothing in it is what must not be kept."""
    if _NIR.search(text):
        return _("A social security number is not kept here: take it out, it is typed on the operator’s portal alone.")
    if any(_holds_iban(found[0]) for found in _IBAN.finditer(text)):
        return _("A bank account is not kept here: take it out, it is typed on the operator’s portal alone.")
    if _NATIONALITY.search(text):
        return _("Somebody’s nationality is not kept here: take it out, it is typed on the operator’s portal alone.")
    return ""


def _holds_iban(text: str) -> bool:
    """Whether a text begins with a valid account: what follows it may have been caught with it."""
    number = _SIGNS.sub("", text)
    return any(iban.is_valid(number[:length]) for length in range(15, len(number) + 1))
