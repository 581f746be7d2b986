"""What the tests of the doors do again and again: a telephone's codes, and signing in with them."""

import re
import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from partnership import services
from partnership.models import User
from tests.factories import PASSWORD


def code_of(secret: str, step: int = 0) -> str:
    """What a telephone shows for a secret: now, or some half minutes away."""
    return format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30 + step))


def enrol(user: User) -> str:
    """Give somebody a second factor; returns its secret."""
    secret = generate_totp_secret()
    services.add_second_factor(user, secret=secret, by=user)
    return secret


def recovery_codes(user: User) -> list[str]:
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()


def sign_in(client: Client, user: User, password: str = PASSWORD, **said: str):
    return client.post("/fr/connexion/", {"login": user.email, "password": password, **said})


def secret_of(user: User) -> str:
    """The secret as the database keeps it, and as it reads."""
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"]
    assert kept != get_adapter().decrypt(kept)
    return get_adapter().decrypt(kept)


def shown_secret(page: str) -> str:
    return re.search(r'id="secret">([A-Z2-7 ]+)<', page).group(1).replace(" ", "")
