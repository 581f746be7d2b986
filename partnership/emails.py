"""The partnership's own letters; each is a function and a template of the same name."""

from datetime import datetime

from . import outbox
from .models import User, ref
from .states import OnDoubt


def recipient(user: User) -> outbox.Recipient:
    """A user as the recipient of a letter."""
    return outbox.Recipient(email=user.email, name=user.full_name, language=user.language, ref=ref(user))


def sign_in_code(user: User, *, code: str, asked_at: datetime) -> None:
    """The code somebody asked for to sign in without a password; never sent twice, it would no longer open anything."""
    outbox.post(
        "partnership/sign_in_code",
        key=f"sign_in_code:{user.pk}:{asked_at.isoformat()}",
        about=user,
        to=recipient(user),
        secret=code,
        on_doubt=OnDoubt.HOLD,
    )


def convention_signed(convention_title: str, *, to: User, about: str, signed_on: str) -> None:
    """Every coordinator learns that all parties have signed."""
    outbox.post(
        "partnership/convention_signed",
        key=f"convention_signed:{about}:{to.pk}",
        about=about,
        to=recipient(to),
        convention=convention_title,
        signed_on=signed_on,
    )
