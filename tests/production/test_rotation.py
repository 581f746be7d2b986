"""A new SECRET_KEY beside the former one: whoever has signed in stays so, and what was signed is still ours."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.core import signing
from django.test import Client

from partnership import adapter

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
    client.force_login(author, backend="allauth.account.auth_backends.AuthenticationBackend")
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


@pytest.fixture
def second_factor(settings, recruiter):
    """What somebody's second factor is computed from, encrypted under the former key."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    secret = generate_totp_secret()
    made, codes = TOTP.activate(recruiter, secret), RecoveryCodes.activate(recruiter)

    def known():
        for factor in (made.instance, codes.instance):
            factor.refresh_from_db()
        return decrypt(made.instance.data["secret"]), RecoveryCodes(codes.instance).generate_codes()

    return known, (secret, codes.generate_codes())


def test_a_second_factor_follows_the_new_key_at_the_next_start(second_factor, settings):
    known, before = second_factor
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert known() == before
    assert adapter.renew_secrets() == 2
    assert adapter.renew_secrets() == 0
    settings.SECRET_KEY_FALLBACKS = []
    assert known() == before


def test_a_second_factor_whose_key_is_missing_is_left_for_the_day_it_comes_back(second_factor, settings):
    known, before = second_factor
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []
    assert adapter.renew_secrets() == 0
    with pytest.raises(InvalidToken):
        known()
    settings.SECRET_KEY_FALLBACKS = [OLD]
    assert known() == before
