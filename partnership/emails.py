"""The partnership's own letters; each is a function and a template of the same name."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from . import clock, outbox
from .models import Convention, User
from .states import OnDoubt


def sign_in_code(user: User, *, code: str, asked_at: datetime) -> None:
    """The code somebody asked for to sign in without a password; never sent twice, it would no longer open anything."""
    outbox.post(
        "partnership/sign_in_code",
        key=f"sign_in_code:{user.pk}:{asked_at.isoformat()}",
        about=user,
        to=user,
        secret=code,
        on_doubt=OnDoubt.HOLD,
    )


def board_address(language: str) -> str:
    """The absolute address of the convention's board, in a language."""
    with translation.override(language):
        return settings.PUBLIC_URL + reverse("partnership:board")


def convention_signed(convention: Convention, *, to: User) -> None:
    """Every coordinator learns that all parties have signed."""
    outbox.post(
        "partnership/convention_signed",
        key=f"convention_signed:{convention.pk}:{to.pk}",
        about=convention,
        to=to,
        convention=convention.title,
        signed_on=convention.signed_at.astimezone(clock.PARIS).date(),
        address=board_address(to.language),
    )
