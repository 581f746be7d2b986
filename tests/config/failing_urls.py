"""The site's addresses, and beside them a view for each way to fail."""

import errno
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import path

from config import urls
from partnership.limits import TooMany
from partnership.workflow import Refused, Stale

from .. import factories


def stale() -> Exception:
    return Stale(factories.convention())


def session_not_saved(reason: Exception) -> Exception:
    """What Django's middleware makes of a session whose row could not be written."""
    unsaved, interrupted = UpdateError(), SessionInterrupted("The request's session was deleted.")
    unsaved.__context__, interrupted.__context__ = reason, unsaved
    return interrupted


FAILURES: dict[str, tuple[int, Callable[[], Exception]]] = {
    "suspicious": (400, lambda: SuspiciousOperation("no")),
    "broken-off": (400, lambda: UnreadablePostError("gone")),
    "signed-out": (400, lambda: session_not_saved(DatabaseError("Forced update did not affect any rows."))),
    "unsaved": (503, lambda: session_not_saved(OperationalError("server closed the connection unexpectedly"))),
    "forbidden": (403, PermissionDenied),
    "missing": (404, Http404),
    "stale": (409, stale),
    "large": (413, lambda: RequestDataTooBig("large")),
    "refused": (422, lambda: Refused("Il n’y a plus de place à Lyon.")),
    "often": (429, lambda: TooMany(600)),
    "bug": (500, lambda: ZeroDivisionError("ours")),
    "database": (503, lambda: OperationalError("the database system is shutting down")),
    "connection": (503, lambda: InterfaceError("connection already closed")),
    "disk": (503, lambda: OSError(errno.ENOSPC, "No space left on device")),
}


@login_not_required
def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise FAILURES[how][1]()


@login_not_required
def read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.POST)} fields, {len(request.FILES)} files")


def meet_a_dead_database(get_response):
    """A middleware that asks the database, as the session's does, and finds none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        raise OperationalError("connection refused")

    return middleware


urlpatterns = [
    path("livez/<slug:how>", fail),
    path("fr/echec/<slug:how>/", fail),
    path("en/echec/<slug:how>/", fail),
    path("fr/lire/", read),
    *urls.urlpatterns,
]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500
