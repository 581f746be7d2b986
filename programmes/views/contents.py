"""The authors' pages: which contents are validated, a version and its story, a module and its texts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership.fields import order_in
from partnership.models import User
from partnership.policies import get_allowed, require
from partnership.workflow import Refused, Stale

from .. import elsewhere, hours, policies, services
from ..forms.contents import ModuleForm
from ..models import Curriculum, Module, Programme
from ..states import REVIEWABLE, WRITABLE, CurriculumState

# -- the list -------------------------------------------------------------------------------------------------------


@require_safe
def curriculum_list(request: HttpRequest) -> HttpResponse:
    """Every programme whose content must be validated, and where it stands."""
    return _contents(request, only_validated=False)


@require_safe
def curriculum_validated_list(request: HttpRequest) -> HttpResponse:
    """The programmes that have a validated content: the list behind the board's figure."""
    return _contents(request, only_validated=True)


def _contents(request: HttpRequest, *, only_validated: bool) -> HttpResponse:
    require(policies.can_list_contents(request.user))
    programmes = (
        Programme.objects.visible_to(request.user)
        .with_content()
        .select_related("milestone", "provider", "reviewer_party")
        .prefetch_related(Prefetch("curricula", queryset=Curriculum.objects.order_by("-number")))
        .order_by("milestone__order", "short_title")
    )
    milestone = order_in(request.GET.get("jalon"))
    if milestone is not None:
        programmes = programmes.filter(milestone__order=milestone)
    visible = set(Curriculum.objects.visible_to(request.user).values_list("pk", flat=True))
    rows = [_row(programme, request.user) for programme in programmes]
    validated = sum(row["in_force"] is not None for row in rows)
    context = {
        "rows": [row for row in rows if row["in_force"] is not None or not only_validated],
        "verdict": _verdict(len(rows), validated),
        "visible": visible,
        "only_validated": only_validated,
        "total": len(rows),
        "validated": validated,
        "chips": [{"label": _("Milestone"), "value": milestone, "url": request.path}] if milestone is not None else [],
    }
    return render(request, "programmes/curriculum_list.html", context)


def _verdict(total: int, validated: int) -> str:
    if not total:
        return _("No content to validate")
    if validated == total:
        return ngettext("The content is validated", "All %(n)s contents are validated", total) % {"n": total}
    waiting = total - validated
    words = {"n": waiting, "total": total}
    return (
        ngettext("%(n)s content of %(total)s to validate", "%(n)s contents of %(total)s to validate", waiting) % words
    )


def _row(programme: Programme, user: User) -> dict[str, Any]:
    versions = list(programme.curricula.all())
    current = next((version for version in versions if version.state in (*WRITABLE, *REVIEWABLE)), None)
    in_force = next((version for version in versions if version.state == CurriculumState.VALIDATED), None)
    refused = versions[0] if versions and versions[0].state == CurriculumState.REFUSED else None
    return {
        "programme": programme,
        "in_force": in_force,
        "current": current or refused,
        "may_begin": current is None and policies.can_begin(user, programme),
    }


# -- a version ------------------------------------------------------------------------------------------------------


@require_safe
def curriculum_read(request: HttpRequest, pk: str) -> HttpResponse:
    """A version: what is due, its modules with their opinions, its story."""
    versions = services.with_opinions(Curriculum.objects.all())
    curriculum = get_allowed(versions, policies.can_read, request.user, pk=pk)
    lines = services.standings(curriculum)
    total = sum(line.module.hours for line in lines)
    may_write = policies.can_write(request.user, curriculum) and curriculum.state in WRITABLE
    context = {
        "curriculum": curriculum,
        "lines": lines,
        "hours": total,
        "doubts": hours.doubts(curriculum.programme, total),
        "may_write": may_write,
        "may_assign": policies.can_assign(request.user, curriculum) and curriculum.state in (*WRITABLE, *REVIEWABLE),
        # A coordinator follows what is asked, and takes no part in it.
        "may_talk": policies.can_write(request.user, curriculum) or policies.can_review(request.user, curriculum),
        "commissions": curriculum.commissions.all(),
        "due": _due(curriculum, lines, request.user),
        "days": services.story(curriculum),
        "elsewhere": elsewhere.links(request.user, curriculum.programme),
    }
    return render(request, "programmes/curriculum_read.html", context)


