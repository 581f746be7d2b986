"""Who may be the same person entered twice: same telephone, address or month of birth, and a name that resembles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from .models import RECRUITMENT, Application, ApplicationQuerySet, Candidate, same_name

# Looked for among the people of so many files, the newest; each is compared with so many others at most, so that a
# telephone that a whole school gives costs no more than any other.
LATELY, EACH, MOST = 5_000, 20, 50
# Whoever is looked for among many people takes longer to find: there it is for fewer files, and for the very newest
# alone where these already fill a page.
LATELY_OF_MANY = (100, 1_000)
GROUNDS: dict[str, Promise] = {
    "phone": _("same telephone"),
    "email": _("same e-mail address"),
    "birth": _("same name, same month of birth"),
}
# Brothers and sisters share a telephone and a last name; first names as near as Alex and Alexandre need both near.
_NEAR_FIRST, _NEAR_FULL = 0.5, 0.55
_ACCENTS = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
_BARE = "aaaaaaceeeeiiiinooooouuuuyy"
_FROM, _TO = f"{_ACCENTS}{_ACCENTS.upper()}-'’", f"{_BARE}{_BARE}   "
_STATEMENT = """
    WITH lately AS MATERIALIZED (
        SELECT file.candidate_id FROM cohorts_application AS file
        JOIN cohorts_cohort AS cohort ON cohort.id = file.cohort_id
        WHERE file.state <> 'draft' AND (%(everywhere)s OR cohort.zone_id = ANY(%(zones)s))
        ORDER BY coalesce(file.submitted_at, file.created_at) DESC, file.id DESC LIMIT %(lately)s
    ), one AS MATERIALIZED (
        SELECT DISTINCT person.id, first_name, last_name, phone, email, birth_year, birth_month,
            lower(translate(first_name, %(from)s, %(to)s)) AS first,
            lower(translate(first_name || ' ' || last_name, %(from)s, %(to)s)) AS name
        FROM lately JOIN cohorts_candidate AS person ON person.id = candidate_id
    ), found AS (
        SELECT least(one.id, other.id) AS one, greatest(one.id, other.id) AS other, other.ground, one.first, one.name,
            lower(translate(other.first_name, %(from)s, %(to)s)) AS other_first,
            lower(translate(other.first_name || ' ' || other.last_name, %(from)s, %(to)s)) AS other_name
        FROM one CROSS JOIN LATERAL (
            (SELECT 'phone' AS ground, id, first_name, last_name FROM cohorts_candidate
                WHERE phone = one.phone AND one.phone <> '' AND id <> one.id LIMIT %(each)s)
            UNION ALL
            (SELECT 'email', id, first_name, last_name FROM cohorts_candidate
                WHERE upper(email) = upper(one.email) AND one.email <> '' AND id <> one.id LIMIT %(each)s)
            UNION ALL
            (SELECT 'birth', id, first_name, last_name FROM cohorts_candidate
                WHERE lower(last_name) = lower(one.last_name) AND lower(first_name) = lower(one.first_name)
                AND one.last_name <> '' AND birth_year = one.birth_year AND birth_month = one.birth_month
                AND id <> one.id LIMIT %(each)s)
        ) AS other
    ), alike AS (
        SELECT one, other, array_agg(DISTINCT ground) AS grounds, count(DISTINCT ground) AS strength,
            max(similarity(name, other_name)) AS likeness
        FROM found
        WHERE first = other_first OR similarity(first, other_first) >= %(near_first)s
            OR similarity(name, other_name) >= %(near_full)s
        GROUP BY one, other
        ORDER BY strength DESC, likeness DESC, one, other
    )
    SELECT one, other, grounds FROM alike
    -- Asked pair by pair, in order, until there are enough: EXISTS may be asked for every file at once.
    WHERE (SELECT true FROM cohorts_twopeople AS two WHERE two.one_id = one AND two.other_id = other LIMIT 1) IS NULL
        -- Whoever has only begun a form is not known yet.
        AND (SELECT true FROM cohorts_application WHERE candidate_id = one AND state <> 'draft' LIMIT 1)
        AND (SELECT true FROM cohorts_application WHERE candidate_id = other AND state <> 'draft' LIMIT 1)
        -- Nobody is told about a person of whom they may not see every file.
        AND (%(everywhere)s OR (
            SELECT true FROM cohorts_application AS file JOIN cohorts_cohort AS cohort ON cohort.id = file.cohort_id
            WHERE file.candidate_id IN (one, other) AND file.state <> 'draft' AND cohort.zone_id <> ALL(%(zones)s)
            LIMIT 1) IS NULL)
    ORDER BY strength DESC, likeness DESC, one, other
    LIMIT %(most)s
