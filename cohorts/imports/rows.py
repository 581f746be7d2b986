"""What a row of a list says: cleaned by the fields of our forms, with a sentence for whatever cannot be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.forms import Field
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership import clock, sheets
from partnership.fields import AddressField, LineField, NameField, PhoneField
from partnership.models import Commune, User, ZoneDepartment

from ..models import RECRUITMENT, Cohort, CohortQuerySet, Intake, plain
from ..states import Availability, Level, Source

# Outside these ages the year is a slip of the pen (forms.apply).
YOUNGEST, OLDEST = 14, 99
# Why a row is not taken, then what is said of one that is; each with what helps. %(value)s is the cell.
WRONG: dict[str, Promise] = {
    "cells": _("This row has more cells than there are headings: take the separator out, or put the cell in quotes."),
    "first_name": _("The first name is missing. It is enough with a telephone or an e-mail address."),
    "letters": _("“%(value)s” holds no letter: write a name."),
    "formula": _("“%(value)s” looks like a formula, which is never computed here: write the text itself."),
    "max_length": _("“%(value)s” is too long: keep what belongs into this column."),
    "impossible": _("This cell holds characters that cannot be kept: type it again."),
    "phone": _("“%(value)s” is no telephone number: write ten digits, or + and the country’s code."),
    "email": _("“%(value)s” is no e-mail address: write it like firstname@example.org."),
    "unreachable": _("Neither a telephone nor an e-mail address: nobody could call or write. Add one of them."),
    "zone": _("“%(value)s” is no zone of this intake in which you recruit: correct it, or leave it empty."),
    "no_zone": _("Nothing says which zone: add it, or a postcode of one, or choose a zone for the whole list."),
}
LOOK: dict[str, Promise] = {
    "name_order": _("Which is the first name could not be seen: check it."),
    "birth": _("“%(value)s” is no month of birth that can be: it is left out."),
    "postcode": _("“%(value)s” is no postcode: it is left out."),
    "level": _("“%(value)s” is no level that is known here: it is left out."),
    "source": _("“%(value)s” is no source that is known here: it is left out."),
    "availability": _("“%(value)s” is only partly understood: the rest is left out."),
    "has_employer": _("“%(value)s” is neither yes nor no: it is left out."),
    "repeated": _("The same person stands on line %(value)s."),
    "shares_phone": _("Somebody else has this telephone: check that they are two people."),
    "shares_email": _("Somebody else has this e-mail address: check that they are two people."),
    "by_phone": _("Known by this name and this telephone."),
    "by_email": _("Known by this name and this e-mail address."),
    "by_both": _("Known by this name, this telephone and this e-mail address."),
    "known_before": _("Known from another intake: the new enquiry joins that person’s files."),
    "open": _("There is a file for this intake already."),
    "closed": _("There was a file for this intake: open it again if the person comes back."),
    "elsewhere": _("There is a file for this intake already, in a zone of your colleagues."),
}
SENTENCES = WRONG | LOOK

_FIELDS: dict[str, Field] = {
    "first_name": NameField(max_length=60, required=False),
    "last_name": NameField(max_length=60, required=False),
    "phone": PhoneField(max_length=30, required=False),
    "email": AddressField(max_length=254, required=False),
    "languages": LineField(max_length=120, required=False),
    "supported_by": LineField(max_length=120, required=False),
}
_TEXTS = ("first_name", "last_name", "languages", "supported_by")


class Told(tuple):
    """Something there is to say: its code, the column, the cell's value, and the file it speaks of; JSON as it is."""

    __slots__ = ()

    def __new__(cls, code: str, column: int | None = None, value: str = "", about: str = "") -> "Told":
        return super().__new__(cls, (code, column, value[:120], about))

    @property
    def code(self) -> str:
        return self[0]

    @property
    def column(self) -> int | None:
        return self[1]


@dataclass
class Read:
    """What was understood of a row, and what there is to say of it."""

    answers: dict[str, Any] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        """Whether something must be corrected before it can be taken."""
        return any(told.code in WRONG for told in self.told)


# -- words ------------------------------------------------------------------------------------------------------------


def _spoken(choices: type[TextChoices]) -> dict[str, str]:
    """Each choice by its key and by its words in both languages."""
    known = {}
    for language in ("fr", "en"):
        with translation.override(language):
            known |= {plain(str(label)): value for value, label in choices.choices}
    return known | {value: value for value in choices.values}


