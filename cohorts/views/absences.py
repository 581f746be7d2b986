"""Absences: who is away, who stands in; each says it for themselves, a head for the team."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from partnership import clock
from partnership import policies as house
from partnership.templatetags.figures import longdate
from partnership.workflow import Refused

from .. import policies, services
from ..forms.absences import AbsenceForm
from ..handover import colleagues_of
from ..models import Absence


@require_http_methods(["GET", "HEAD", "POST"])
def absence_list(request: HttpRequest) -> HttpResponse:
    """Who is away and will be; and the form that says so."""
    user = request.user
    house.require(policies.is_recruiter(user))
    colleagues = colleagues_of(user)
    people = [user, *(one for one in colleagues if one != user)] if policies.is_head(user) else [user]
    choices: dict[str, Any] = {"people": people, "colleagues": colleagues}
    if request.method != "POST":
        return _show(request, AbsenceForm(initial={"person": user.pk}, **choices))
    form = AbsenceForm(request.POST, **choices)
    if not form.is_valid():
        return _show(request, form, status=422)
    house.require(policies.can_plan_absence(user, form.absence["person"]))
    try:
        absence = services.plan_absence(by=user, **form.absence)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _show(request, form, status=422)
    done = _("From %(since)s to %(until)s %(cover)s stands in for %(person)s.")
    messages.success(
        request,
        done
        % {
            "since": longdate(absence.since),
            "until": longdate(absence.until),
            "cover": absence.cover,
            "person": absence.user,
        },
    )
    return redirect("cohorts:absence_list")


@require_POST
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody is back, or does not leave after all."""
    house.require(policies.is_recruiter(request.user))
    rows = Absence.objects.lasting().select_related("user", "cover")
    absence = house.get_allowed(rows, policies.can_end_absence, request.user, pk=pk)
    services.end_absence(absence, by=request.user)
    messages.success(request, _("%(who)s does their own work again.") % {"who": absence.user})
    return redirect("cohorts:absence_list")


def _show(request: HttpRequest, form: AbsenceForm, *, status: int = 200) -> HttpResponse:
    today = clock.today()
    absences = list(Absence.objects.visible_to(request.user).lasting().select_related("user", "cover"))
    for absence in absences:
        absence.is_under_way = absence.since <= today
        absence.may_end = policies.can_end_absence(request.user, absence)
    away = [absence for absence in absences if absence.is_under_way]
    context = {"form": form, "absences": absences, "verdict": _verdict(away), "is_head": policies.is_head(request.user)}
    return render(request, "cohorts/absence_list.html", context, status=status)


def _verdict(away: list[Absence]) -> str:
    if not away:
        return _("Nobody is away today.")
    if len(away) == 1:
        words = _("%(who)s is away until %(day)s: %(cover)s stands in.")
        return words % {"who": away[0].user, "day": longdate(away[0].until), "cover": away[0].cover}
    return ngettext("%(n)s person is away today.", "%(n)s people are away today.", len(away)) % {"n": len(away)}
