"""Every address, asked for by everybody, in both zones, by both methods: the answer is the table's."""

import itertools
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from .table import GO, OK, PERSONAS, SIGN_IN, TABLE, Row
from .world import World, fingerprint

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


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.url)
def test_an_address_answers_each_persona_as_the_table_says(world, row):
    wrong = []
    for method in ("get", "post"):
        for persona, zone in itertools.product(PERSONAS, row.zones_for(method)):
            expected = row.expected(persona, method, zone)
            found, changed = answered(world, row, persona, method, zone)
            may_change = method == "post" and row.changes and expected in (OK, GO)
            if (found, changed) != (expected, may_change):
                wrong.append(f"{persona} {method} {zone}: {found}, changed={changed}; the table says {expected}")
    assert not wrong, "\n".join(wrong)