_LEVELS = [
    (Level.BAC_3, r"bac ?\+ ?[3-8]|licence|master|bachelor|maitrise|but\b|(niveau )?[67]$"),
    (Level.BAC_2, r"bac ?\+ ?2|bts|dut\b|deug|deust|(niveau )?5$"),
    (Level.BELOW_BAC, r"\bcap\b|\bbep\b|brevet|dnb|troisieme|seconde|premiere|2nde|1ere|3e|sans|aucun|(niveau )?3$"),
    (Level.BAC, r"bac|terminale|(niveau )?4$|tle"),
]
_MOMENTS = [
    (Availability.EVENINGS, r"soir|evening"),
    (Availability.SATURDAYS, r"samedi|saturday"),
    (Availability.SUNDAYS, r"dimanche|sunday"),
]
_YES, _NO = {"oui", "yes", "o", "y", "1", "x", "true", "vrai"}, {"non", "no", "n", "0", "false", "faux"}
_DAY = re.compile(r"(?:(\d{1,2})[./\- ])?(\d{1,2})[./\- ](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?(?: .*)?")
_NAMED = re.compile(r"(?:\d{1,2}(?:er)? )?([a-z]{3,}) (\d{4})")


def _month(text: str) -> tuple[int, int | None] | None:
    """The year, and the month if it is said, of a birth as people write one."""
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2])
    if found := _DAY.fullmatch(text):
        year = int(found[3])
        if year < 100:
            year += 2000 if year <= clock.today().year % 100 else 1900
        return year, int(found[2])
    if re.fullmatch(r"\d{4}", text):
        return int(text), None
    if found := _NAMED.fullmatch(plain(text)):
        for language in ("fr", "en"):
            with translation.override(language):
                names = {plain(str(name)): number for number, name in MONTHS.items()}
            if found[1] in names:
                return int(found[2]), names[found[1]]
    return None


def split_name(text: str) -> tuple[str, str, bool]:
    """First and last name out of one cell, and whether that was seen: a last name in capitals says so."""
    words = text.split()
    last = [word for word in words if word.isupper() and len(word) > 1]
    first = [word for word in words if word not in last]
    if last and first:
        return " ".join(first), " ".join(last), True
    return words[0] if words else "", " ".join(words[1:]), len(words) < 2


# -- a list's own circumstances ---------------------------------------------------------------------------------------


class Circumstances:
    """What the rows of a list are read by: the cohorts they may join, and the words of zones, sources and levels."""

    def __init__(self, intake: Intake, user: User, *, zone: int | None, source: str, columns: Sequence[str]):
        self.intake, self.source, self.width = intake, source, len(columns)
        self.columns = [(place, key) for place, key in enumerate(columns) if key]
        cohorts = list(joinable(user).filter(intake=intake).select_related("zone"))
        self.cohorts = {cohort.zone_id: cohort for cohort in cohorts}
        self.zones = {
            plain(word): cohort.zone_id for cohort in cohorts for word in (cohort.zone.name, cohort.zone.code)
        }
        self.zone = zone
        departments = ZoneDepartment.objects.filter(zone__in=self.cohorts).values_list("department", "zone")
        self.departments: dict[str, int] = dict(departments)
        self.sources, self.levels = _spoken(Source), _spoken(Level)
        # By postcode: the code, the name and the department of each commune.
        self.communes: dict[str, list[tuple[str, str, str]]] = {}

    def look_up(self, rows: Iterable[Sequence[Any]]) -> None:
        """Fetch the communes of these rows' postcodes, once."""
        place = next((place for place, key in self.columns if key == "postcode"), None)
        if place is None:
            return
        wanted = {_postcode(str(row[place])) for row in rows if place < len(row)} - {""} - self.communes.keys()
        if not wanted:
            return
        self.communes |= {postcode: [] for postcode in wanted}
        found = Commune.objects.filter(postcodes__overlap=sorted(wanted)).order_by("name")
        for code, name, department, postcodes in found.values_list("insee_code", "name", "department", "postcodes"):
            for postcode in wanted.intersection(postcodes):
                self.communes[postcode].append((code, plain(name), department))


def joinable(user: User) -> CohortQuerySet:
    """The cohorts to which somebody may bring people: of the zones where they recruit, before they begin."""
    zones = user.zones_as(*RECRUITMENT)
    cohorts = Cohort.objects.ahead_of(clock.today())
    return cohorts if zones is None else cohorts.filter(zone__in=zones)


def _postcode(text: str) -> str:
    digits = re.sub(r"\s", "", text)
    # A spreadsheet takes the first nought of a number away.
    digits = f"0{digits}" if len(digits) == 4 else digits
    return digits if re.fullmatch(r"[0-9]{5}", digits) else ""


# -- a row ------------------------------------------------------------------------------------------------------------


def read(cells: Sequence[Any], at: Circumstances) -> Read | None:
    """What a row says; nothing where none of its columns says anything."""
    said: dict[str, tuple[int, str]] = {}
    for place, key in at.columns:
        text = _text(cells[place]) if place < len(cells) else ""
        if text:
            said[key] = place, text
    if not said:
        return None
    row = Read()
    for key, (place, text) in said.items():
        if key in _TEXTS and sheets.is_formula(text):
            row.told.append(Told("formula", place, text))
        elif key in _FIELDS:
            _clean(row, key, place, text)
        else:
            _READERS[key](row, place, text, at)
    if any(map(_text, cells[at.width :])):
        row.told.append(Told("cells"))
    told_of = {told.column for told in row.told}
    for code, keys, asked in (
        ("first_name", ("first_name",), ("first_name", "full_name")),
        ("unreachable", ("phone", "email"), ("phone", "email")),
    ):
        places = {said[key][0] for key in asked if key in said}
        if not row.answers.keys() & keys and not places & told_of:
            row.told.append(Told(code))
    _place(row, said, at)
    row.answers.setdefault("source", at.source)
    return row


