"""Coming in for the first time, by the link of an invitation; reading its page uses nothing up."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .. import links, policies, services
from ..forms import NewPasswordForm
from ..models import User

# The sign-in library's own: of several ways to prove who one is, the session must name one.
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Who is invited, to do what; whoever will see personal data chooses a password, the others need none."""
    try:
        request.link, person = services.invited_by_link(token)
        roles = list(person.memberships.lasting().select_related("party", "zone"))
        form = None
        if any(one.role in policies.PERSONAL_DATA_ROLES for one in roles):
            form = NewPasswordForm(request.POST if request.method == "POST" else None, person=person)
        if request.method == "POST" and (form is None or form.is_valid()):
            password = form.cleaned_data["password"] if form is not None else ""
            return _come_in(request, services.accept_invitation(request.link, password=password))
    except links.Unusable as problem:
        return _unusable(request, token, problem)
    context = {"person": person, "roles": roles, "form": form, "token": token}
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "partnership/invitation_accept.html", context, status=status)


def _come_in(request: HttpRequest, person: User) -> HttpResponse:
    login(request, person, backend=_BACKEND)
    # The library counts the sessions that it opens itself: this one is listed and ended like them.
    UserSession.objects.create_from_request(request)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _unusable(request: HttpRequest, token: str, problem: links.Unusable) -> HttpResponse:
    status = 404 if problem.why == "unknown" else 410
    context = {"why": problem.why, "token": token}
    return render(request, "partnership/invitation_unusable.html", context, status=status)


@login_not_required
@never_cache
@require_POST
def invitation_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whoever invited for another invitation; the answer is the same whatever the link was."""
    services.ask_for_invitation(token)
    return render(request, "partnership/invitation_wanted.html")
