"""The pages of signing in: password or code, second factor, lost password, one's own account, what was kept."""

import base64
import re
from datetime import timedelta
from typing import Any

from allauth.account import views as library
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock, limits, links, policies, services
from partnership.desk import unprocessable_when_shown_again
from partnership.forms import AddressForm, NewSecondFactorForm, SecondFactorForm
from partnership.models import AccessLink, User
from partnership.states import RESET
from partnership.workflow import Refused

from .sessions import has_second_factor, kept_for

HOUR = 3600
# For how long recovery codes can be read after they have been made.
CODES_SECONDS = 600
page = require_http_methods(["GET", "HEAD", "POST"])

sign_in = login_not_required(unprocessable_when_shown_again(library.login))
request_code = login_not_required(unprocessable_when_shown_again(library.request_login_code))
confirm_code = login_not_required(unprocessable_when_shown_again(library.confirm_login_code))
prove = login_not_required(never_cache(unprocessable_when_shown_again(second_factor.authenticate)))


# -- locked out -------------------------------------------------------------------------------------------------------


def name_given(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name whose failures are counted: one address, however it is written."""
    return str((credentials or {}).get("email") or request.POST.get("login", "")).strip().lower()[:255]


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """Too many wrong passwords: for how long, and the ways in that stay open."""
    wait = settings.AXES_COOLOFF_TIME
    shown = render(request, "account/locked_out.html", {"minutes": wait // timedelta(minutes=1)}, status=429)
    shown["Retry-After"] = int(wait.total_seconds())
    return shown


# -- a lost password --------------------------------------------------------------------------------------------------


@login_not_required
@never_cache
@page
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the link to choose a new password; the answer is the same whoever asks."""
    form = AddressForm(request.POST or None)
    if request.method != "POST":
        return render(request, "account/password_forgotten.html", {"form": AddressForm()})
    if not form.is_valid():
        return render(request, "account/password_forgotten.html", {"form": form}, status=422)
    email = form.cleaned_data["email"].lower()
    limits.count(f"reset from:{request.META['REMOTE_ADDR']}", most=30, seconds=HOUR)
    limits.count(f"reset of:{email}", most=5, seconds=HOUR)
    services.send_reset_link(email)
    return render(request, "account/password_link_sent.html", {"email": email})


@login_not_required
@never_cache
@sensitive_post_parameters()
@page
def password_reset(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password by link: reading the page uses nothing up, for mail scanners read it too."""
    try:
        request.link = link = links.find(token, RESET)
        user = _owner(link)
        form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            services.reset_password(link, form.cleaned_data["new_password1"])
            messages.success(request, _("Your password has been changed: sign in with it."))
            return redirect("account_login")
    except links.Unusable as problem:
        status = 404 if problem.why == "unknown" else 410
        return render(request, "account/password_link_unusable.html", {"why": problem.why}, status=status)
    context = {"form": form, "token": token}
    return render(request, "account/password_reset.html", context, status=422 if form.errors else 200)


def _owner(link: AccessLink) -> User:
    user = User.objects.filter(pk=links.key_of(link), is_active=True).first()
    if user is None:
        raise links.Unusable("revoked", link)
    return user


# -- one's own account ------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """How one signs in, and where one is signed in."""
    sessions = sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.created_at, reverse=True)
    codes = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    context = {
        "has_second_factor": has_second_factor(request.user),
        "is_required": settings.SECOND_FACTOR_REQUIRED and policies.sees_personal_data(request.user),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "sessions": [
            {"pk": one.pk, "device": device(one.user_agent), "since": one.created_at, "is_here": one.is_current()}
            for one in sessions
        ],
    }
    return render(request, "account/account.html", context)


_BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac": "Mac",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """A browser and its system, as its owner would name them."""
    named = [
        next((name for mark, name in names.items() if re.search(rf"\b{mark}", user_agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, named)) or _("unknown browser")


@never_cache
@sensitive_post_parameters()
@page
def password_change(request: HttpRequest) -> HttpResponse:
    """Change one's password, or choose a first one; the other sessions end."""
    kind = PasswordChangeForm if request.user.has_usable_password() else SetPasswordForm
    form = kind(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        limits.count(f"password of:{request.user.pk}", most=10, seconds=HOUR)
        if form.is_valid():
            services.change_password(request.user, form.cleaned_data["new_password1"], by=request.user)
            _stay_signed_in(request)
            messages.success(request, _("Your password has been changed; your other sessions have ended."))
            return redirect("account")
    return render(request, "account/password_change.html", {"form": form}, status=422 if form.errors else 200)


def _stay_signed_in(request: HttpRequest) -> None:
    """Keep the session in which one has just ended all one's own."""
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of one's own."""
    services.end_session(get_object_or_404(UserSession, pk=pk, user=request.user), by=request.user)
    messages.success(request, _("That session has ended."))
    return redirect("account")


@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    services.end_own_sessions(request.user, by=request.user)
    _stay_signed_in(request)
    messages.success(request, _("Your other sessions have ended."))
    return redirect("account")


# -- the second factor ------------------------------------------------------------------------------------------------


@never_cache
@page
def second_factor_add(request: HttpRequest) -> HttpResponse:
    """Set up the second factor: scan, write the code, keep the recovery codes."""
    if has_second_factor(request.user):
        return redirect("account")
    secret = _secret(request)
    posted = request.POST if request.method == "POST" else None
    form = NewSecondFactorForm(posted, user=request.user, secret=secret)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_second_factor(request.user, secret=secret, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("account")
        del request.session["second_factor"]
        request.session.cycle_key()
        record_authentication(request, request.user, "mfa", type="totp")
        UserSession.objects.create_from_request(request)
        _show_codes(request)
        return redirect("recovery_codes")
    adapter = get_adapter()
    drawing = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    context = {
        "form": form,
        "secret": " ".join(re.findall("....?", secret)),
        "qr": "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode(),
        "is_required": settings.SECOND_FACTOR_REQUIRED and policies.sees_personal_data(request.user),
    }
    return render(request, "mfa/second_factor_add.html", context, status=422 if form.errors else 200)


def _secret(request: HttpRequest) -> str:
    """The secret being set up: the same until it is, and encrypted meanwhile."""
    adapter = get_adapter()
    if "second_factor" not in request.session:
        request.session["second_factor"] = adapter.encrypt(generate_totp_secret())
    return adapter.decrypt(request.session["second_factor"])


def _show_codes(request: HttpRequest) -> None:
    request.session["codes_until"] = clock.now().timestamp() + CODES_SECONDS


def _codes(request: HttpRequest) -> list[str] | None:
    """The recovery codes, for ten minutes after they were made; None afterwards."""
    if request.session.get("codes_until", 0) < clock.now().timestamp():
        return None
    made = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    return made.wrap().get_unused_codes() if made else None


@never_cache
@page
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes when they have just been made; afterwards, new ones for whoever gives a code."""
    if not has_second_factor(request.user):
        return redirect("second_factor_add")
    form = SecondFactorForm(user=request.user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.renew_recovery_codes(request.user, by=request.user)
        _show_codes(request)
        return redirect("recovery_codes")
    context = {"form": form, "codes": _codes(request), "kept": kept_for(request)}
    return render(request, "mfa/recovery_codes.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """The recovery codes as a text to keep."""
    codes = _codes(request)
    if codes is None:
        return redirect("recovery_codes")
    words = [_("Tandem: recovery codes of %(email)s") % {"email": request.user.email}, "", *codes, ""]
    response = HttpResponse("\r\n".join(words), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tandem-codes.txt"'
    return response


@never_cache
@page
def second_factor_remove(request: HttpRequest) -> HttpResponse:
    """Take one's second factor away with a code, to set it up on another telephone."""
    if not has_second_factor(request.user):
        return redirect("second_factor_add")
    form = SecondFactorForm(user=request.user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.remove_second_factor(request.user, by=request.user)
        request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
        messages.success(request, _("Your second factor has been taken away."))
        return redirect("second_factor_add")
    return render(request, "mfa/second_factor_remove.html", {"form": form}, status=422 if form.errors else 200)


# -- what was sent when the session had just ended --------------------------------------------------------------------

# What a page carries for itself: nothing a person typed.
_HIDDEN = {"version", "submit_key", "next", "text_hash", "shown", "website"}


@never_cache
@require_safe
def kept_post(request: HttpRequest) -> HttpResponse:
    """What somebody was sending when their session had ended, to read again and send."""
    kept = kept_for(request)
    if kept is None:
        messages.info(request, _("Nothing is kept: what is kept is forgotten after half an hour."))
        return redirect("home")
    typed = [(name, value) for name, value in kept["fields"] if name not in _HIDDEN and value.strip()]
    return render(request, "account/kept_post.html", {"kept": kept, "typed": typed})


@require_POST
def kept_post_forget(request: HttpRequest) -> HttpResponse:
    """Forget what was kept."""
    request.session.pop("kept", None)
    messages.success(request, _("What was kept has been forgotten."))
    return redirect("home")
