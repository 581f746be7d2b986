"""On the day, on a tablet: who has come, in one tap; who walks in; the sheet to sign; the marks given on the spot."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership.fields import key_in
from partnership.templatetags.figures import number
from partnership.workflow import Refused, Stale

from .. import services
from ..forms.attendance import EvaluationForm, WalkInForm
from ..models import Booking
from .bookings import booking_of
from .grid import grid_of
from .slots import fetch, initial_of, people_of, show

# Lines left for those who walk in.
EMPTY_LINES = 12
_DEEDS = {"present": services.attend, "missed": services.miss, "undo": services.expect_again}


@require_POST
def slot_attend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One tap beside a name: here, not here, or taken back; the page comes back where it was."""
    slot = fetch(request, pk)
    deed = next((name for name in _DEEDS if name in request.POST), "undo")
    people = Booking.objects.visible_to(request.user).filter(slot=slot).select_related("application__candidate")
    booking = get_object_or_404(people, pk=key_in(request.POST.get(deed)))
    who = booking.application.candidate
    try:
        _DEEDS[deed](booking, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("Somebody has changed this appointment meanwhile: here is how it stands."))
    else:
        return _back(booking, f"#l-{initial_of(who)}")
    return redirect("cohorts:slot_detail", pk)


def _back(booking: Booking, place: str = "") -> HttpResponse:
    """The slot's page, which says what was said last and takes it back."""
    return redirect(f"{reverse('cohorts:slot_detail', args=[booking.slot_id])}?dernier={booking.pk}{place}")


@require_POST
def slot_miss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everybody who is still expected has not come."""
    slot = fetch(request, pk)
    try:
        missed = services.miss_the_others(slot, by=request.user)
    except (Refused, Stale) as problem:
        reason = problem.reason if isinstance(problem, Refused) else _("Somebody else is at it: look again.")
        messages.error(request, reason)
    else:
        words = ngettext(
            "%(n)s person has not come, and is written to tomorrow at 9 in the morning.",
            "%(n)s people have not come, and are written to tomorrow at 9 in the morning.",
            missed,
        )
        messages.success(request, words % {"n": number(missed)})
    return redirect("cohorts:slot_detail", pk)


@require_POST
def slot_walk_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody is there who had not booked."""
    slot, form = fetch(request, pk), WalkInForm(request.POST)
    if not form.is_valid():
        return show(request, slot, walk_in=form, status=422)
    try:
        booking = services.walk_in(slot, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return show(request, slot, walk_in=form, status=422)
    return _back(booking)


@require_safe
def slot_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sheet to print and to have signed."""
    slot = fetch(request, pk)
    context = {"slot": slot, "bookings": people_of(request.user, slot), "empty": range(EMPTY_LINES)}
    return render(request, "cohorts/slot_sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def booking_rate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The grid of somebody who was met; what others saw is shown once one's own is given."""
    booking = booking_of(request, pk)
    given = list(booking.evaluations.select_related("rated_by"))
    mine = next((one for one in given if one.rated_by_id == request.user.pk), None)
    form = EvaluationForm(request.POST if request.method == "POST" else None, given=mine)
    if form.is_bound and form.is_valid():
        try:
            services.rate(booking, by=request.user, marks=form.marks(), note=form.cleaned_data["note"])
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, _("Your marks are kept on the file."))
            return redirect("cohorts:slot_detail", booking.slot_id)
    context = {
        "booking": booking,
        "form": form,
        "mine": mine,
        "grid": grid_of([one for one in given if one != mine]) if mine else None,
    }
    return render(request, "cohorts/booking_rate.html", context, status=422 if form.is_bound else 200)
