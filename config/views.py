"""Pages of no single app: the public front page, the homes by role, health, error pages, the caught mail."""

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from kombu.exceptions import OperationalError as BrokerError

from partnership.states import Role

from . import style as style_examples

# The first role that fits decides where somebody lands after signing in.
_HOMES: list[tuple[tuple[Role, ...], str]] = [
    ((Role.RECRUITER, Role.HEAD_OF_RECRUITMENT), "cohorts:worklist"),
    ((Role.REGIONAL_LEAD,), "placements:home"),
    ((Role.REVIEWER,), "admin:index"),
    ((Role.AUTHOR,), "programmes:curriculum_list"),
    ((Role.COORDINATOR,), "partnership:board"),
    ((Role.ADMINISTRATOR,), "admin:index"),
]


def home(request: HttpRequest) -> HttpResponse:
    """Send whoever has signed in to what is due for their role."""
    for roles, name in _HOMES:
        if request.user.has_role(*roles):
            return redirect(name)
    return render(request, "home_without_role.html")


def to_sign_in(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """The admin has no door of its own."""
    query = urlencode({"next": request.GET.get("next", request.get_full_path())})
    return HttpResponseRedirect(f"{reverse('account_login')}?{query}")


# -- health -------------------------------------------------------------------------------------------------------


@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """503 without PostgreSQL; a dead broker is only degraded, for letters still leave by the relay."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    try:
        with current_app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (BrokerError, OSError):
        return JsonResponse({"database": "ok", "broker": "down", "degraded": True})
    return JsonResponse({"database": "ok", "broker": "ok"})


# -- error pages --------------------------------------------------------------------------------------------------


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "front.html")


@login_not_required
def style(request: HttpRequest) -> HttpResponse:
    return render(request, "style.html", style_examples.examples())


@login_not_required
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "mailbox.html")


@login_not_required
def mailbox_letter(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "mailbox_letter.html")
