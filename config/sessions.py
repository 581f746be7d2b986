"""What a session may still do: its age, its second factor, and the form that was sent when it had just ended."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from partnership import clock, policies
from partnership.models import User

# A session is written again when its last sign of life is older than this: not at each page.
SIGN_OF_LIFE = 300
KEPT_SECONDS = 1800
KEPT_CHARACTERS = 100_000
# What nobody wants to find again on a page; everything of the account's own pages is left out as well.
_SECRET = re.compile(r"csrfmiddlewaretoken|.*(password|token|secret|passphrase).*|(.*[-_])?(code|otp)", re.IGNORECASE)
_ACCOUNT = re.compile(r"/\w\w/(connexion|compte)/")
# What remains open to whoever must first set up their second factor.
_BEFORE_SECOND_FACTOR = {"second_factor_add", "account_logout"}


def _needs_sign_in(view: Callable) -> bool:
    return getattr(view, "login_required", True)


class EndOldSessions:
    """End a session that has been silent or open for too long; what was being sent is kept for the same person."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        session, now = request.session, clock.now().timestamp()
        since, seen = session.get("since", now), session.get("seen", now)
        idle, longest = ages(request.user, view)
        if now - seen > idle or now - since > longest:
            return _end(request, view)
        if now - seen > SIGN_OF_LIFE or "since" not in session:
            session["since"], session["seen"] = since, now
        if request.method == "POST" and session.get("kept", {}).get("path") == request.get_full_path():
            del session["kept"]
        return None


def ages(user: User, view: Callable) -> tuple[int, int]:
    """The seconds a session of somebody lasts without a sign of life, and at the longest, for a page."""
    return settings.SESSION_AGES_WITH_PERSONAL_DATA if _is_guarded(user, view) else settings.SESSION_AGES


def _is_guarded(user: User, view: Callable) -> bool:
    """Whether somebody sees personal data by their role, or would on this very page."""
    return policies.sees_personal_data(user) or getattr(view, "shows_personal_data", False)


def _end(request: HttpRequest, view: Callable) -> HttpResponse | None:
    then = request.get_full_path() if request.method in ("GET", "HEAD") else came_from(request)
    kept = _to_keep(request) if request.method == "POST" and _needs_sign_in(view) else None
    logout(request)
    if kept:
        request.session["kept"] = kept
        request.session.set_expiry(KEPT_SECONDS)
        then = reverse("kept_post")
    if not _needs_sign_in(view):
        return None
    if kept:
        messages.warning(request, _("Your session had ended. What you were sending is kept: sign in to find it again."))
    else:
        messages.warning(request, _("Your session had ended: sign in to go on."))
    return redirect_to_login(then)


def _to_keep(request: HttpRequest) -> dict[str, Any] | None:
    """What was being sent, without secrets and files; nothing where it is too long or belongs to the account."""
    if _ACCOUNT.match(request.path_info):
        return None
    fields = [[name, value] for name, values in request.POST.lists() if not _SECRET.fullmatch(name) for value in values]
    if sum(len(name) + len(value) for name, value in fields) > KEPT_CHARACTERS:
        return None
    return {
        "user": str(request.user.pk),
        "path": request.get_full_path(),
        "page": came_from(request),
        "fields": fields,
        "files": bool(request.FILES),
        "at": clock.now().timestamp(),
    }


def kept_for(request: HttpRequest) -> dict[str, Any] | None:
    """What is kept for the person who has signed in; it is forgotten after half an hour."""
    kept = request.session.get("kept")
    if kept and (kept["user"] != str(request.user.pk) or clock.now().timestamp() - kept["at"] > KEPT_SECONDS):
        del request.session["kept"]
        return None
    return kept


def came_from(request: HttpRequest) -> str:
    """The page of ours from which a form was sent, or the person's own first page."""
    referer = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        page = urlsplit(referer)
        try:
            resolve(page.path)
        except Resolver404:
            return reverse("home")
        return page.path + (f"?{page.query}" if page.query else "")
    return reverse("home")


class AskForSecondFactor:
    """Whoever sees personal data does nothing before their second factor: they set it up, or sign in with it.

    Of others it is asked on the pages that would show some to them (`policies.shows_personal_data`), and only there.
    """

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated or not _needs_sign_in(view):
            return None
        if not _is_guarded(request.user, view) or is_proven(request):
            return None
        if has_second_factor(request.user):
            # Signed in before it was set up, or before the role was given.
            then = request.get_full_path() if request.method in ("GET", "HEAD") else came_from(request)
            logout(request)
            return redirect_to_login(then)
        if request.resolver_match.url_name in _BEFORE_SECOND_FACTOR:
            return None
        return HttpResponseRedirect(reverse("second_factor_add"))


def is_proven(request: HttpRequest) -> bool:
    """Whether this session was opened with the second factor."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
