"""A module on the desk: its text beside an older one, what is asked of it, and the reader's opinion."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from partnership.workflow import Refused, Stale

from .. import policies, services
from ..forms.contents import ASKED, REQUEST, OpinionForm
from ..models import ATTACHMENTS, Curriculum, Module, OpinionDraft
from ..services import Standing
from ..states import REVIEWABLE
from .comparing import IN_FORCE, SINCE, changes, fields_of, older_texts
from .frame import decided, fetch, frame

# The buttons of the page that keep what is written without giving it.
DRAFT = "draft"


@require_http_methods(["GET", "HEAD", "POST"])
def module_review(request: HttpRequest, pk: str, module_pk: str) -> HttpResponse:
    """A module beside the text in force, and the reviewer's opinion on it."""
    try:
        curriculum = fetch(request, pk)
        context = frame(request, curriculum, module_pk)
    except Http404:
        if request.method != "POST":
            raise
        return _gone(request, pk, module_pk)
    line: Standing = context["line"]
    is_asking = any(asked.written_by_id == request.user.pk for asked in line.requests)
    if request.method != "POST":
        return _page(request, context, OpinionForm(initial=_begun(request, line)))
    form = OpinionForm(request.POST, is_draft=DRAFT in request.POST, is_asking=is_asking)
    if not form.is_valid():
        return _page(request, context, form, status=422)
    if form.is_draft:
        return _keep(request, line.module, form)
    said, text_hash = form.said(), form.cleaned_data["text_hash"]
    try:
        services.review_module(line.module, text_hash=text_hash, by=request.user, **said)
    except (Refused, Stale) as problem:
        return _too_late(request, problem, form, pk, module_pk)
    curriculum.refresh_from_db()
    messages.success(request, f"{gettext('Your opinion is given.')} {decided(curriculum)}".strip())
    following = context["following"]
    if following is None or curriculum.state not in REVIEWABLE:
        return redirect("admin:programmes_curriculum_review", pk)
    return redirect("admin:programmes_module_review", pk, following.module.pk)


def _keep(request: HttpRequest, module: Module, form: OpinionForm) -> HttpResponse:
    """Keep what is written for its writer alone, and come back to where they were."""
    try:
        services.save_draft(module, by=request.user, **form.said())
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("admin:programmes_curriculum_review", module.curriculum_id)
    messages.success(request, gettext("Kept for you alone: nobody reads it before you give your opinion."))
    response = redirect("admin:programmes_module_review", module.curriculum_id, module.pk)
    field = request.POST[DRAFT]
    response["Location"] += f"#f-{field}" if field in ASKED else "#decision"
    return response


def _too_late(
    request: HttpRequest, problem: Refused | Stale, form: OpinionForm, pk: str, module_pk: str
) -> HttpResponse:
    """The text or the version has changed under the reader: what they wrote is kept, beside what is there now."""
    context = frame(request, fetch(request, pk), module_pk)
    module = context["line"].module
    services.save_draft(module, by=request.user, **form.said())
    answers = request.POST.copy()
    answers["text_hash"] = module.text_hash()
    shown = OpinionForm(answers, is_draft=True)
    if isinstance(problem, Refused):
        shown.add_error(None, problem.reason)
    return _page(request, context | {"is_stale": isinstance(problem, Stale)}, shown, status=409)


def _gone(request: HttpRequest, pk: str, module_pk: str) -> HttpResponse:
    """The version was taken back, or the module removed, while somebody wrote: their words are shown, and kept."""
    curriculum = get_object_or_404(Curriculum.objects.select_related("programme"), pk=pk)
    if not policies.can_review(request.user, curriculum):
        raise Http404
    form = OpinionForm(request.POST, is_draft=True)
    module = curriculum.modules.filter(pk=module_pk).first()
    if module is not None and form.is_valid():
        services.save_draft(module, by=request.user, **form.said())
    context = admin.site.each_context(request) | {
        "curriculum": curriculum,
        "module": module,
        "words": form.words(),
        "title": gettext("What you wrote is not given"),
    }
    return render(request, "admin/programmes/module_gone.html", context, status=409)


def _begun(request: HttpRequest, line: Standing) -> dict[str, str]:
    """What the form shows: the opinion given, or what was begun, and the requests kept."""
    shown = {"text_hash": line.module.text_hash()}
    draft = OpinionDraft.objects.filter(module=line.module, reader=request.user).first()
    begun = draft or line.mine
    if begun is not None:
        shown |= {"opinion": begun.opinion, "comment": begun.comment}
    return shown | {f"{REQUEST}{kept.field}": kept.text for kept in line.prepared}


def _unsaid(form: OpinionForm, line: Standing) -> list[tuple[str, str]]:
    said = {line.mine.comment} if line.mine else set()
    return [(label, text) for label, text in form.words() if text not in said]


def _page(request: HttpRequest, context: dict[str, Any], form: OpinionForm, *, status: int = 200) -> HttpResponse:
    line: Standing = context["line"]
    module = line.module
    olders = older_texts(module, request.user)
    wanted = request.GET.get(SINCE, "")
    older = next((one for one in olders if one.key == wanted), olders[0] if olders else None)
    may_ask = context["may_judge"]
    fields = fields_of(module, older, asked=line.requests, form=form if may_ask else None)
    shown = [field for field in fields if field.is_shown]
    hidden = [field for field in fields if not field.is_shown]
    # Attachments are a field where there are some, and to ask for one.
    told = [field for field in fields if field.name != ATTACHMENTS or field.value or field.is_changed]
    context |= {
        "module": module,
        "is_new": not any(one.key == IN_FORCE for one in olders),
        "olders": olders,
        "older": older,
        "fields": shown,
        "changes": changes(shown, len(told)) if older and any(field.is_changed for field in shown) else "",
        "unchanged": [field for field in hidden if may_ask or (field.is_text and field.value)],
        "unchanged_names": ", ".join(str(field.label) for field in hidden if field in told),
        "on_the_whole": [asked for asked in line.requests if not asked.field],
        "others": [review for review in line.opinions if review.given_by_id != request.user.pk],
        "form": form,
        # Where it can no longer be given, what was written is shown to be copied.
        "words": [] if may_ask else _unsaid(form, line),
        "favourable": line.favourable,
        "hash_words": f"{module.text_hash()[:4]} {module.text_hash()[4:8]}",
    }
    return render(request, "admin/programmes/module_review.html", context, status=status)