def _due(curriculum: Curriculum, lines: list[services.Standing], user: User) -> dict[str, Any]:
    """The one thing to do on a version, for whoever looks at it."""
    reviewers = curriculum.programme.reviewer_party
    is_author = policies.can_write(user, curriculum)
    submit = {"url": reverse("programmes:curriculum_submit", args=[curriculum.pk]), "primary": True}
    begin = {
        "url": reverse("programmes:curriculum_create", args=[curriculum.programme.slug]),
        "label": _("Prepare a new version"),
    }
    due: dict[str, Any] = {"meaning": "go", "reason": "", "actions": []}
    state = curriculum.state
    if state == CurriculumState.DRAFT and not lines:
        due["title"] = _("Write the first module")
        due["reason"] = _("A version is submitted with at least one module.")
        if is_author:
            url = reverse("programmes:module_add", args=[curriculum.pk])
            due["actions"] = [{"url": url, "label": _("Add a module"), "get": True, "primary": True}]
    elif state == CurriculumState.DRAFT:
        due["title"] = _("Submit it once it is written")
        due["reason"] = _("%(party)s then reads it module by module. No place is offered before.") % {
            "party": reviewers
        }
        if is_author:
            due["actions"] = [submit | {"label": _("Submit to %(party)s") % {"party": reviewers}}]
    elif state == CurriculumState.CHANGES_REQUESTED:
        asked = sum(bool(line.unanswered) for line in lines)
        due["meaning"] = "risk"
        due["title"] = (
            ngettext("%(n)s module waits for an answer", "%(n)s modules wait for an answer", asked) % {"n": asked}
            if asked
            else _("Every request has been answered: submit it again")
        )
        due["reason"] = _("Write the text again, or reply in the thread. Favourable opinions stand for the others.")
        if is_author:
            due["actions"] = [submit | {"label": _("Submit again to %(party)s") % {"party": reviewers}}]
    elif state == CurriculumState.SUBMITTED:
        due["title"] = _("%(party)s has not begun reading") % {"party": reviewers}
        due["reason"] = _("Until the first opinion, its author may take it back.")
        if is_author:
            url = reverse("programmes:curriculum_withdraw", args=[curriculum.pk])
            due["actions"] = [{"url": url, "label": _("Take it back")}]
    elif state == CurriculumState.IN_REVIEW:
        judged = sum(len(line.opinions) >= curriculum.programme.quorum for line in lines)
        due["title"] = _all_opinions(judged, len(lines))
        due["reason"] = _("The decision follows the last opinion; the author is told at once.")
    elif state == CurriculumState.VALIDATED:
        due["title"] = _("This version is in force")
        due["reason"] = _("Its text can no longer change. A new version starts as a copy of it.")
        due["actions"] = [begin] if is_author else []
    elif state == CurriculumState.REFUSED:
        due["meaning"] = "late"
        due["title"] = _("This version is refused")
        due["reason"] = _("A new version starts as a copy of the one in force, or of this one.")
        due["actions"] = [begin | {"primary": True}] if is_author else []
    else:
        due["title"] = _("A newer version has taken its place")
    if state in REVIEWABLE and policies.can_review(user, curriculum):
        url = reverse("admin:programmes_curriculum_review", args=[curriculum.pk])
        due["actions"].append({"url": url, "label": _("Give your opinion"), "get": True, "primary": True})
    return due


def _all_opinions(judged: int, total: int) -> str:
    told = ngettext(
        "%(n)s module of %(total)s has all its opinions", "%(n)s modules of %(total)s have all their opinions", judged
    )
    return told % {"n": judged, "total": total}


