"""What keeps machines from the public forms, and loses nothing of what a hurried person has typed.

A field nobody sees, the moment the form was shown (signed), and two limits: so many an hour from one address of the
network, for a school shares one, and few for one e-mail address. Where the limits cannot be counted, the door is open.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import clock, limits

# Nobody reads and answers a form in less, not even with a browser that fills it in.
QUICKEST_SECONDS = 2
HOUR = 3600
_SALT = "partnership.guard"


@dataclass(frozen=True)
class Hindrance:
    """Why a form has to be sent again, with everything still in it."""

    reason: str
    status: int = 422
    retry_after: int = 0


def moment(request: HttpRequest) -> str:
    """When the form was first shown, for its hidden field: it stays the same when the form comes back."""
    said = request.POST.get("shown", "")
    return said if _shown_at(said) is not None else signing.dumps(int(clock.now().timestamp()), salt=_SALT)


def _shown_at(said: str) -> int | None:
    try:
        return signing.loads(said, salt=_SALT)
    except signing.BadSignature:
        return None


def hinders(request: HttpRequest, kind: str, *, email: str, most: int) -> Hindrance | None:
    """What stands against a form of this kind that was sent; `most` is its limit an hour from one network address."""
    if not settings.PUBLIC_FORM_GUARD:
        return None
    if request.POST.get("website"):
        return Hindrance(
            _("A field that nobody sees was filled in, as machines do. Everything is kept: send it again.")
        )
    shown_at = _shown_at(request.POST.get("shown", ""))
    if shown_at is None or clock.now().timestamp() - shown_at < QUICKEST_SECONDS:
        return Hindrance(_("That was quicker than a person writes. Everything is kept: send it again."))
    try:
        limits.count(f"{kind} from:{request.META.get('REMOTE_ADDR', '')}", most=most, seconds=HOUR, open_when_down=True)
        if email:
            limits.count(f"{kind} of:{email.lower()}", most=5, seconds=HOUR, open_when_down=True)
    except limits.TooMany as refusal:
        reason = _("Too many were sent within an hour. What you have typed is kept on this page: send it again later.")
        return Hindrance(reason, 429, refusal.retry_after)
    return None
