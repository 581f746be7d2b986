"""What a mail provider tells of our letters afterwards: that one was delivered, that another came back."""

import logging
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .. import limits, services
from ..states import MessageState

log = logging.getLogger(__name__)

# A minute, from one address of the network: a provider tells of each letter, and of several thousand at once.
MOST_NEWS = 3_000
# By the library's common word for it; what is not here (opened, deferred, …) is nothing to us.
_MEANING = {
    "delivered": MessageState.DELIVERED,
    "bounced": MessageState.BOUNCED,
    "rejected": MessageState.BOUNCED,
    "failed": MessageState.BOUNCED,
}
# The reader has told their mail program, or the provider, that they want no such letter.
_UNWANTED = ("complained", "unsubscribed")
_MOMENT = 30


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["HEAD", "POST"])
def mail_news(request: HttpRequest) -> HttpResponse:
    """Take a provider's news; whoever does not sign as it is told 400, and what is not known changes nothing."""
    if not (settings.MAIL_NEWS_FROM and settings.MAIL_NEWS_SECRET):
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    limits.count(f"mail news:{request.META.get('REMOTE_ADDR', '')}", most=MOST_NEWS, seconds=60, open_when_down=True)
    reader = _reader()
    reader.setup(request)
    try:
        reader.run_validators(request)
    except RawPostDataException:
        # A form, which the site has read as one: what was signed is gone.
        return HttpResponse(status=400)
    try:
        events = reader.parse_events(request)
    except SuspiciousOperation:
        raise
    except Exception as problem:  # noqa: BLE001 (whatever a strange body makes of the library is the body's fault)
        log.warning("mail news cannot be read: %s", type(problem).__name__)
        return HttpResponse(status=400)
    try:
        for event in events:
            _note(event)
    except services.NotYet:
        # Told before the sender could write down that it has left: the provider tells it again.
        return HttpResponse(status=503, headers={"Retry-After": str(_MOMENT)})
    return HttpResponse()


def _reader() -> Any:
    """The library's reader of this provider's news, loaded by the first of them: it is heavy."""
    module = import_module(f"anymail.webhooks.{settings.MAIL_NEWS_FROM}")
    names = [name for name in vars(module) if name.endswith(("TrackingWebhookView", "CombinedWebhookView"))]
    return getattr(module, names[-1])()


def _note(event: Any) -> None:
    what, recipient = str(event.event_type), str(event.recipient or "")
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    # Through the provider's SMTP server nothing comes back but the Message-ID; an id of the provider's own is not ours.
    ours = str(event.message_id or "").removeprefix("<")
    sending = str(metadata.get("letter") or (ours if ours.startswith("letter-") else ""))
    if what in _UNWANTED:
        services.note_complaint(sending, recipient=recipient)
    elif meaning := _MEANING.get(what):
        why = "" if meaning == MessageState.DELIVERED else str(event.mta_response or event.description or what)
        services.note_news(sending, meaning, recipient=recipient, why=why)