@require_POST
def curriculum_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a version of a programme's content."""
    programme = get_allowed(Programme.objects, policies.can_begin, request.user, slug=slug)
    try:
        curriculum = services.create_curriculum(programme, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("programmes:curriculum_list")
    messages.success(request, _("Version %(number)s is begun.") % {"number": curriculum.number})
    return redirect("programmes:curriculum_read", curriculum.pk)


@require_POST
def curriculum_submit(request: HttpRequest, pk: str) -> HttpResponse:
    """Hand a version over to its reviewers."""
    curriculum = get_allowed(Curriculum.objects, policies.can_write, request.user, pk=pk)
    told = _("The version is submitted; the reviewers of %(party)s are told.") % {
        "party": curriculum.programme.reviewer_party
    }
    _do(request, lambda: services.submit(curriculum, by=request.user), told)
    return redirect("programmes:curriculum_read", pk)


@require_POST
def curriculum_withdraw(request: HttpRequest, pk: str) -> HttpResponse:
    """Take back a version that nobody has read yet."""
    curriculum = get_allowed(Curriculum.objects, policies.can_write, request.user, pk=pk)
    _do(request, lambda: services.withdraw(curriculum, by=request.user), _("The version is yours again."))
    return redirect("programmes:curriculum_read", pk)


def _do(request: HttpRequest, deed: Callable[[], object], told: str) -> bool:
    try:
        deed()
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return False
    messages.success(request, told)
    return True


# -- a module -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def module_add(request: HttpRequest, pk: str) -> HttpResponse:
    """Write a new module at the end of a version."""
    curriculum = get_allowed(Curriculum.objects.select_related("programme"), policies.can_write, request.user, pk=pk)
    form = ModuleForm(request.POST or None)
    context = {"form": form, "curriculum": curriculum, "title": _("New module")}
    if request.method != "POST":
        return render(request, "programmes/module_edit.html", context)
    if not form.is_valid():
        return render(request, "programmes/module_edit.html", context, status=422)
    try:
        services.add_module(curriculum, by=request.user, **form.texts())
    except Refused as refusal:
        return _refused(request, form, refusal, context)
    messages.success(request, _("The module is added."))
    return redirect("programmes:curriculum_read", pk)


def _refused(request: HttpRequest, form: ModuleForm, refusal: Refused, context: dict[str, Any]) -> HttpResponse:
    # Somebody submitted the version meanwhile: what was typed stays on the page, to be copied.
    form.add_error(None, refusal.reason)
    return render(request, "programmes/module_edit.html", context | {"form": form}, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def module_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Read a module, or write in it while its author holds the version."""
    module = get_allowed(
        Module.objects.select_related("curriculum__programme").prefetch_related("attachments"),
        policies.can_read_module,
        request.user,
        pk=pk,
    )
    curriculum = module.curriculum
    context = {
        "module": module,
        "curriculum": curriculum,
        "title": module.title,
        "reviews": module.reviews.select_related("given_by").order_by("-given_at"),
        "asked": module.requests.filter(asked_at__isnull=False)
        .select_related("written_by")
        .prefetch_related("replies")
        .order_by("-asked_at"),
        "text_hash": module.text_hash(),
        "may_talk": policies.can_write(request.user, curriculum) or policies.can_review(request.user, curriculum),
    }
    if request.method != "POST":
        if not (policies.can_write(request.user, curriculum) and curriculum.state in WRITABLE):
            return render(request, "programmes/module_read.html", context)
        return render(request, "programmes/module_edit.html", context | {"form": ModuleForm(instance=module)})
    require(policies.can_write(request.user, curriculum))
    form = ModuleForm(request.POST, instance=module)
    if not form.is_valid():
        return render(request, "programmes/module_edit.html", context | {"form": form}, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        services.edit_module(module, version=version, by=request.user, **form.texts())
    except Stale as conflict:
        context |= _conflict(request, conflict.thing, form)
        return render(request, "programmes/module_edit.html", context, status=409)
    except Refused as refusal:
        return _refused(request, form, refusal, context)
    messages.success(request, _("The module is recorded."))
    return redirect("programmes:curriculum_read", curriculum.pk)


def _conflict(request: HttpRequest, newer: Module, form: ModuleForm) -> dict[str, Any]:
    """The newer texts to read, and the form with the author's own: recording it again is then done knowingly."""
    theirs = [
        {"label": form.fields[name].label, "value": getattr(newer, name) or _("empty")}
        for name, value in form.texts().items()
        if getattr(newer, name) != value
    ]
    answers = request.POST.copy()
    answers["version"] = newer.version
    return {"theirs": theirs, "form": ModuleForm(answers, instance=newer)}


@require_POST
def module_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Take a module out of a version."""
    module = get_allowed(Module.objects, policies.can_write_module, request.user, pk=pk)
    told = _("“%(module)s” is removed.") % {"module": module}
    _do(request, lambda: services.remove_module(module, by=request.user), told)
    return redirect("programmes:curriculum_read", module.curriculum_id)


@require_POST
def module_raise(request: HttpRequest, pk: str) -> HttpResponse:
    """Move a module before the one above it."""
    return _move(request, pk, up=True)


@require_POST
def module_lower(request: HttpRequest, pk: str) -> HttpResponse:
    """Move a module after the one below it."""
    return _move(request, pk, up=False)


def _move(request: HttpRequest, pk: str, *, up: bool) -> HttpResponse:
    module = get_allowed(Module.objects, policies.can_write_module, request.user, pk=pk)
    told = _("“%(module)s” is moved.") % {"module": module}
    _do(request, lambda: services.move_module(module, up=up, by=request.user), told)
    return redirect("programmes:curriculum_read", module.curriculum_id)
