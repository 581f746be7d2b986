"""The desk: what is to validate, a version and what its reader may do with the whole of it."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import papers
from partnership.models import User
from partnership.policies import get_allowed, require
from partnership.states import Role
from partnership.uploads import takes_files
from partnership.workflow import Refused, Stale

from .. import hours, policies, services
from ..forms.contents import CommissionForm, InterestForm, RefusalForm
from ..models import CommissionOpinion, Curriculum, Interest
from ..states import REVIEWABLE, Opinion
from .frame import decided, fetch, frame

page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def desk(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The administration opens on what is to validate for reviewers, on its tables for administrators."""
    if not request.user.has_role(Role.REVIEWER):
        return admin.AdminSite.index(admin.site, request, extra_context)
    versions = services.with_opinions(Curriculum.objects.visible_to(request.user)).order_by("submitted_at", "pk")
    mine = [version for version in versions if policies.can_review(request.user, version)]
    asked = set(request.user.assignments.values_list("curriculum", flat=True))
    waiting = [_progress(version, request.user, asked) for version in mine if version.state in REVIEWABLE]
    waiting.sort(key=lambda line: (not line["is_asked"], line["curriculum"].due_on))
    others = [version for version in reversed(mine) if version.state not in REVIEWABLE]
    context = admin.site.each_context(request) | {
        "title": _headline(waiting),
        "waiting": waiting,
        "others": others,
    }
    return render(request, "admin/programmes/desk.html", context)


def _headline(waiting: list[dict[str, Any]]) -> str:
    to_read = sum(line["to_read"] for line in waiting)
    late = sum(line["curriculum"].is_late and line["to_read"] > 0 for line in waiting)
    if not waiting:
        return gettext("Nothing to validate")
    if not to_read:
        return gettext("You have read everything")
    told = ngettext("%(n)s module to read", "%(n)s modules to read", to_read) % {"n": to_read}
    if not late:
        return told
    return told + ngettext(", %(n)s version late", ", %(n)s versions late", late) % {"n": late}


def _progress(curriculum: Curriculum, user: User, asked: set[UUID]) -> dict[str, Any]:
    lines = services.standings(curriculum, reader=user)
    return {
        "curriculum": curriculum,
        "is_asked": curriculum.pk in asked,
        "judged": sum(line.mine is not None for line in lines),
        "to_read": sum(line.mine is None for line in lines),
        "total": len(lines),
        "hours": sum(line.module.hours for line in lines),
    }


@require_safe
def curriculum_review(request: HttpRequest, pk: str) -> HttpResponse:
    """A version on the desk: its modules, the reader's opinions and everybody's."""
    return _version(request, fetch(request, pk), RefusalForm())


def _version(request: HttpRequest, curriculum: Curriculum, form: RefusalForm, *, status: int = 200) -> HttpResponse:
    context = frame(request, curriculum)
    lines = context["lines"]
    may_judge = context["may_judge"]
    context |= {
        "doubts": hours.doubts(curriculum.programme, context["hours"]),
        "to_approve": len(services.uncommented(curriculum, lines, reader=request.user)) if may_judge else 0,
        "may_refuse": may_judge and any(line.mine and line.mine.opinion == Opinion.UNFAVOURABLE for line in lines),
        "commissions": curriculum.commissions.select_related("recorded_by"),
        "assignments": curriculum.assignments.select_related("reviewer"),
        "form": form,
    }
    return render(request, "admin/programmes/curriculum_review.html", context, status=status)


@require_POST
def curriculum_approve_rest(request: HttpRequest, pk: str) -> HttpResponse:
    """Give a favourable opinion on all the reviewer has not commented."""
    curriculum = get_allowed(Curriculum.objects, policies.can_review, request.user, pk=pk)
    try:
        given = services.approve_rest(curriculum, by=request.user, text_hash=request.POST.get("text_hash", ""))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        told = ngettext("%(n)s favourable opinion given.", "%(n)s favourable opinions given.", given) % {"n": given}
        messages.success(request, f"{told} {decided(curriculum)}".strip())
    return redirect("admin:programmes_curriculum_review", pk)


@require_POST
def curriculum_refuse(request: HttpRequest, pk: str) -> HttpResponse:
    """Refuse a whole version, for a reason."""
    curriculum = fetch(request, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _version(request, curriculum, form, status=422)
    try:
        services.refuse(curriculum, reason=form.cleaned_data["reason"], by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _version(request, fetch(request, pk), form, status=409)
    messages.success(request, decided(curriculum))
    return redirect("admin:programmes_curriculum_review", pk)


@takes_files(papers.ROOM)
@page
def curriculum_commission(request: HttpRequest, pk: str) -> HttpResponse:
    """Record the opinion of a commission on a whole version, with its minutes."""
    curriculum = fetch(request, pk)
    context = frame(request, curriculum) | {"title": gettext("Opinion of a commission")}
    if request.method != "POST":
        form = CommissionForm(initial={"text_hash": curriculum.text_hash()})
        return render(request, "admin/programmes/curriculum_commission.html", context | {"form": form})
    form = CommissionForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "admin/programmes/curriculum_commission.html", context | {"form": form}, status=422)
    try:
        services.record_commission(curriculum, by=request.user, **form.cleaned_data)
    except (Refused, Stale) as problem:
        reason = (
            problem.reason
            if isinstance(problem, Refused)
            else gettext("The text has changed since you opened this page: read it again, then record the opinion.")
        )
        answers = request.POST.copy()
        answers["text_hash"] = curriculum.text_hash()
        form = CommissionForm(answers, request.FILES)
        form.add_error(None, reason)
        return render(request, "admin/programmes/curriculum_commission.html", context | {"form": form}, status=409)
    messages.success(request, f"{gettext('The opinion of the commission is recorded.')} {decided(curriculum)}".strip())
    return redirect("admin:programmes_curriculum_review", pk)


@page
def curriculum_interest(request: HttpRequest, pk: str) -> HttpResponse:
    """Declare an interest in a programme, or say that it is over."""
    curriculum = fetch(request, pk)
    declared = Interest.objects.in_force().filter(programme=curriculum.programme, user=request.user).first()
    context = frame(request, curriculum) | {"title": gettext("My interests"), "declared": declared}
    # The button names the interest it ends: declaring it twice by a double click ends nothing.
    ends = request.POST.get("end", "")
    form = InterestForm(request.POST if request.method == "POST" and not ends else None)
    if request.method != "POST" or not (ends or form.is_valid()):
        status = 422 if form.is_bound else 200
        return render(request, "admin/programmes/curriculum_interest.html", context | {"form": form}, status=status)
    try:
        if not ends:
            services.declare_interest(curriculum.programme, by=request.user, **form.cleaned_data)
            told = gettext("Your interest is declared: others judge this programme.")
        else:
            services.end_interest(curriculum.programme, interest=ends, by=request.user)
            told = gettext("Your interest is over: you may judge this programme again.")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, told)
    return redirect("admin:programmes_curriculum_review", pk)


@require_safe
def commission_minutes(request: HttpRequest, pk: str, commission_pk: UUID) -> FileResponse | HttpResponse:
    """The minutes of a commission, for whoever may judge the version."""
    curriculum = fetch(request, pk)
    commission = get_object_or_404(CommissionOpinion, pk=commission_pk, curriculum=curriculum)
    require(policies.can_review(request.user, curriculum))
    try:
        return papers.serve(commission.minutes.name, commission.scan, filename="proces-verbal.pdf")
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("admin:programmes_curriculum_review", pk)


# The administration's front page is the reviewers' desk: the stock index would show them nothing.
admin.site.index = desk
