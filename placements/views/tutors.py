"""Tutors: on the sites of a company, and for a student."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from partnership.policies import require
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..forms import AssignForm, TutorForm, facts_of_tutor
from ..models import HostSite, Tutor
from ..states import PLACEMENT_LIVE
from .hosts import followed_site_of
from .leads import placement_of

page = require_http_methods(["GET", "HEAD", "POST"])


def _tutor(request: HttpRequest, pk: UUID) -> Tutor:
    """A tutor of a site whose contacts the lead reads: of a rival's people nobody opens the record."""
    require(policies.is_lead(request.user))
    sites = HostSite.objects.visible_to(request.user).but_rivals_of(request.user)
    rows = Tutor.objects.filter(sites__in=sites).select_related("company").distinct()
    return get_object_or_404(rows, pk=pk)


def _sites(request: HttpRequest, company: UUID, tutor: Tutor | None = None) -> QuerySet[HostSite]:
    """The sites that can be chosen: those of the lead's zones, and where the tutor works already."""
    sites = HostSite.objects.filter(company=company)
    seen = Q(pk__in=HostSite.objects.visible_to(request.user).values("pk"))
    return sites.filter(seen | Q(pk__in=tutor.sites.values("pk")) if tutor else seen).order_by("name")


def _back_to(tutor: Tutor, request: HttpRequest) -> HttpResponse:
    site = HostSite.objects.visible_to(request.user).filter(tutors=tutor).order_by("name").first()
    return redirect("placements:site_detail", site.pk) if site else redirect("placements:site_list")


@page
def tutor_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record a tutor of a site."""
    site = followed_site_of(request, pk)
    sites = _sites(request, site.company_id)
    form = TutorForm(
        request.POST if request.method == "POST" else None, sites=sites, initial={"sites": [site.pk], "version": 0}
    )
    if form.is_bound and form.is_valid():
        chosen = list(form.cleaned_data["sites"])
        first = site if site in chosen else chosen[0]
        try:
            tutor = services.add_tutor(first, by=request.user, also=chosen, **form.record())
        except Refused as refusal:
            form.add_error("sites", refusal.reason)
        else:
            messages.success(request, _("%(tutor)s is recorded.") % {"tutor": tutor})
            return redirect("placements:site_detail", site.pk)
    return _form(request, form, site=site, company=site.company)


@page
def tutor_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a tutor's record and say on which sites they train."""
    tutor = _tutor(request, pk)
    sites = _sites(request, tutor.company_id, tutor)
    sent = request.POST if request.method == "POST" else None
    form = TutorForm(sent, sites=sites, initial=facts_of_tutor(tutor))
    status, conflict = 422, False
    if form.is_bound and form.is_valid():
        try:
            services.edit_tutor(
                tutor,
                by=request.user,
                version=form.cleaned_data["version"],
                sites=form.cleaned_data["sites"],
                **form.record(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        except Stale:
            # What was typed stays; sent again, it is on top of the newer record, knowingly.
            form.data = form.data.copy()
            form.data["version"] = str(tutor.version)
            status, conflict = 409, True
        else:
            messages.success(request, _("The record of %(tutor)s is changed.") % {"tutor": tutor})
            return _back_to(tutor, request)
    return _form(request, form, status=status, tutor=tutor, company=tutor.company, conflict=conflict)


def _form(request: HttpRequest, form: TutorForm, *, status: int = 422, **context: Any) -> HttpResponse:
    status = status if form.is_bound else 200
    return render(request, "placements/tutor_form.html", context | {"form": form}, status=status)


@require_POST
def tutor_leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a tutor has left the company."""
    tutor = _tutor(request, pk)
    try:
        left = services.let_tutor_go(tutor, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("%(tutor)s is no longer a tutor.") % {"tutor": tutor})
        if left:
            words = ngettext(
                "%(n)s student needs another tutor: choose one below.",
                "%(n)s students need another tutor: choose one below.",
                left,
            )
            messages.warning(request, words % {"n": left})
    return _back_to(tutor, request)


@page
def tutor_assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who trains a student."""
    placement = placement_of(request, pk)
    site = placement.seat.site
    live = Count("placements", filter=Q(placements__state__in=PLACEMENT_LIVE), distinct=True)
    tutors = Tutor.objects.there().filter(sites=site, company=site.company_id).annotate(live=live).order_by("name")
    facts = {name: getattr(placement, name) for name in ("contract_kind", "repeats_year", "version")}
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        tutors=tutors,
        initial=facts | {"tutor": placement.tutor_id},
    )
    if form.is_bound and form.is_valid():
        try:
            services.assign_tutor(placement, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("tutor", refusal.reason)
        except Stale:
            changed = _("Somebody has changed this placement meanwhile: nothing of yours was recorded.")
            messages.warning(request, changed)
            return redirect("placements:tutor_assign", placement.pk)
        else:
            messages.success(
                request,
                _("%(tutor)s trains %(student)s.")
                % {"tutor": form.cleaned_data["tutor"], "student": placement.enrolment},
            )
            return redirect("placements:site_detail", site.pk)
    context = {"form": form, "placement": placement, "site": site, "tutors": tutors}
    return render(request, "placements/tutor_assign.html", context, status=422 if form.is_bound else 200)
