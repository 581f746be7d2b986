"""Which sites may be one entered twice: by their numbers, their names, and whom one calls there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cohorts.models import plain
from partnership.models import User

from .models import HostSite
from .policies import Interests, interests_of

GROUNDS: dict[str, Promise] = {
    "siret": _("same SIRET"),
    "siren": _("same company, same commune"),
    "name": _("similar name, same postcode"),
    "email": _("same e-mail address of the contact"),
    "phone": _("same telephone of the contact"),
}
_OF_CONTACTS = {"email", "phone"}
# Above it two names are one with a slip of the pen.
_NEAR = 0.85
# Sites compared with what is typed; pairs shown; sites of one postcode or contact compared with each other.
MOST, MOST_PAIRS, EACH = 200, 100, 40
_LEGAL = {"sa", "sas", "sarl", "sasu", "eurl", "snc", "fictif", "fictive", "groupe", "societe"}


@dataclass
class Alike:
    """A site that may be the same, and why."""

    site: HostSite
    grounds: list[Promise] = field(default_factory=list)


def _bare(name: str) -> str:
    """A name without its accents, signs and legal form."""
    words = "".join(sign if sign.isalnum() else " " for sign in plain(name)).split()
    return " ".join(word for word in words if word not in _LEGAL) or " ".join(words)


def _similar(one: str, other: str) -> bool:
    one, other = _bare(one), _bare(other)
    return bool(one and other) and (one == other or SequenceMatcher(None, one, other).ratio() >= _NEAR)


def _said_by(site: HostSite) -> dict[str, str]:
    return {
        "siret": site.siret,
        "commune": site.commune_id,
        "postcode": site.postcode,
        "name": site.name,
        "company_name": site.company.name,
        "email": site.contact_email,
        "phone": site.contact_phone,
    }


def _grounds(one: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    found = set()
    if one["siret"] and one["siret"] == other["siret"]:
        found.add("siret")
    elif one["siret"] and one["siret"][:9] == other["siret"][:9] and one["commune"] == other["commune"]:
        found.add("siren")
    if one["postcode"] == other["postcode"]:
        is_named = any(_similar(one[key], other[key]) for key in ("name", "company_name") if key in one)
        found |= {"name"} if is_named else set()
    for key in _OF_CONTACTS:
        if one[key] and one[key].casefold() == other[key].casefold():
            found.add(key)
    return found


def alike(said: Mapping[str, Any], *, user: User, interests: Interests | None = None) -> list[Alike]:
    """The sites of the user's zones that may be the one that is described, as a site is recorded.

    Of a rival's contacts nothing is compared: an answer would tell them.
    """
    interests = interests or interests_of(user)
    one = {
        "siret": said.get("siret") or "",
        "commune": said.get("commune_id") or "",
        "postcode": said.get("postcode") or "",
        "name": said.get("name") or "",
        "company_name": said.get("company_name") or "",
        "email": said.get("contact_email") or "",
        "phone": said.get("contact_phone") or "",
    }
    wanted = Q(postcode=one["postcode"])
    if one["siret"]:
        wanted |= Q(siret__startswith=one["siret"][:9])
    if one["email"]:
        wanted |= Q(contact_email__iexact=one["email"])
    if one["phone"]:
        wanted |= Q(contact_phone=one["phone"])
    found = []
    sites = HostSite.objects.visible_to(user).filter(wanted).select_related("company", "commune", "zone")
    for site in sites.order_by("name")[:MOST]:
        grounds = _grounds(one, _said_by(site))
        if not interests.reads_contacts(site):
            grounds -= _OF_CONTACTS
        if grounds:
            found.append(Alike(site, [GROUNDS[key] for key in GROUNDS if key in grounds]))
    return sorted(found, key=lambda other: -len(other.grounds))


def suspected() -> list[tuple[HostSite, Alike]]:
    """Pairs of recorded sites that may be one, the likeliest first: for administrators, who see every zone."""
    sites = list(HostSite.objects.select_related("company", "commune", "zone").order_by("zone__order", "name"))
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    told = [_said_by(site) for site in sites]
    for place, said in enumerate(told):
        for key, value in (
            ("siren", said["siret"][:9]),
            ("postcode", said["postcode"]),
            ("email", said["email"].casefold()),
            ("phone", said["phone"]),
        ):
            if value:
                together[key, value].append(place)
    pairs = {pair for places in together.values() for pair in _pairs(places)}
    found = []
    for one, other in sorted(pairs):
        if grounds := _grounds(told[one], told[other]):
            found.append((sites[one], Alike(sites[other], [GROUNDS[key] for key in GROUNDS if key in grounds])))
    return sorted(found, key=lambda pair: -len(pair[1].grounds))[:MOST_PAIRS]


def _pairs(places: list[int]) -> Iterable[tuple[int, int]]:
    # What a whole town shares says nothing: a number of them is compared, not their square.
    return combinations(places[:EACH], 2)
