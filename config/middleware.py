"""What every answer owes: no impossible text in, no personal page in a cache, a conflict told as one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from partnership.limits import TooMany
from partnership.workflow import Stale

GetResponse = Callable[[HttpRequest], HttpResponse]


def _is_impossible(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def refuse_impossible_text(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a NUL or a lone surrogate in the path or any parameter: PostgreSQL would refuse them with a 500."""

    def middleware(request: HttpRequest) -> HttpResponse:
        texts = [request.path_info]
        for parameters in (request.GET, request.POST):
            for key, values in parameters.lists():
                texts += [key, *values]
        if any(map(_is_impossible, texts)):
            return HttpResponseBadRequest(render_to_string("400.html", request=request))
        return get_response(request)

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


class AnswerConflicts:
    """Turn a stale edit, wherever it was noticed, into a 409 page that shows the newer state."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooMany):
            return HttpResponse(str(exception), status=429, headers={"Retry-After": exception.retry_after})
        if not isinstance(exception, Stale):
            return None
        context = {"thing": exception.thing, "state": exception.state, "back": request.headers.get("referer", "")}
        return render(request, "409.html", context, status=409)
