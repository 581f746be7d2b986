"""Somebody is invited by letter, comes in, is seen off by the administrator and is out at their next click."""

import pytest
from django.urls import reverse

from partnership.models import User
from partnership.states import Role
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def odile(transactional_db, worker) -> User:
    """An administrator, a zone, and a convention to read."""
    factories.convention()
    factories.zone("lyon")
    return factories.user(Role.ADMINISTRATOR, name="Odile Ferrand")


@pytest.mark.parametrize(
    "javascript",
    [pytest.param(False, id="without JavaScript"), pytest.param(True, id="with JavaScript", marks=pytest.mark.full)],
)
def test_somebody_is_invited_comes_in_and_is_seen_off(odile, visit, post, javascript):
    administrator, guest = visit(javascript=javascript), visit(javascript=javascript)
    administrator.enter_as(odile)
    administrator.open(reverse("partnership:person_list"))
    administrator.click("Invite somebody", role="link")
    administrator.fill("Prénom et nom", "Nora Fictive")
    administrator.fill("Adresse e-mail", "nora@exemple.test")
    administrator.choose("Rôle", Role.REVIEWER)
    administrator.click("Send the invitation")
    administrator.sees("Nora Fictive", inside="h1")
    guest.follow(post.to("nora@exemple.test", "Votre accès à Tandem"))
    guest.sees("Bienvenue", inside="h1")
    guest.click("Come in")
    guest.sees("Nora Fictive", inside="body")
    assert guest.open(reverse("partnership:board")).status == 200
    administrator.page.reload()
    administrator.sees("Invitation accepted")
    administrator.click("This person leaves", role="link")
    administrator.click("Fermer tous les accès")
    administrator.sees("Nora Fictive a quitté", inside="body")
    guest.page.reload()
    assert guest.path == reverse("account_login")
    assert not User.objects.get(email="nora@exemple.test").is_active
