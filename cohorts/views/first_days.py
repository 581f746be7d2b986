"""The first day of a cohort: where and when, who is expected, and who has come, in one tap."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock
from partnership import policies as house
from partnership.templatetags.figures import clocktime, daydate, longdate, number
from partnership.workflow import Refused, Stale, must_be_shown

from .. import policies, services
from ..forms.places import FirstDayForm
from ..models import Cohort, Enrolment
from ..states import EnrolmentState

_COHORTS = Cohort.objects.select_related("zone", "intake__programme")
_SAID = ("first_day_time", "first_day_place", "first_day_bring")


@dataclass(frozen=True)
class Roll:
    """Who is awaited in a cohort, and who has come."""

    cohort: Cohort
    rows: list[Enrolment]

    @property
    def has_begun(self) -> bool:
        return clock.today() >= self.cohort.intake.starts_on

    @property
    def present(self) -> int:
        return sum(one.state == EnrolmentState.PRESENT for one in self.rows)

    @property
    def verdict(self) -> str:
        total, day = len(self.rows), self.cohort.intake.starts_on
        if not total:
            return _("Nobody has confirmed a place in %(zone)s yet.") % {"zone": self.cohort.zone}
        if not self.has_begun:
            words = ngettext("%(n)s student is expected on %(day)s.", "%(n)s students are expected on %(day)s.", total)
            return words % {"n": number(total), "day": daydate(day)}
        if self.present == total:
            return _("Everybody is here: %(n)s.") % {"n": number(total)}
        said = {"here": number(self.present), "n": number(total), "left": number(total - self.present)}
        return _("Here: %(here)s of %(n)s. To call: %(left)s.") % said


def _cohort(request: HttpRequest, pk: int) -> Cohort:
    house.require(policies.is_recruiter(request.user))
    return house.get_allowed(_COHORTS, policies.can_read_places, request.user, pk=pk)


@require_safe
def first_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is expected on the first day and who has come; each presence is one tap."""
    cohort = _cohort(request, pk)
    of_cohort = Enrolment.objects.live().filter(application__cohort=cohort)
    rows = list(
        of_cohort.select_related("application__candidate", "application__intake").order_by(
            "application__candidate__last_name", "application__candidate__first_name", "pk"
        )
    )
    now = clock.now()
    for one in rows:
        one.is_fragile = one.is_at_risk(now)
    roll = Roll(cohort, rows)
    context = {"cohort": cohort, "roll": roll, "due": _due(roll), "facts": _facts(cohort)}
    return render(request, "cohorts/first_day.html", context)


def _due(roll: Roll) -> dict[str, Any] | None:
    """Without a place and an hour the letter cannot leave."""
    if roll.has_begun or not roll.rows or roll.cohort.first_day_said_at:
        return None
    say = {"url": reverse("cohorts:first_day_edit", args=[roll.cohort.pk]), "label": _("Say where and when")}
    return {
        "title": _("Nobody knows yet where to come, and when"),
        "reason": _("The letter of the first day leaves a week before it, as soon as both are said here."),
        "actions": [say | {"get": True, "primary": True}],
        "meaning": "risk",
    }


def _facts(cohort: Cohort) -> list[dict[str, Any]]:
    if not cohort.first_day_said_at:
        return []
    rows = [
        (_("Day"), longdate(cohort.intake.starts_on)),
        (_("Hour"), clocktime(cohort.first_day_time)),
        (_("Place"), cohort.first_day_place),
        (_("To bring"), cohort.first_day_bring),
    ]
    return [{"label": label, "value": value} for label, value in rows]


@require_http_methods(["GET", "HEAD", "POST"])
def first_day_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Where and when students are expected: a letter tells them a week before, and again if it changes."""
    cohort = _cohort(request, pk)
    initial = {name: getattr(cohort, name) for name in _SAID}
    form = FirstDayForm(request.POST if request.method == "POST" else None, initial=initial)
    conflict, status = False, 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            must_be_shown(cohort, request.POST.get("version", ""))
            services.say_first_day(cohort, by=request.user, version=cohort.version, **form.cleaned_data)
        except Stale:
            cohort, conflict, status = _cohort(request, pk), True, 409
        else:
            messages.success(request, _("The first day is said: a letter tells it a week before."))
            return redirect("cohorts:first_day", pk=pk)
    context = {"cohort": cohort, "form": form, "conflict": conflict}
    return render(request, "cohorts/first_day_edit.html", context, status=status)


# -- one tap ----------------------------------------------------------------------------------------------------------


def _student(request: HttpRequest, pk: UUID) -> Enrolment:
    house.require(policies.is_recruiter(request.user))
    students = Enrolment.objects.select_related("application__cohort", "application__candidate")
    return house.get_allowed(students, policies.can_receive, request.user, pk=pk)


@require_POST
def enrolment_arrive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They are here."""
    enrolment = _student(request, pk)
    try:
        services.arrive(enrolment, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return _back(enrolment)


@require_POST
def enrolment_expect(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They were ticked by mistake."""
    enrolment = _student(request, pk)
    try:
        services.expect_student_again(enrolment, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return _back(enrolment)


def _back(enrolment: Enrolment) -> HttpResponse:
    """To the line that was tapped."""
    return redirect(reverse("cohorts:first_day", args=[enrolment.application.cohort_id]) + f"#e-{enrolment.pk}")
