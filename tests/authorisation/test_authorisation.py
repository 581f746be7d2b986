"""Every address, asked for by everybody, in both zones, by both methods: the answer is the table's."""

import zlib
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from .. import runs
from .rows import FORBIDDEN, GO, MISSING, NOT_ALLOWED, OK, PERSONAS, SIGN_IN, Row
from .table import TABLE
from .world import LYON, LYON_LEAD, LYON_RECRUITER, PARIS, REVIEWER, World, fingerprint

pytestmark = pytest.mark.django_db


def every_url() -> Iterator[str]:
    """The name of every address that the site answers, or its route where it has no name."""

    def walk(resolver: URLResolver, space: str, route: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            here = route + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield f"{space}{entry.name}" if entry.name else here.partition("/")[2]
            else:
                yield from walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space, here)

    return walk(get_resolver(), "", "")


def test_every_address_is_in_the_table_once_and_nothing_else_is():
    assert sorted(row.url for row in TABLE) == sorted(every_url())


def answered(world: World, row: Row, persona: str, method: str, zone: str) -> tuple[int | str, bool]:
    """The status a persona gets (SIGN_IN for the way to the sign-in page), and whether any of our rows has changed."""
    address = world.address(row.url, row.of, zone)
    said = world.said(row.url, zone) if method == "post" else {}
    with transaction.atomic():
        answer = getattr(world.client(persona), method)(address, said)
        changed = method == "post" and fingerprint() != world.untouched
        transaction.set_rollback(True)
    doors = (reverse("account_login"), reverse("admin:login"))
    if answer.status_code == GO and answer.url.startswith(tuple(f"{door}?next=" for door in doors)):
        return SIGN_IN, changed
    return answer.status_code, changed


def asked(row: Row) -> Iterator[tuple[str, str, str]]:
    """Who asks for an address, how, and for which zone's record.

    In the quick run those who are answered alike, in every zone, are asked for by one of them, in turn.
    """
    first = zlib.crc32(row.url.encode()) % len(PERSONAS)
    for method in ("get", "post"):
        told, zones = set(), list(row.zones_for(method))
        for persona in PERSONAS[first:] + PERSONAS[:first]:
            answers = tuple(row.expected(persona, method, zone) for zone in zones)
            if answers not in told or runs.IS_LONG:
                told.add(answers)
                yield from ((persona, method, zone) for zone in zones)


@pytest.mark.both
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.url)
def test_an_address_answers_each_persona_as_the_table_says(world, row):
    wrong = []
    for persona, method, zone in asked(row):
        expected = row.expected(persona, method, zone)
        found, changed = answered(world, row, persona, method, zone)
        may_change = method == "post" and row.changes and expected in (OK, GO)
        if (found, changed) != (expected, may_change):
            wrong.append(f"{persona} {method} {zone}: {found}, changed={changed}; the table says {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("persona", [LYON_RECRUITER, LYON_LEAD])
def test_the_english_addresses_hide_another_zone_as_well(world, persona):
    rows = [row for row in TABLE if row.zone and persona in row.who]
    open_to_them = []
    for row in rows:
        method = "post" if row.get == NOT_ALLOWED else "get"
        address = world.address(row.url, row.of, PARIS).replace("/fr/", "/en/", 1)
        answer = getattr(world.client(persona), method)(address, world.said(row.url, PARIS))
        if answer.status_code != MISSING:
            open_to_them.append((row.url, answer.status_code))
    assert rows and not open_to_them
    assert fingerprint() == world.untouched


def test_a_table_that_says_something_else_is_found_out(world):
    """A control: were the lead of Lyon said to read Paris, or a reviewer applicants, the comparison would tell."""
    row = next(row for row in TABLE if row.url == "cohorts:application_detail")
    assert answered(world, row, LYON_RECRUITER, "get", LYON) == (OK, False)
    assert answered(world, row, LYON_RECRUITER, "get", PARIS) == (MISSING, False)
    assert answered(world, row, REVIEWER, "get", LYON) == (FORBIDDEN, False)
    admit = next(row for row in TABLE if row.url == "cohorts:application_admit")
    assert answered(world, admit, LYON_RECRUITER, "post", LYON) == (GO, True)
