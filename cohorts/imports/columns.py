"""What a column of a list is, by its heading in usual French and English, or by what stands in it."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import plain


@dataclass(frozen=True)
class Kind:
    """What a column can be: its heading on our own sheet, and the headings that mean it elsewhere."""

    title: Promise
    headings: str
    # On the sheet that is printed for a fair: what one can write by hand, standing up.
    on_paper: bool = False


# Asked in this order: what a heading names more precisely comes first.
KINDS: dict[str, Kind] = {
    "email": Kind(_("E-mail address"), r".*\b(e ?mail|mail|courriel|mel|adresse electronique)\b.*", on_paper=True),
    "phone": Kind(
        _("Telephone"), r".*\b(tel|tels|telephone|telephones|phone|portable|mobile|gsm|cell)\b.*", on_paper=True
    ),
    "birth": Kind(_("Month of birth"), r".*\b(naissance|ne le|nee? e? ?le|ne e|nee|birth|dob|born)\b.*", on_paper=True),
    "postcode": Kind(_("Postcode"), r".*\b(code postal|cp|postcode|postal code|zip)\b.*", on_paper=True),
    "commune": Kind(_("Commune"), r"(ville|commune|city|town)\b.*"),
    "has_employer": Kind(_("Employer"), r".*\b(employeur|entreprise|employer)\b.*"),
    "supported_by": Kind(
        _("School or adviser"),
        r".*\b(etablissement|lycee|college|ecole|accompagn\w*|prescripteur|suivie? par|supported by|school|structure"
        r"|organisme|adviser|referent\w*)\b.*",
        on_paper=True,
    ),
    "level": Kind(
        _("Level"), r".*\b(niveau|diplome|classe|etudes|formation actuelle|level|education|degree)\b.*", True
    ),
    "zone": Kind(_("Zone"), r".*\b(zone|region|site|antenne|campus|lieu|centre)\b.*", on_paper=True),
    "availability": Kind(_("Availability"), r".*\b(dispo\w*|availab\w*)\b.*"),
    "languages": Kind(_("Languages"), r".*\b(langues?|languages?)\b.*"),
    "source": Kind(_("Heard of us through"), r".*\b(source|origine|provenance|connue?s?|heard)\b.*"),
    "full_name": Kind(
        _("Last name and first name"),
        r"(nom (et )?prenoms?|prenoms? (et )?nom|nom complet|full name|name|candidat\w*|eleve|jeune|participant\w*"
        r"|stagiaire|last name first name|first name last name)",
    ),
    "first_name": Kind(_("First name"), r"(prenoms?|first ?name|given name|forename)\b.*", on_paper=True),
    "last_name": Kind(_("Last name"), r"(nom|last ?name|surname|family name)\b.*", on_paper=True),
}
# As a person says who they are, on paper and in menus.
ORDER = (
    "last_name",
    "first_name",
    "full_name",
    "phone",
    "email",
    "birth",
    "postcode",
    "commune",
    "level",
    "zone",
    "supported_by",
    "source",
    "languages",
    "availability",
    "has_employer",
)
ON_PAPER = tuple(key for key in ORDER if KINDS[key].on_paper)
_MOBILE = re.compile(r"\b(portable|mobile|gsm|cell)\b")
_ADDRESS = re.compile(r"\s*\S+@\S+\.\S+\s*")
_NUMBER = re.compile(r"\s*(\+|00|0)?[\d .()-]{8,18}\s*")


def _words(heading: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", plain(heading)).split())


def signature(headings: Iterable[str]) -> str:
    """What a set of headings is remembered by: theirs in their order, however they are spelt."""
    return hashlib.sha256("\n".join(map(_words, headings)).encode()).hexdigest()


def guess(headings: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> list[str]:
    """What each column seems to be; nothing for one that is not known, and no kind twice."""
    words = [_words(heading) for heading in headings]
    kinds = [next((key for key, kind in KINDS.items() if re.fullmatch(kind.headings, text)), "") for text in words]
    found = _once(kinds, words)
    for key, pattern in (("email", _ADDRESS), ("phone", _NUMBER)):
        if key not in found:
            # The heading says nothing: what stands below it may.
            held = [[row[place] for row in sample if place < len(row) and row[place]] for place in range(len(words))]
            alike = (place for place, cells in enumerate(held) if cells and all(map(pattern.fullmatch, cells)))
            place = next((place for place in alike if not found[place]), None)
            if place is not None:
                found[place] = key
    if "first_name" not in found and "last_name" in found and "full_name" not in found:
        # « Nom » alone: the whole name stands there.
        found[found.index("last_name")] = "full_name"
    return found


def _once(kinds: Sequence[str], words: Sequence[str]) -> list[str]:
    """Each kind for one column only: of several telephones the mobile one, of anything else the first."""
    best: dict[str, int] = {}
    for place, kind in enumerate(kinds):
        mobile = kind == "phone" and _MOBILE.search(words[place])
        if kind and (kind not in best or (mobile and not _MOBILE.search(words[best[kind]]))):
            best[kind] = place
    return [kind if best.get(kind) == place else "" for place, kind in enumerate(kinds)]
