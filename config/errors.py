"""What is answered when something goes wrong: a page that says what happened, what is kept, and a way out.

These pages are drawn without a session, without a user and without a query, so that they also hold when the database
does not. Whoever asks for the health of the process gets a line for machines instead.
"""

import sys
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path, get_language_from_request

from partnership.files import is_for_want_of_room
from partnership.limits import TooMany
from partnership.workflow import Refused, Stale

from . import context

# Addresses that machines read.
MACHINES = ("/livez", "/readyz", "/metrics")
# Seconds after which a database that restarts is worth another try, and the pause where a library names none.
AGAIN = 10
A_MINUTE = 60


def page(request: HttpRequest, status: int, *, template: str = "", retry_after: int = 0, **said: Any) -> HttpResponse:
    """The page of a status, in the language of the address."""
    if request.path_info in MACHINES:
        response = JsonResponse({"status": status, "error": HTTPStatus(status).phrase}, status=status)
    else:
        language = get_language_from_path(request.path_info) or get_language_from_request(request)
        with translation.override(language):
            frame = context.unsigned_frame(request) | {"status": status, "retry_after": retry_after}
            frame["wait"] = -(-retry_after // 60)
            # Whether they have signed in is not asked of the database: a session's cookie is enough to offer the way.
            frame["may_have_work"] = settings.SESSION_COOKIE_NAME in request.COOKIES
            response = HttpResponse(render_to_string(template or f"{status}.html", frame | said), status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def answer(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """The page an exception deserves wherever it was raised; None for one that is nobody's but ours."""
    match exception:
        case Stale():
            return page(request, 409, thing=exception.thing, state=exception.state, back=_came_from(request))
        case Refused():
            return page(request, 422, reason=exception.reason, back=_came_from(request))
        case TooMany():
            return page(request, 429, retry_after=exception.retry_after, back=_came_from(request))
        case RequestDataTooBig():
            return too_large(request)
        case UnreadablePostError():
            return page(request, 400)
        # The library's address of a record's own page takes any key for one of its table.
        case ValidationError() if request.resolver_match and request.resolver_match.view_name == "admin:view_on_site":
            return page(request, 404)
        case SessionInterrupted() if _was_without_its_database(exception):
            return page(request, 503, retry_after=AGAIN)
        # The database is away, restarts, has no connection left or gave up waiting; or a disk is full.
        case OperationalError() | InterfaceError():
            return page(request, 503, retry_after=AGAIN)
        case OSError() if is_for_want_of_room(exception):
            return page(request, 503, retry_after=AGAIN)
    return None


def _was_without_its_database(exception: BaseException | None) -> bool:
    """Whether a session was not deleted, as Django believes of one it cannot save, but the database went away."""
    while exception is not None and not isinstance(exception, OperationalError | InterfaceError):
        exception = exception.__cause__ or exception.__context__
    return exception is not None


def _came_from(request: HttpRequest) -> str:
    """The page of ours somebody came from, to lead them back to it."""
    origin = request.headers.get("referer", "")
    return origin if url_has_allowed_host_and_scheme(origin, {request.headers.get("host", "")}) else ""


def too_large(request: HttpRequest, limit: int = 0) -> HttpResponse:
    """More was sent than the page takes."""
    return page(request, 413, back=_came_from(request), limit=limit or settings.REQUEST_LIMIT_BYTES)


# -- Django's own handlers, and the sign-in library's -----------------------------------------------------------------


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, exception) or page(request, 400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403)


@login_not_required
def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that goes with the session."""
    return page(request, 403, template="403_csrf.html")


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


@login_not_required
def too_many(request: HttpRequest) -> HttpResponse:
    return page(request, 429, retry_after=A_MINUTE, back=_came_from(request))


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Also what a middleware met: the session's query finds a dead database before any view does."""
    return answer(request, sys.exc_info()[1]) or page(request, 500)
