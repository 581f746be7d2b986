"""A new SECRET_KEY beside the former one: whoever has signed in stays so, and what was signed is still ours."""

import pytest
from django.core import signing
from django.test import Client

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

OLD, NEW = (
    "a former key that nobody could guess, 0123456789-abc",
    "a present key that nobody could guess, 0123456789-xyz",
)


@pytest.fixture
def somebody(settings, author):
    """Signs in, and signs something, under the former key."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    client = Client()
    assert client.login(email=author.email, password=PASSWORD)
    return client, signing.dumps({"kept": 1})


def test_after_a_rotation_sessions_and_signatures_live_on(somebody, settings):
    client, signed = somebody
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert client.get("/fr/accueil/").status_code == 302
    assert client.get("/fr/contenus/").status_code == 200
    assert signing.loads(signed) == {"kept": 1}


def test_a_session_seen_once_since_outlives_the_former_key(somebody, settings):
    client, _signed = somebody
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    client.get("/fr/contenus/")
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/fr/contenus/").status_code == 200


def test_without_the_former_key_everybody_signs_in_again(somebody, settings):
    client, signed = somebody
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []
    assert client.get("/fr/contenus/").headers["Location"].startswith("/fr/connexion/")
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)
