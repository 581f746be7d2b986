"""Personal links for people without an account: random tokens, of which only the hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import translation

from . import clock
from .models import AccessLink, ref


@dataclass(frozen=True)
class Purpose:
    """What a kind of link opens, and for how many days, or parts of one."""

    key: str
    url_name: str
    days: float


PURPOSES: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    """Make a purpose known; called where an app gets ready."""
    PURPOSES[purpose.key] = purpose
    return purpose


class Unusable(Exception):
    """A link that opens nothing (any more): `why` is unknown, expired, used or revoked."""

    def __init__(self, why: str, link: AccessLink | None = None):
        super().__init__(why)
        self.why = why
        self.link = link


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def mint(purpose: str, subject: str) -> str:
    """Make a new link to a subject (`ref`) and return its token, the only time it is known."""
    return mint_all([(purpose, subject)])[0]


def mint_all(wanted: Sequence[tuple[str, str]]) -> list[str]:
    """Make a new link for each purpose and subject, in one statement, and return their tokens."""
    tokens, now = [secrets.token_urlsafe(24) for _ in wanted], clock.now()
    AccessLink.objects.bulk_create(
        AccessLink(
            token_hash=_hash(token),
            purpose=purpose,
            subject=subject,
            created_at=now,
            expires_at=now + timedelta(days=PURPOSES[purpose].days),
        )
        for token, (purpose, subject) in zip(tokens, wanted, strict=True)
    )
    return tokens


def url(purpose: str, token: str, *, language: str = "fr") -> str:
    """The absolute address that a token opens."""
    with translation.override(language):
        return settings.PUBLIC_URL + reverse(PURPOSES[purpose].url_name, args=[token])


def new_url(purpose: str, thing: models.Model, *, language: str = "fr") -> str:
    """A fresh personal address for a thing, to show at once to whoever it belongs to."""
    return url(purpose, mint(purpose, ref(thing)), language=language)


def find(token: str, purpose: str) -> AccessLink:
    """The link behind a token; Unusable says why there is none."""
    link = AccessLink.objects.filter(token_hash=_hash(token), purpose=purpose).first()
    if link is None:
        raise Unusable("unknown")
    if link.revoked_at:
        raise Unusable("revoked", link)
    # Before its use: what a used link still shows ends with its life.
    if link.expires_at <= clock.now():
        raise Unusable("expired", link)
    if link.used_at:
        raise Unusable("used", link)
    return link


def key_of(link: AccessLink) -> str:
    """The primary key of the link's subject."""
    return link.subject.rpartition(":")[2]


def consume(link: AccessLink) -> None:
    """Use a link once; of several at the same moment one passes, the others find it Unusable."""
    if not AccessLink.objects.filter(pk=link.pk, used_at__isnull=True, revoked_at__isnull=True).update(
        used_at=clock.now()
    ):
        raise Unusable("used", link)


def revoke(purpose: str, thing: models.Model) -> None:
    """Close every open link of a purpose to a thing."""
    AccessLink.objects.filter(purpose=purpose, subject=ref(thing), revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )
