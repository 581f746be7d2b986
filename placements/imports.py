"""Lists of hosts: what their columns are, what a row says, which site it may be already. Nothing is written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Field
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_numbers

from cohorts.models import plain
from partnership import sheets
from partnership.fields import AddressField, LineField, NameField, PhoneField
from partnership.models import Commune, User, Zone, ZoneDepartment
from partnership.states import Role
from partnership.templatetags.ui import language_name

from . import duplicates
from .models import HostSite
from .policies import Interests, interests_of
from .states import HostRowVerdict

MOST_ROWS, MOST_PLACES = 500, 30
_LANGUAGES = ("fr", "en", "es", "it", "de", "pt", "ar", "nl", "pl", "ro", "ru", "tr", "uk")


@dataclass(frozen=True)
class Kind:
    """A column: its heading on our sheet, the headings that mean it elsewhere, and whether each list needs it."""

    title: Promise
    headings: str
    needed: bool = False


# Asked in this order: what a heading names more precisely comes first.
KINDS: dict[str, Kind] = {
    "email": Kind(_("E-mail address"), r".*\b(e ?mail|mail|courriel|mel|adresse electronique)\b.*", True),
    "phone": Kind(_("Telephone"), r".*\b(tels?|telephones?|phone|portable|mobile)\b.*"),
    "siret": Kind(_("SIRET"), r".*\bsiret\b.*"),
    "postcode": Kind(_("Postcode"), r".*\b(code postal|cp|postcode|postal code|zip)\b.*", True),
    "commune": Kind(_("Commune"), r"(ville|commune|city|town)\b.*"),
    "zone": Kind(_("Zone"), r"(zone|region|territoire)\b.*"),
    "languages": Kind(_("Languages"), r".*\b(langues?|languages?)\b.*"),
    "places": Kind(pgettext_lazy("host", "Places"), r".*\b(places?|postes ouverts|seats?|nombre)\b.*"),
    "contact": Kind(_("Contact"), r".*\b(contact|interlocut\w*|responsable|referente?|correspondante?)\b.*", True),
    "company": Kind(_("Company"), r".*\b(entreprise|societe|raison sociale|company|employeur|groupe)\b.*", True),
    "site": Kind(_("Site"), r".*\b(site|plateau|etablissement|centre|nom)\b.*"),
}
WRONG: dict[str, str | Promise] = {
    "cells": _("This row has more cells than there are headings: take the separator out, or put the cell in quotes."),
    "company": _("The company’s name is missing."),
    "contact": _("Nobody is named who answers for the site: add a contact."),
    "email": _("“%(value)s” is no e-mail address: proposals are sent there."),
    "phone": _("“%(value)s” is no telephone number: write ten digits, or + and the country’s code."),
    "siret": _("“%(value)s” is no SIRET: check its 14 digits."),
    "postcode": _("“%(value)s” is no postcode with a commune."),
    "commune": _("Several communes have this postcode: write which one."),
    "zone": _("“%(value)s” is no zone that you lead."),
    "no_zone": _("This postcode is in no zone that you lead: write the zone."),
    "places": _("“%(value)s” is no number of places from 0 to 30."),
    "text": _("“%(value)s” cannot be kept: type it again, shorter and without signs that cannot be seen."),
    "formula": _("“%(value)s” looks like a formula, which is never computed here: write the text itself."),
    "refused": "%(value)s",
}
LOOK: dict[str, str | Promise] = {
    "languages": _("“%(value)s” is only partly understood: the rest is left out."),
    "no_siret": _("Without a SIRET, it is recorded as an employer outside the partnership."),
    "no_intake": _("No intake was chosen: its places are not opened."),
    "repeated": _("The same site stands on line %(value)s."),
    "known": _("This SIRET is recorded already."),
    "alike": "%(value)s",
}
SENTENCES = WRONG | LOOK
_FIELDS: dict[str, Field] = {
    "company": LineField(max_length=120, required=False),
    "site": LineField(max_length=120, required=False),
    "contact": NameField(max_length=120, required=False),
    "email": AddressField(max_length=254, required=False),
    "phone": PhoneField(max_length=30, required=False),
}


def columns_of(headings: Sequence[str]) -> list[str]:
    """What each column seems to be; nothing for one that is not known, and no kind twice."""
    words = [" ".join(re.sub(r"[^\w]+", " ", plain(heading)).split()) for heading in headings]
    found: list[str] = []
    for text in words:
        kinds = (key for key, kind in KINDS.items() if key not in found and re.fullmatch(kind.headings, text))
        found.append(next(kinds, ""))
    return found


def lacking(columns: Iterable[str]) -> list[str]:
    """The titles of the columns that a list needs and this one lacks."""
    return [str(kind.title) for key, kind in KINDS.items() if kind.needed and key not in set(columns)]


@dataclass
class Row:
    """What was understood of a row: a site as it is recorded, its places, and what there is to say (code, value)."""

    line: int
    name: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    verdict: str = HostRowVerdict.NEW
    site: str = ""

    @property
    def is_wrong(self) -> bool:
        return any(code in WRONG for code, _value in self.told)

    def kept(self) -> dict[str, Any]:
        """The row as it is kept in the list."""
        return {
            "line": self.line,
            "name": self.name,
            "verdict": str(self.verdict),
            "told": [[code, value[:200]] for code, value in self.told],
            "answers": self.answers,
            "site": self.site,
        }


class Circumstances:
    """What the rows are read by: the zones somebody leads, their departments, the words of languages."""

    def __init__(self, user: User, columns: Sequence[str], *, opens_places: bool):
        self.user, self.columns, self.opens_places = user, list(columns), opens_places
        self.interests: Interests = interests_of(user)
        zones = user.zones_as(Role.REGIONAL_LEAD)
        led = list(Zone.objects.all() if zones is None else Zone.objects.filter(pk__in=zones))
        self.zones = {plain(word): zone.pk for zone in led for word in (zone.name, zone.code)}
        self.departments = dict(ZoneDepartment.objects.filter(zone__in=led).values_list("department", "zone"))
        self.languages = _spoken()
        self.communes: dict[str, list[Commune]] = {}

    def communes_of(self, postcode: str) -> list[Commune]:
        """The communes of a postcode, looked up once a list."""
        if postcode not in self.communes:
            found = Commune.objects.filter(postcodes__contains=[postcode]).order_by("name")
            self.communes[postcode] = list(found)
        return self.communes[postcode]


def _spoken() -> dict[str, str]:
    known = {code: code for code in _LANGUAGES}
    for language in ("fr", "en"):
        with translation.override(language):
            known |= {plain(language_name(code)): code for code in _LANGUAGES}
    return known


def read(line: int, cells: Sequence[Any], at: Circumstances) -> Row | None:
    """What a row says; nothing where none of its columns says anything."""
    said = {
        key: str(cells[place]).strip()
        for place, key in enumerate(at.columns)
        if key and place < len(cells) and str(cells[place]).strip()
    }
    if not said:
        return None
    row = Row(line, name=(said.get("site") or said.get("company", ""))[:120])
    if any(str(cell).strip() for cell in cells[len(at.columns) :]):
        row.told.append(("cells", ""))
    answers = {key: _clean(row, key, said.get(key, "")) for key in _FIELDS}
    for key in ("company", "contact", "email"):
        if not said.get(key):
            row.told.append((key, ""))
    siret = _siret(row, said.get("siret", ""))
    postcode, commune, department = _place(row, said.get("postcode", ""), said.get("commune", ""), at)
    zone = _zone(row, said.get("zone", ""), department, at)
    row.answers = {
        "company_name": answers["company"],
        "is_partner": bool(siret),
        "name": answers["site"] or answers["company"],
        "siret": siret,
        "zone_id": zone,
        "postcode": postcode,
        "commune_id": commune,
        "contact_name": answers["contact"],
        "contact_email": answers["email"],
        "contact_phone": answers["phone"],
        "languages": _languages(row, said.get("languages", ""), at),
        "places": _places(row, said.get("places", ""), at),
    }
    if not siret and "siret" not in said:
        row.told.append(("no_siret", ""))
    return row


def _clean(row: Row, key: str, text: str) -> str:
    if not text:
        return ""
    if key != "phone" and sheets.is_formula(text):
        row.told.append(("formula", text))
        return ""
    try:
        return _FIELDS[key].clean(text)
    except ValidationError:
        row.told.append((key if key in ("email", "phone") else "text", text))
        return ""


def _siret(row: Row, text: str) -> str:
    if not text:
        return ""
    try:
        return siret_numbers.validate(text)
    except NumberError:
        row.told.append(("siret", text))
        return ""


def _place(row: Row, postcode: str, town: str, at: Circumstances) -> tuple[str, str, str]:
    digits = re.sub(r"\s", "", postcode)
    # A spreadsheet takes the first nought of a number away.
    digits = f"0{digits}" if len(digits) == 4 else digits
    communes = []
    if re.fullmatch(r"[0-9]{5}", digits):
        communes = at.communes_of(digits)
    if not communes:
        row.told.append(("postcode", postcode))
        return "", "", ""
    named = [one for one in communes if plain(one.name) == plain(town)] if town else []
    chosen = named or communes
    if len(chosen) > 1:
        row.told.append(("commune", town))
        return digits, "", ""
    return digits, chosen[0].pk, chosen[0].department


def _zone(row: Row, text: str, department: str, at: Circumstances) -> int | None:
    if text:
        zone = at.zones.get(plain(text))
        if zone is None:
            row.told.append(("zone", text))
        return zone
    zone = at.departments.get(department)
    if zone is None and department:
        row.told.append(("no_zone", ""))
    return zone


def _languages(row: Row, text: str, at: Circumstances) -> list[str]:
    words = [plain(word) for word in re.split(r"[,;/\n+]| et | and ", text) if word.strip()]
    found = [at.languages[word] for word in words if word in at.languages]
    if len(found) < len(words):
        row.told.append(("languages", text))
    return list(dict.fromkeys(found))


def _places(row: Row, text: str, at: Circumstances) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MOST_PLACES):
        row.told.append(("places", text))
        return 0
    if int(text) and not at.opens_places:
        row.told.append(("no_intake", ""))
        return 0
    return int(text)


def judge(row: Row, seen: dict[str, int], at: Circumstances) -> Row:
    """Say what becomes of a row: to correct, known, like another one, or a new site; `seen` is the rows above."""
    answers = row.answers
    if row.is_wrong:
        row.verdict = HostRowVerdict.WRONG
        return row
    key = answers["siret"] or "|".join([plain(answers["company_name"]), plain(answers["name"]), answers["postcode"]])
    if key in seen:
        row.verdict = HostRowVerdict.KNOWN
        row.told.append(("repeated", str(seen[key])))
        return row
    seen[key] = row.line
    known = HostSite.objects.filter(siret=answers["siret"]).first() if answers["siret"] else None
    if known is not None:
        row.verdict = HostRowVerdict.KNOWN
        row.told.append(("known", ""))
        # Of another zone's site nothing more is said.
        row.site = str(known.pk) if known.zone_id in set(at.zones.values()) else ""
        return row
    others = duplicates.alike(answers, user=at.user, interests=at.interests)
    if others:
        row.verdict, row.site = HostRowVerdict.ALIKE, str(others[0].site.pk)
        for other in others[:3]:
            row.told.append(("alike", f"{other.site} ({', '.join(map(str, other.grounds))})"))
    return row


def sentences(told: Iterable[Sequence[str]]) -> list[dict[str, Any]]:
    """What there is to say of a row, in the reader's words."""
    return [{"text": SENTENCES[code] % {"value": value}, "wrong": code in WRONG} for code, value in told]


def recorded(answers: Mapping[str, Any]) -> dict[str, Any]:
    """A row's answers as a site is recorded, without its places."""
    return {key: value for key, value in answers.items() if key != "places"}
