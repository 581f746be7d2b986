"""Who comes to an activity of the chair and what is proposed to it: the pages on which people have names."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from partnership.fields import key_in
from partnership.policies import shows_personal_data
from partnership.states import Channel
from partnership.templatetags.figures import number
from partnership.workflow import Refused, Stale

from .. import services
from ..forms.chair import ContributionDecisionForm
from ..models import ChairActivity, Contribution, Registration
from ..states import ActivityState, Attendance, ContributionState, RegistrationState
from .activities import fetch, places_words

# Lines left on the sheet for those who come without having registered.
EMPTY_LINES = 8
# What one tap beside a name says.
_TAPS = {"present": Attendance.PRESENT, "absent": Attendance.ABSENT, "undo": ""}


@shows_personal_data
@require_safe
def activity_registrations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is expected, who waits; from the first day on, who has come."""
    activity = fetch(request, pk)
    people = list(activity.registrations.live().order_by("state", "name", "number"))
    registered = [one for one in people if one.state == RegistrationState.REGISTERED]
    present = [one for one in registered if one.attendance == Attendance.PRESENT]
    context = {
        "activity": activity,
        "registered": registered,
        "waiting": sorted((one for one in people if one not in registered), key=lambda one: one.number),
        "present": present,
        "given_up": activity.registrations.filter(state=RegistrationState.CANCELLED).count(),
        "verdict": _verdict(activity, len(registered), len(present)),
        "has_come": activity.has_come,
        "may_give_up": activity.state in (ActivityState.PLANNED, ActivityState.OPEN) and not activity.has_come,
    }
    return render(request, "programmes/activity_registrations.html", context)


def _verdict(activity: ChairActivity, registered: int, present: int) -> str:
    if activity.has_come and registered:
        words = ngettext("%(n)s person of %(all)s came.", "%(n)s people of %(all)s came.", present)
        return words % {"n": number(present), "all": number(registered)}
    if activity.registrations_until is None:
        return _("One comes without registering.")
    if not registered:
        return _("Nobody is registered yet.")
    return _("%(places)s.") % {"places": places_words(ChairActivity.objects.counted().get(pk=activity.pk))}


@shows_personal_data
@require_POST
def activity_attend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One tap beside a name: there, not there, or taken back; the page comes back where it was."""
    activity = fetch(request, pk)
    tap = next((name for name in _TAPS if name in request.POST), "undo")
    registration = _of(activity, request.POST.get(tap))
    try:
        services.mark_attendance(registration, _TAPS[tap], version=registration.version, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("Somebody else has just changed this registration: here is how it stands."))
    return redirect(f"{request.path.removesuffix('pointer/')}#r-{registration.number}")


@shows_personal_data
@require_POST
def activity_give_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody has said by telephone that they do not come: their place goes to the first who waits."""
    activity = fetch(request, pk)
    registration = _of(activity, request.POST.get("registration"))
    try:
        services.give_up(registration, by=request.user, channel=Channel.PHONE)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Noted: a letter confirms it, and the place goes to whoever waits."))
    return redirect("programmes:activity_registrations", pk)


def _of(activity: ChairActivity, key: str | None) -> Registration:
    registrations = Registration.objects.select_related("activity").filter(activity=activity, erased_at=None)
    return get_object_or_404(registrations, pk=key_in(key))


@shows_personal_data
@require_safe
def activity_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list to print and to have signed."""
    activity = fetch(request, pk)
    people = activity.registrations.registered().filter(erased_at=None).order_by("name", "number")
    return render(
        request,
        "programmes/activity_sheet.html",
        {"activity": activity, "people": people, "empty": range(EMPTY_LINES)},
    )


# -- what is proposed -------------------------------------------------------------------------------------------------


@shows_personal_data
@require_safe
def activity_contributions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was proposed, what is still to be decided, each with the form that decides."""
    return _contributions(request, fetch(request, pk))


def _contributions(
    request: HttpRequest,
    activity: ChairActivity,
    *,
    answered: Contribution | None = None,
    form: ContributionDecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = []
    for contribution in activity.contributions.select_related("decided_by"):
        own = form if contribution == answered else None
        if own is None and Contribution.FLOW[contribution.state] and contribution.erased_at is None:
            own = _blank(contribution)
        lines.append({"contribution": contribution, "form": own})
    counts = activity.contributions.aggregate(
        open=Count("pk", filter=Q(state__in=[ContributionState.RECEIVED, ContributionState.KEPT], erased_at=None)),
        total=Count("pk"),
    )
    context = {"activity": activity, "lines": lines, "verdict": _to_decide(**counts), "form": form}
    return render(request, "programmes/activity_contributions.html", context, status=status)


def _blank(contribution: Contribution) -> ContributionDecisionForm:
    return _form(contribution, initial={"version": contribution.version})


def _form(contribution: Contribution, data: QueryDict | None = None, **said: Any) -> ContributionDecisionForm:
    """The form that decides a proposal, with names of its own on a page of several."""
    return ContributionDecisionForm(data, state=contribution.state, auto_id=f"{contribution.pk}_%s", **said)


def _to_decide(*, open: int, total: int) -> str:
    if not total:
        return _("Nothing has been proposed yet.")
    if not open:
        return ngettext("The one proposal is decided.", "All %(n)s proposals are decided.", total) % {
            "n": number(total)
        }
    words = ngettext("%(n)s proposal of %(all)s to decide.", "%(n)s proposals of %(all)s to decide.", open)
    return words % {"n": number(open), "all": number(total)}


@shows_personal_data
@require_POST
def contribution_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep, accept or decline a proposal; its author is told by letter."""
    contributions = Contribution.objects.visible_to(request.user)
    contribution = get_object_or_404(contributions.select_related("activity__programme"), pk=pk)
    activity = fetch(request, contribution.activity_id)
    form = _form(contribution, request.POST)
    if not form.is_valid():
        return _contributions(request, activity, answered=contribution, form=form, status=422)
    said, status = form.cleaned_data, 422
    try:
        services.decide_contribution(contribution, by=request.user, **said)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
    except Stale as conflict:
        answers = request.POST.copy()
        answers["version"] = conflict.thing.version
        form, status = _form(contribution, answers), 409
        words = _("Somebody else has just decided: it is “%(state)s” now. What you wrote is kept below.")
        form.add_error(None, words % {"state": conflict.state})
    else:
        messages.success(request, _("Decided: a letter tells its author."))
        return redirect("programmes:activity_contributions", activity.pk)
    return _contributions(request, activity, answered=contribution, form=form, status=status)
