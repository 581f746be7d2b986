"""The list of first steps on each home: its reader puts it away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import services


@require_POST
def first_steps_put_away(request: HttpRequest) -> HttpResponse:
    """Show the list no more."""
    services.put_first_steps_away(by=request.user)
    messages.success(request, _("Your first steps are put away; the guide stays at the foot of each page."))
    return redirect("home")
