"""The one place where the sign-in library is told how Tandem does it: letters of ours, secrets that are encrypted."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from . import clock, emails
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; codes leave through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Somebody who was seen off between asking for a code and giving it; the library's page is not offered."""
        messages.error(request, _("This account is closed: it opens nothing any more."))
        return redirect("account_login")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send a code; whoever asked for an address we do not know sees the same page, after the same work."""
        if template_prefix != "account/email/login_code":
            return
        person, asked_at = User.objects.filter(email=email.lower(), is_active=True).first(), clock.now()
        code = context.get("code", "")
        emails.to_somebody_or_nobody(person, lambda to: emails.sign_in_code(to, code=code, asked_at=asked_at))


class SecondFactorAdapter(DefaultMFAAdapter):
    """What a second factor is computed from is kept encrypted, with a key that follows SECRET_KEY and its fallbacks."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"partnership.adapter.second_factor:" + secret.encode()).digest())


@transaction.atomic
def renew_secrets() -> int:
    """Encrypt with the present key what only a former one opens; the number of second factors that changed.

    Whatever no key opens stays as it is: the key may come back.
    """
    present, renewed = Fernet(_key(settings.SECRET_KEY)), 0
    for factor in Authenticator.objects.select_for_update():
        data = {name: _renewed(value, present) for name, value in factor.data.items()}
        if data != factor.data:
            renewed += Authenticator.objects.filter(pk=factor.pk).update(data=data)
    return renewed


def _renewed(value: object, present: Fernet) -> object:
    if not isinstance(value, str):
        return value
    try:
        present.decrypt(value.encode())
        return value
    except InvalidToken:
        pass
    try:
        return _cipher().rotate(value.encode()).decode()
    except InvalidToken:
        return value