def _text(cell: Any) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _clean(row: Read, key: str, place: int, text: str) -> None:
    try:
        row.answers[key] = _phone(text) if key == "phone" else _FIELDS[key].clean(text)
    except ValidationError as problem:
        code = problem.error_list[0].code
        row.told.append(Told(code if code in WRONG else key, place, text))
        return
    if not row.answers[key]:
        del row.answers[key]


def _phone(text: str) -> str:
    """The number; of several in a cell the first that is one."""
    try:
        return _FIELDS["phone"].clean(text)
    except ValidationError:
        for part in re.split(r"[/;,\n]| ou | or ", text)[:4]:
            try:
                return _FIELDS["phone"].clean(part.strip())
            except ValidationError:
                continue
        raise


def _full_name(row: Read, place: int, text: str, at: Circumstances) -> None:
    if sheets.is_formula(text):
        row.told.append(Told("formula", place, text))
        return
    first, last, seen = split_name(text)
    for key, part in (("first_name", first), ("last_name", last)):
        if part:
            _clean(row, key, place, part)
    if not seen:
        row.told.append(Told("name_order", place))


def _birth(row: Read, place: int, text: str, at: Circumstances) -> None:
    found = _month(text)
    age = at.intake.starts_on.year - found[0] if found else -1
    if found is None or not YOUNGEST <= age <= OLDEST or not 1 <= (found[1] or 1) <= 12:
        row.told.append(Told("birth", place, text))
        return
    row.answers["birth_year"], row.answers["birth_month"] = found


def _post(row: Read, place: int, text: str, at: Circumstances) -> None:
    postcode = _postcode(text)
    communes = at.communes.get(postcode)
    if not communes:
        row.told.append(Told("postcode", place, text))
        return
    row.answers["postcode"] = postcode
    row.answers["commune"] = communes[0][0] if len(communes) == 1 else ""


def _commune(row: Read, place: int, text: str, at: Circumstances) -> None:
    row.answers["town"] = plain(text)


def _zone(row: Read, place: int, text: str, at: Circumstances) -> None:
    zone = at.zones.get(plain(text))
    if zone is None:
        row.told.append(Told("zone", place, text))
    else:
        row.answers["zone"] = zone


def _level(row: Read, place: int, text: str, at: Circumstances) -> None:
    words = plain(text)
    level = at.levels.get(words) or next((key for key, known in _LEVELS if re.search(known, words)), None)
    _choose(row, "level", level, place, text)


def _source(row: Read, place: int, text: str, at: Circumstances) -> None:
    _choose(row, "source", at.sources.get(plain(text)), place, text)


def _employer(row: Read, place: int, text: str, at: Circumstances) -> None:
    words = plain(text)
    _choose(row, "has_employer", True if words in _YES else False if words in _NO else None, place, text)


def _availability(row: Read, place: int, text: str, at: Circumstances) -> None:
    parts = [part for part in re.split(r"[,;/\n+]| et | and ", plain(text)) if part.strip()]
    found = [{key for key, known in _MOMENTS if re.search(known, part)} for part in parts]
    row.answers["availability"] = [key.value for key, _known in _MOMENTS if any(key in keys for keys in found)]
    if not all(found):
        row.told.append(Told("availability", place, text))


def _choose(row: Read, key: str, value: Any, place: int, text: str) -> None:
    if value is None:
        row.told.append(Told(key, place, text))
    else:
        row.answers[key] = value


_READERS: Mapping[str, Any] = {
    "full_name": _full_name,
    "birth": _birth,
    "postcode": _post,
    "commune": _commune,
    "zone": _zone,
    "level": _level,
    "source": _source,
    "has_employer": _employer,
    "availability": _availability,
}


def _place(row: Read, said: Mapping[str, Any], at: Circumstances) -> None:
    """Which commune, and which cohort: that of the zone the row names, of the list's, or of the postcode."""
    answers = row.answers
    town, postcode = answers.pop("town", ""), answers.get("postcode", "")
    if town and postcode and not answers["commune"]:
        answers["commune"] = next((code for code, name, _department in at.communes[postcode] if name == town), "")
    zone = answers.pop("zone", None) or (None if "zone" in said else at.zone)
    if zone is None and "zone" not in said and postcode:
        zone = at.departments.get(at.communes[postcode][0][2])
    cohort = at.cohorts.get(zone)
    if cohort is not None:
        answers["cohort"] = cohort.pk
    elif "zone" not in said:
        row.told.append(Told("no_zone"))
