"""What every answer owes: nothing too large and no impossible text in, no personal page in a cache, failures told."""

import contextlib
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_path

from partnership import uploads

from . import charsets, errors

GetResponse = Callable[[HttpRequest], HttpResponse]


MOST_DIGITS = 12


def _is_impossible(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def refuse_large_bodies(get_response: GetResponse) -> GetResponse:
    """Answer 413 to more than the page takes, by what is announced: before a byte of it is read.

    A few pages take files, and say how much (`partnership.uploads`); all others no more than any form of ours needs.

    A body whose length is not announced (in chunks, as no browser sends a form) is refused with a 411, unread as well.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not (announced.isascii() and announced.isdigit()):
            return errors.page(request, 400)
        room = _room(request)
        if len(announced) > MOST_DIGITS or int(announced) > room.together:
            return errors.too_large(request, room.together)
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            return errors.page(request, 411, template="400.html")
        request.upload_handlers = [uploads.BoundedUploads(request, room)]
        return get_response(request)

    return middleware


def _room(request: HttpRequest) -> uploads.Room:
    """How much the page that is asked for takes: only a form with files takes more than another."""
    view = None
    if request.method == "POST" and request.content_type == "multipart/form-data":
        # Addresses begin by their language, which is chosen for the page later.
        with translation.override(get_language_from_path(request.path_info) or settings.LANGUAGE_CODE):
            with contextlib.suppress(Resolver404):
                view = resolve(request.path_info).func
    return uploads.room_of(view)


def read_nobodys_session_for_a_probe(get_response: GetResponse) -> GetResponse:
    """Drop a probe's cookies: no session and no user is read, so that it answers while the database does not."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info in errors.MACHINES:
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return middleware


def forget_impossible_cookies(get_response: GetResponse) -> GetResponse:
    """Read no cookie that holds impossible text: refused, it would shut every page until the browser forgets it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {
            name: value
            for name, value in request.COOKIES.items()
            if not _is_impossible(name) and not _is_impossible(value)
        }
        return get_response(request)

    return middleware


def refuse_impossible_text(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a NUL or a lone surrogate, wherever it stands, and to an encoding that is no form's.

    PostgreSQL would refuse such text with a 500, and so would Python such an encoding.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if charsets.CLAIM in request.META or any(map(_is_impossible, _texts(request))):
            return errors.page(request, 400)
        return get_response(request)

    return middleware


def _texts(request: HttpRequest) -> Iterator[str]:
    """Every text that somebody outside has chosen, besides the cookies."""
    yield request.path_info
    yield from (value for name, value in request.META.items() if name.startswith(("HTTP_", "CONTENT_")))
    for parameters in (request.GET, request.POST):
        for key, values in parameters.lists():
            yield from (key, *values)
    for key, files in request.FILES.lists():
        yield from (key, *(file.name or "" for file in files))


def ask_no_device_for_anything(get_response: GetResponse) -> GetResponse:
    """Say that no page of ours uses a camera, a microphone or a place: nothing brought into one may either."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        return response

    return middleware


def keep_personal_pages_out_of_caches(get_response: GetResponse) -> GetResponse:
    """Mark as `no-store` whatever was made for somebody signed in, or reached by a personal link."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        personal = getattr(request, "link", None) is not None
        if personal or request.user.is_authenticated or request.path_info.startswith("/admin"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


class AnswerFailures:
    """Turn what a view could not do into the page that says so: a stale edit, too many tries, a database away."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.answer(request, exception)
