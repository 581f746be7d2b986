"""Proposals for all zones at once: the address is a zone's in the table, and here it is nobody's of one zone."""

import pytest
from django.test import Client
from django.urls import reverse

from partnership.states import Role

from .. import factories
from .rows import FORBIDDEN, GO, OK, PERSONAS
from .world import ANONYMOUS, LYON, PARIS, fingerprint

pytestmark = pytest.mark.django_db
NAME = "placements:proposal_list"


@pytest.mark.parametrize("persona", PERSONAS)
def test_nobody_of_the_table_asks_for_all_zones(world, persona):
    for method in ("get", "post"):
        answer = getattr(world.client(persona), method)(reverse(NAME, args=["toutes"]), world.said(NAME, LYON))
        if persona == ANONYMOUS:
            assert answer.status_code == GO and answer.url.startswith(reverse("account_login"))
        else:
            assert answer.status_code == FORBIDDEN
    assert fingerprint() == world.untouched


def test_whoever_leads_every_zone_does(world):
    """A control: the same form is done for them, and reads both zones."""
    client, address = Client(), reverse(NAME, args=["toutes"])
    client.force_login(
        factories.user(Role.REGIONAL_LEAD), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    before = fingerprint()
    assert client.get(address).status_code == OK
    assert client.post(address, world.said(NAME, LYON)).status_code == GO
    assert fingerprint() != before
    for zone in (LYON, PARIS):
        assert client.get(world.address("placements:proposal_detail", "proposal run", zone)).status_code == OK
