"""Who is known already: people found by what is typed of a new one, among the files one may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from partnership.models import User

from .models import Application, Candidate, dialled, plain
from .states import LIVE

MOST = 8
# A shorter piece of a name, of an address or of a number finds half of everybody.
_SHORTEST, _FEWEST_DIGITS = 3, 6


@dataclass
class Known:
    """Somebody known, with their files, the newest first; `same` is whether telephone or address are the very ones."""

    person: Candidate
    same: bool
    files: list[Application] = field(default_factory=list)

    def lives_in(self, intake: int) -> bool:
        """Whether an application for an intake (its key) is under way."""
        return any(file.intake_id == intake and file.state in LIVE for file in self.files)


def people(user: User, said: Mapping[str, str]) -> list[Known]:
    """People of files one may see who resemble what was typed (first_name, last_name, phone, email), the same first."""
    condition = _resembling(said)
    if not condition:
        return []
    files = Application.objects.visible_to(user).filter(condition)
    found: dict[object, Known] = {}
    related = files.select_related("candidate", "cohort__zone", "intake__programme", "owner")
    for file in related.order_by("-created_at")[: 5 * MOST]:
        person = file.candidate
        known = found.setdefault(person.pk, Known(person, _is_the_same(person, said)))
        known.files.append(file)
    return sorted(found.values(), key=lambda known: not known.same)[:MOST]


def _resembling(said: Mapping[str, str]) -> Q:
    condition = Q()
    names = [word for word in plain(f"{said.get('first_name', '')} {said.get('last_name', '')}").split() if word]
    if names and max(map(len, names)) >= _SHORTEST:
        named = Q()
        for word in names:
            named &= Q(candidate__search_text__contains=word)
        condition |= named
    if len(digits := dialled(said.get("phone", ""))) >= _FEWEST_DIGITS:
        condition |= Q(candidate__search_text__contains=digits)
    if len(address := plain(said.get("email", ""))) >= _SHORTEST:
        condition |= Q(candidate__search_text__contains=address)
    return condition


def _is_the_same(person: Candidate, said: Mapping[str, str]) -> bool:
    digits, address = dialled(said.get("phone", "")), said.get("email", "").strip().casefold()
    by_phone = len(digits) >= _FEWEST_DIGITS and person.phone in (f"+{digits}", f"+33{digits}")
    return by_phone or bool(address) and person.email.casefold() == address
