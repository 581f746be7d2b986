"""The applicant's appointments by personal link: chosen, moved, cancelled, without an account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cohorts import calendars, services
from cohorts.models import Application, Slot
from cohorts.states import FOLLOW
from partnership import links
from partnership.fields import key_in
from partnership.states import Channel
from partnership.templatetags.figures import daytime
from partnership.workflow import Refused, Stale

from .candidates import application_of, unusable


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_appointments(request: HttpRequest, token: str) -> HttpResponse:
    """The open dates: one tap takes one or moves there; what was full meanwhile shows the others (409)."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    if request.method != "POST":
        return _choice(request, token, application)
    slot = Slot.objects.filter(pk=key_in(request.POST.get("slot"))).first()
    try:
        if slot is None:
            raise Refused(_("Choose one of these dates."))
        booking = services.choose(application, slot, shown=request.POST.get("shown", ""))
    except Stale:
        refusal = _("Your appointment has just been changed: here is how it stands.")
    except Refused as problem:
        refusal = problem.reason
    else:
        words = _("It is noted: %(kind)s, %(moment)s. A letter confirms it.")
        told = {"kind": booking.get_kind_display(), "moment": daytime(booking.slot.starts_at)}
        messages.success(request, words % told)
        return redirect("placements:application_follow", token)
    return _choice(request, token, application_of(request, token), refusal=refusal)


def _choice(request: HttpRequest, token: str, application: Application, *, refusal: str = "") -> HttpResponse:
    context = {
        "token": token,
        "application": application,
        "kinds": services.kinds_to_choose(application),
        "refusal": refusal,
    }
    return render(request, "placements/appointment_choose.html", context, status=409 if refusal else 200)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_appointment_cancel(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Give an appointment up, or choose another date instead."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    booking = application.bookings.booked().filter(kind=kind).select_related("slot").first()
    if booking is None:
        # Given up a moment ago by a second tap, or by the team: the page says how it stands.
        return redirect("placements:application_follow", token)
    if request.method == "POST":
        shown = request.POST.get("shown", "")
        try:
            services.give_up(booking, by=application.candidate, channel=Channel.LINK, shown=shown)
        except Refused as refusal:
            messages.error(request, refusal.reason)
        except Stale:
            messages.warning(request, _("Your appointment has just been changed: here is how it stands."))
        else:
            messages.success(request, _("Noted: your place goes to somebody else. Choose another date when you like."))
        return redirect("placements:application_follow", token)
    can_move = any(choice.kind == kind for choice in services.kinds_to_choose(application))
    context = {"token": token, "application": application, "booking": booking, "can_move": can_move}
    return render(request, "placements/appointment_cancel.html", context)


@login_not_required
@require_safe
def follow_appointment_calendar(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """An appointment as a file that the applicant's calendar reads."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    booking = application.bookings.booked().filter(kind=kind).select_related("slot__held_by").first()
    if booking is None:
        raise Http404
    booking.application = application
    return HttpResponse(
        calendars.appointment(booking),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="tandem.ics"'},
    )
