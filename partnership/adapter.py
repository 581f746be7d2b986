"""The one place where the sign-in library's mails become letters of ours."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from . import clock, emails
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; codes leave through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        if template_prefix != "account/email/login_code" or user is None:
            # An unknown address gets no letter: whoever asked sees the same page either way.
            return
        emails.sign_in_code(user, code=context["code"], asked_at=clock.now())