"""


@dataclass(frozen=True)
class Person:
    """Somebody known, with their files that were handed in, the newest first."""

    candidate: Candidate
    files: list[Application]


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person, and why."""

    one: Person
    other: Person
    grounds: list[Promise]


class Found(NamedTuple):
    """The likeliest pairs, whether there are more, and around how many of the newest files they were looked for."""

    pairs: list[Pair]
    are_more: bool
    lately: int


def pairs(user: User, *, of_many: bool = False) -> Found:
    """The likeliest pairs of whom somebody may see every file: two statements, or three among many people."""
    found: list[tuple[UUID, UUID, list[str]]] = []
    for lately in LATELY_OF_MANY if of_many else (LATELY,):
        found = _alike(user, lately)
        if len(found) > MOST:
            break
    files = _files(key for one, other, _grounds in found[:MOST] for key in (one, other))
    known = _people(user, files.select_related("candidate", "cohort__zone", "intake").only(*_SHOWN))
    shown = [
        Pair(known[one], known[other], [GROUNDS[ground] for ground in GROUNDS if ground in grounds])
        for one, other, grounds in found[:MOST]
        if one in known and other in known
    ]
    return Found(shown, len(found) > MOST, lately)


def _alike(user: User, lately: int) -> list[tuple[UUID, UUID, list[str]]]:
    """Keys and grounds of the likeliest pairs around so many files, and of one more than a page shows."""
    zones = user.zones_as(*RECRUITMENT)
    values = {
        "everywhere": zones is None,
        "zones": sorted(zones or ()),
        "lately": lately,
        "each": EACH,
        "near_first": _NEAR_FIRST,
        "near_full": _NEAR_FULL,
        "from": _FROM,
        "to": _TO,
        "most": MOST + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        return cursor.fetchall()


# What a line of the list says of somebody and of their files: no more is read.
_SHOWN = (
    "number",
    "state",
    "candidate__first_name",
    "candidate__last_name",
    "cohort__zone__name",
    "intake__starts_on",
)


def people(user: User, keys: Iterable[UUID]) -> dict[UUID, Person]:
    """Those of some people of whom somebody may see every file that was handed in, and at least one."""
    return _people(user, _files(keys).select_related("candidate", "cohort__zone", "intake__programme", "owner"))


def _files(keys: Iterable[UUID]) -> ApplicationQuerySet:
    return Application.objects.submitted().filter(candidate__in=set(keys)).order_by("-created_at")


def _people(user: User, files: Iterable[Application]) -> dict[UUID, Person]:
    zones = user.zones_as(*RECRUITMENT)
    found: dict[UUID, Person] = {}
    hidden = set()
    for file in files:
        person = found.setdefault(file.candidate_id, Person(file.candidate, []))
        person.files.append(file)
        if zones is not None and file.cohort.zone_id not in zones:
            hidden.add(file.candidate_id)
    return {key: person for key, person in found.items() if key not in hidden}


def grounds_of(one: Candidate, other: Candidate) -> list[Promise]:
    """Why two records may be one person, in the words of GROUNDS; none where nothing is the same."""
    named = same_name((one.first_name, one.last_name), (other.first_name, other.last_name))
    born = one.birth_year and (one.birth_year, one.birth_month) == (other.birth_year, other.birth_month)
    holds = {
        "phone": bool(one.phone) and one.phone == other.phone,
        "email": bool(one.email) and one.email.casefold() == other.email.casefold(),
        "birth": bool(named and one.last_name and born),
    }
    return [GROUNDS[ground] for ground, is_so in holds.items() if is_so]
