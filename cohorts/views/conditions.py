"""Conditions of an offer: ticked on the file one by one, or many at once from the list of those still to be met."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from partnership import policies as house
from partnership.templatetags.figures import number
from partnership.workflow import Refused

from .. import listing, policies, services
from ..forms.recruit import TickForm
from ..models import Condition
from ..states import HOLDING, ConditionKind
from .applications import fetch
from .recruiters import chips_of, filters_of

A_PAGE = 100


# -- one --------------------------------------------------------------------------------------------------------------


@require_POST
def condition_meet(request: HttpRequest, pk: object, condition: int) -> HttpResponse:
    """Tick a condition."""
    return _tick(request, pk, condition, services.meet, _("Ticked: %(what)s."))


@require_POST
def condition_take_back(request: HttpRequest, pk: object, condition: int) -> HttpResponse:
    """Take a tick back."""
    return _tick(request, pk, condition, services.take_back, _("Still to be met: %(what)s."))


def _tick(request: HttpRequest, pk: object, key: int, deed: Callable[..., Any], done: str) -> HttpResponse:
    application = fetch(request, pk)
    condition = get_object_or_404(application.conditions, pk=key)
    try:
        deed(condition, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, done % {"what": condition})
    return redirect("cohorts:application_detail", pk=application.pk)


# -- many -------------------------------------------------------------------------------------------------------------


@require_safe
def condition_list(request: HttpRequest) -> HttpResponse:
    """The conditions still to be met, of whoever holds a place; those that the address asks for."""
    house.require(policies.is_recruiter(request.user))
    return _list(request, TickForm(user=request.user))


@require_POST
def conditions_meet(request: HttpRequest) -> HttpResponse:
    """Tick many: first who would be, who would not and why; then the deed."""
    house.require(policies.is_recruiter(request.user))
    form = TickForm(request.POST, user=request.user)
    if not form.is_valid():
        return _list(request, form)
    wanted = list(form.cleaned_data["ticked"])
    if "confirm" not in request.POST:
        ready = [condition for condition in wanted if not services.hinders(condition)]
        skipped = [(condition, why) for condition in wanted if (why := services.hinders(condition))]
        heading = ngettext("%(n)s condition will be ticked", "%(n)s conditions will be ticked", len(ready))
        context = {"ready": ready, "skipped": skipped, "heading": heading % {"n": number(len(ready))}}
        return render(request, "cohorts/conditions_review.html", context)
    done, left = services.meet_all(wanted, by=request.user)
    words = ngettext("%(n)s condition is ticked.", "%(n)s conditions are ticked.", done) % {"n": number(done)}
    messages.success(request, words)
    for condition, why in left:
        messages.warning(request, f"{condition.application.candidate}, {condition}: {why}")
    return redirect("cohorts:condition_list")


def _list(request: HttpRequest, form: TickForm) -> HttpResponse:
    filters = filters_of(request)
    kept = filters.kept()
    files = listing.chosen(request.user, kept).filter(state__in=HOLDING)
    rows = Condition.objects.unmet().filter(application__in=files)
    if kind := kept.get("condition"):
        rows = rows.filter(kind=kind)
    page = Paginator(
        rows.select_related(
            "application__candidate", "application__cohort__zone", "application__intake__programme"
        ).order_by("application__candidate__last_name", "application__candidate__first_name", "pk"),
        A_PAGE,
    ).get_page(request.GET.get("page"))
    by_kind = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    context = {
        "form": form,
        "filters": filters,
        "ignored": [filters.fields[name].label or name for name in filters.errors],
        "chips": chips_of(request.GET, filters, kept),
        "page": page,
        "chosen": {str(key) for key in form["ticked"].value() or ()},
        "verdict": _verdict(by_kind),
    }
    return render(request, "cohorts/condition_list.html", context, status=422 if form.errors else 200)


def _verdict(by_kind: dict[str, int]) -> str:
    """How many conditions are to be met, and of which kinds."""
    total = sum(by_kind.values())
    if not total:
        return _("No condition is left to be met.")
    words = ngettext("%(n)s condition is still to be met", "%(n)s conditions are still to be met", total)
    kinds = ", ".join(
        pgettext("figure and its number", "%(label)s: %(n)s") % {"label": label, "n": number(by_kind[kind])}
        for kind, label in ConditionKind.choices
        if kind in by_kind
    )
    return f"{words % {'n': number(total)}} ({kinds})."
