"""Calling: what a call gave is recorded on the file, and the next file that is due opens."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership import policies as house

from .. import policies, services, worklist
from ..forms.calls import CallForm
from .decisions import act


@require_POST
def call_record(request: HttpRequest, pk: object) -> HttpResponse:
    """Record a call and stay on the file, or go on to the next one that is due."""
    form, done = CallForm(request.POST, prefix="call"), _("Call with %(who)s recorded.")
    onward = partial(_to_the_next, request, but=pk) if "next" in request.POST else None
    return act(request, pk, services.record_call, done, key="call", form=form, tells=False, then=onward)


@require_safe
def call_next(request: HttpRequest) -> HttpResponse:
    """Open the file that has waited longest for a call."""
    house.require(policies.is_recruiter(request.user))
    return _to_the_next(request)


def _to_the_next(request: HttpRequest, *, but: object = None) -> HttpResponse:
    application = worklist.next_call(request.user, but=but)
    if application is None:
        messages.info(request, _("No call is due any more."))
        return redirect("cohorts:worklist")
    # The fragment takes the focus to the call: one goes on by keyboard from there.
    return redirect(reverse("cohorts:application_detail", args=[application.pk]) + "#appel")
