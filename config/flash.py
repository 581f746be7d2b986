"""One-time messages wait in a cookie of ours, marked as every other; too many of them, in the session."""

from django.conf import settings
from django.contrib.messages.storage import cookie, fallback, session


class CookieStorage(cookie.CookieStorage):
    """Django's, under a name that a browser takes from this very host and over TLS only."""

    cookie_name = settings.MESSAGE_COOKIE_NAME


class Storage(fallback.FallbackStorage):
    """The cookie, then the session."""

    storage_classes = (CookieStorage, session.SessionStorage)
