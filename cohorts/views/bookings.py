"""Appointments as the team makes them: chosen for a file, given up, or offered to the applicant to choose."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnership import policies as house
from partnership.fields import key_in
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..models import Application, Booking, Slot
from ..states import SlotKind
from .applications import fetch


@require_http_methods(["GET", "HEAD", "POST"])
def slot_choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The open slots of a file's course and zone: one tap books or moves, and the applicant is told."""
    application = fetch(request, pk)
    if request.method != "POST":
        return _choice(request, application)
    slot = get_object_or_404(Slot.objects.visible_to(request.user), pk=key_in(request.POST.get("slot")))
    try:
        services.book(application, slot, by=request.user, shown=request.POST.get("shown", ""))
    except Stale:
        refusal = _("Somebody has changed this appointment meanwhile: here is how it stands.")
    except Refused as problem:
        refusal = problem.reason
    else:
        messages.success(
            request, _("The appointment is made: %(who)s is told by letter.") % {"who": application.candidate}
        )
        if not application.candidate.email:
            words = _("%(who)s has no e-mail address, so no letter leaves: call.")
            messages.warning(request, words % {"who": application.candidate})
        return redirect("cohorts:application_detail", pk=application.pk)
    return _choice(request, fetch(request, pk), refusal=refusal)


def _choice(request: HttpRequest, application: Application, *, refusal: str = "") -> HttpResponse:
    context = {
        "application": application,
        "kinds": services.kinds_to_choose(application, by_link=False),
        "refusal": refusal,
    }
    return render(request, "cohorts/slot_choose.html", context, status=409 if refusal else 200)


def booking_of(request: HttpRequest, pk: UUID) -> Booking:
    """An appointment one may change: 403 for other roles, 404 for another zone's."""
    house.require(policies.is_recruiter(request.user))
    bookings = Booking.objects.select_related("slot__cohort", "application__cohort", "application__candidate")
    return house.get_allowed(bookings, policies.can_attend, request.user, pk=pk)


@require_POST
def booking_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give an appointment up for the applicant, who is told."""
    booking = booking_of(request, pk)
    who: dict[str, Any] = {"who": booking.application.candidate}
    try:
        services.give_up(booking, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("Somebody has changed this appointment meanwhile: here is how it stands."))
    else:
        messages.success(request, _("Appointment cancelled: %(who)s is told by letter.") % who)
    return redirect("cohorts:application_detail", pk=booking.application_id)


@require_POST
def application_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the applicant to choose a slot of a kind."""
    application, kind = fetch(request, pk), request.POST.get("kind", "")
    try:
        services.invite(application, kind=kind, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        words = _("%(who)s is invited to choose a date: %(kind)s.")
        told = {"who": application.candidate, "kind": capfirst(SlotKind(kind).label)}
        messages.success(request, words % told)
    return redirect("cohorts:application_detail", pk=application.pk)
