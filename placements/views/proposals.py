"""Proposals: asked for, looked at, changed under « what if », accepted line by line."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Intake
from partnership import clock
from partnership.models import Zone
from partnership.policies import require
from partnership.states import JobState
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..board import proposals as boards
from ..board import zone as zones
from ..forms.proposals import AcceptForm, AskForm, MobilityForm, WhatIfForm
from ..models import HostSite, ProposalRun
from .leads import student_of, zone_of

MOST_LISTED = 20
# Every zone at once, for whoever leads them all.
ALL = "toutes"


def _scope(request: HttpRequest, code: str) -> Zone | None:
    """The zone of that code, or none for all of them: only for whoever leads every zone."""
    if code == ALL:
        require(policies.can_lead_everywhere(request.user))
        return None
    return zone_of(request, code)


def _intakes(zone: Zone | None) -> QuerySet[Intake]:
    rows = Intake.objects.filter(pk__in=[intake.pk for intake in zones.intakes_of(zone)])
    return rows.select_related("programme").order_by("starts_on")


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_list(request: HttpRequest, zone: str) -> HttpResponse:
    """The proposals of a zone, the latest first, and the button that asks for one."""
    here = _scope(request, zone)
    intakes = _intakes(here)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        intakes=intakes,
        initial={"intake": zones.next_of(list(intakes), clock.today())},
    )
    if here is None:
        # Where every zone is asked for nobody comes from another.
        del form.fields["with_visitors"]
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            run = services.ask_for_proposal(
                answers["intake"], here, by=request.user, with_visitors=answers.get("with_visitors", False)
            )
        except Refused as refusal:
            messages.error(request, refusal.reason)
        else:
            return redirect("placements:proposal_detail", run.pk)
    runs = ProposalRun.objects.filter(zone=here).select_related("intake__programme", "asked_by", "job")
    context = {
        "zone": here,
        "code": zone,
        "form": form,
        "has_intakes": bool(intakes),
        "leads_everywhere": policies.can_lead_everywhere(request.user),
        "runs": runs.defer("inputs", "plan")[:MOST_LISTED],
    }
    return render(request, "placements/proposal_list.html", context, status=422 if form.is_bound else 200)


def _run(request: HttpRequest, pk: UUID) -> ProposalRun:
    require(policies.is_lead(request.user))
    rows = ProposalRun.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("intake__programme", "zone", "asked_by", "job", "based_on__intake"), pk=pk
    )


@require_safe
def proposal_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a proposal says: its lines and why, who stays without a place and why, which place more would help."""
    run = _run(request, pk)
    if run.made_at is None:
        is_over = run.job is None or run.job.state in (JobState.FAILED, JobState.DONE)
        response = render(request, "placements/proposal_waiting.html", {"run": run, "job": run.job, "is_over": is_over})
        if not is_over:
            # Asked of the browser by the answer, so that the page follows its task without a script.
            response["Refresh"] = "2"
        return response
    context: dict[str, Any] = {"run": run}
    if run.plan is not None:
        context["board"] = boards.build(run, user=request.user)
    return render(request, "placements/proposal_detail.html", context)


@require_POST
def proposal_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Place the students of the lines that are ticked; a line that no longer holds is told, the others go on."""
    run = _run(request, pk)
    try:
        known = [line.student for line in services.plan_of(run).lines]
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("placements:proposal_detail", run.pk)
    form = AcceptForm(request.POST, placed=known)
    if not form.is_valid():
        messages.error(request, form.errors["line"][0])
        return redirect("placements:proposal_detail", run.pk)
    placed = 0
    for student in form.cleaned_data["line"]:
        try:
            services.accept_line(run, student=student, by=request.user)
            placed += 1
        except Refused as refusal:
            name = boards.name_of(student)
            messages.error(request, _("%(student)s: %(reason)s") % {"student": name, "reason": refusal.reason})
    if placed:
        words = ngettext(
            "%(n)s student placed: the host is written to in ten minutes, until then it can be undone.",
            "%(n)s students placed: the hosts are written to in ten minutes, until then it can be undone.",
            placed,
        )
        messages.success(request, words % {"n": placed})
    return redirect("placements:proposal_detail", run.pk)


@require_POST
def proposal_what_if(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same proposal with one thing changed, beside it."""
    run = _run(request, pk)
    form = WhatIfForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect("placements:proposal_detail", run.pk)
    said = {name: str(form.cleaned_data[name] or "") for name in ("student", "site")}
    try:
        other = services.ask_what_if(run, by=request.user, what=form.cleaned_data["what"], **said)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("placements:proposal_detail", run.pk)
    return redirect("placements:proposal_detail", other.pk)


@require_POST
def proposal_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new proposal from what is known today, with the pins and exclusions of this one."""
    run = _run(request, pk)
    try:
        other = services.ask_for_proposal(
            run.intake, run.zone, by=request.user, with_visitors=bool(run.change.get("with_visitors")), like=run
        )
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("placements:proposal_detail", run.pk)
    return redirect("placements:proposal_detail", other.pk)


@require_POST
def proposal_replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compute a proposal again from what was kept with it, to see whether the answer is the same."""
    run = _run(request, pk)
    try:
        services.ask_replay(run, by=request.user)
        messages.success(request, _("It is being computed again from what was kept: the answer is told on this page."))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:proposal_detail", run.pk)


# -- what a student wishes --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def mobility_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a student goes and which hosts they would rather have, as they say it to the lead."""
    enrolment = student_of(request, pk)
    reached = [enrolment.application.cohort.zone_id, *(zone.pk for zone in enrolment.application.other_zones.all())]
    sites = HostSite.objects.visible_to(request.user).filter(zone__in=reached).order_by("name")
    mobility, wishes = boards.said_by(enrolment, user=request.user)
    form = MobilityForm(request.POST, sites=sites) if request.method == "POST" else None
    status = 200
    if form is not None:
        status = 422
        if form.is_valid():
            try:
                answers = {name: form.cleaned_data[name] for name in ("near_km", "far_km", "wishes", "version")}
                services.say_mobility(enrolment, by=request.user, among=sites, **answers)
                messages.success(request, _("Recorded: the next proposal takes it into account."))
                return redirect("placements:student_detail", enrolment.pk)
            except Refused as refusal:
                form.add_error(None, refusal.reason)
            except Stale as stale:
                status = 409
                form.data = form.data.copy()
                form.data["version"] = str(stale.thing.version)
                form.add_error(None, _("Somebody else has just changed this: what you wrote is kept, send it again."))
    form = form or MobilityForm.filled(mobility, wishes, sites=sites)
    return render(request, "placements/mobility_edit.html", {"form": form, "enrolment": enrolment}, status=status)
