"""The reviewers' desk in the administration: what is to validate, module by module; and the administrators' tables."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership.desk import AdministratorAdmin, ReadOnlyAdmin
from partnership.models import User
from partnership.policies import get_allowed
from partnership.states import Role
from partnership.templatetags.figures import longdate, number, shortdate
from partnership.workflow import Refused, Stale

from . import diff, hours, policies, services
from .forms import OpinionForm
from .models import Curriculum, Module, Programme
from .services import Standing
from .states import REVIEWABLE, CurriculumState, Opinion

# -- the desk -------------------------------------------------------------------------------------------------------


@require_safe
def desk(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The administration opens on what is to validate for reviewers, on its tables for administrators."""
    if not request.user.has_role(Role.REVIEWER):
        return admin.AdminSite.index(admin.site, request, extra_context)
    versions = services.with_opinions(Curriculum.objects.visible_to(request.user)).order_by("submitted_at", "pk")
    mine = [version for version in versions if policies.can_review(request.user, version)]
    waiting = [_progress(version, request.user) for version in mine if version.state in REVIEWABLE]
    others = [version for version in reversed(mine) if version.state not in REVIEWABLE]
    context = admin.site.each_context(request) | {
        "title": _headline(waiting),
        "waiting": waiting,
        "others": others,
    }
    return render(request, "admin/programmes/desk.html", context)


def _headline(waiting: list[dict[str, Any]]) -> str:
    to_read = sum(line["to_read"] for line in waiting)
    if not waiting:
        return gettext("Nothing to validate")
    if not to_read:
        return gettext("You have read everything")
    return ngettext("%(n)s module to read", "%(n)s modules to read", to_read) % {"n": to_read}


def _progress(curriculum: Curriculum, user: User) -> dict[str, Any]:
    lines = services.standings(curriculum, reader=user)
    return {
        "curriculum": curriculum,
        "judged": sum(line.mine is not None for line in lines),
        "to_read": sum(line.mine is None for line in lines),
        "total": len(lines),
        "hours": sum(line.module.hours for line in lines),
    }


@require_safe
def curriculum_review(request: HttpRequest, pk: str) -> HttpResponse:
    """A version on the desk: its modules, the reader's opinions and everybody's."""
    curriculum = _fetch(request, pk)
    context = _frame(request, curriculum)
    context["doubts"] = hours.doubts(curriculum.programme, context["hours"])
    return render(request, "admin/programmes/curriculum_review.html", context)


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
        messages.success(request, f"{told} {_decision(curriculum)}".strip())
    return redirect("admin:programmes_curriculum_review", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def module_review(request: HttpRequest, pk: str, module_pk: str) -> HttpResponse:
    """A module beside the text in force, and the reviewer's opinion on it."""
    curriculum = _fetch(request, pk)
    context = _frame(request, curriculum, module_pk)
    line: Standing = context["line"]
    form = OpinionForm(request.POST or None, initial=_present_opinion(line))
    if request.method != "POST":
        return _module_page(request, context, form)
    if not form.is_valid():
        return _module_page(request, context, form, status=422)
    try:
        services.review_module(line.module, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("admin:programmes_curriculum_review", pk)
    except Stale:
        # The comment stays; the text, its hash and the words of the page are those of now.
        context = _frame(request, _fetch(request, pk), module_pk)
        answers = request.POST.copy()
        answers["text_hash"] = context["line"].module.text_hash()
        return _module_page(request, context | {"is_stale": True}, OpinionForm(answers), status=409)
    curriculum.refresh_from_db()
    messages.success(request, f"{gettext('Your opinion is given.')} {_decision(curriculum)}".strip())
    following = context["following"]
    if following is None or curriculum.state not in REVIEWABLE:
        return redirect("admin:programmes_curriculum_review", pk)
    return redirect("admin:programmes_module_review", pk, following.module.pk)


def _fetch(request: HttpRequest, pk: str) -> Curriculum:
    return get_allowed(services.with_opinions(Curriculum.objects.all()), policies.can_review, request.user, pk=pk)


def _frame(request: HttpRequest, curriculum: Curriculum, module_pk: str | None = None) -> dict[str, Any]:
    """What the pages of a version share: the side list, where the reader is, what comes next."""
    lines = services.standings(curriculum, reader=request.user)
    here = next((index for index, line in enumerate(lines) if line.module.pk == module_pk), None)
    if module_pk is not None and here is None:
        raise Http404
    is_open = curriculum.state in REVIEWABLE
    may_judge = is_open and not policies.has_written(request.user, curriculum)
    after = lines if here is None else lines[here + 1 :] + lines[:here]
    return admin.site.each_context(request) | {
        "curriculum": curriculum,
        "lines": lines,
        "side": [_side(line, is_open=is_open, is_here=index == here) for index, line in enumerate(lines)],
        "judged": sum(line.mine is not None for line in lines),
        "hours": sum(line.module.hours for line in lines),
        "to_approve": sum(line.mine is None and not line.is_unanswered for line in lines),
        "is_open": is_open,
        "may_judge": may_judge,
        "line": None if here is None else lines[here],
        "before": lines[here - 1] if here else None,
        "following": next((line for line in after if line.mine is None), None) if may_judge else None,
    }


# What the side list says of a module: meaning and shape by the reader's opinion.
_MARKS = {
    Opinion.FAVOURABLE: ("done", "tick"),
    Opinion.REMARK: ("done", "arrow"),
    Opinion.CHANGES: ("risk", "triangle"),
    Opinion.UNFAVOURABLE: ("late", "refused"),
}


def _side(line: Standing, *, is_open: bool, is_here: bool) -> dict[str, Any]:
    if line.mine is not None and line.is_kept:
        meaning, shape, label = "idle", "dashed", gettext("opinion kept")
    elif line.mine is not None:
        meaning, shape = _MARKS[Opinion(line.mine.opinion)]
        label = line.mine.get_opinion_display()
    elif not is_open:
        meaning, shape, label = "idle", "ring", gettext("without your opinion")
    elif line.is_unanswered:
        meaning, shape, label = "risk", "triangle", gettext("unchanged since your request")
    else:
        meaning, shape, label = "go", "half" if is_here else "ring", gettext("to read")
    return {"module": line.module, "meaning": meaning, "shape": shape, "label": label, "is_here": is_here}


def _decision(curriculum: Curriculum) -> str:
    """What the last opinion decided, if it did."""
    told = {
        CurriculumState.VALIDATED: _("The content is validated; its authors are told."),
        CurriculumState.CHANGES_REQUESTED: _("Every module is judged: the changes are requested from the authors."),
        CurriculumState.REFUSED: _("Every module is judged: the version is refused; its authors are told."),
    }
    return str(told.get(CurriculumState(curriculum.state), ""))


def _present_opinion(line: Standing) -> dict[str, str]:
    present = {"text_hash": line.module.text_hash()}
    if line.mine is not None:
        present |= {"opinion": line.mine.opinion, "comment": line.mine.comment}
    return present


def _module_page(
    request: HttpRequest, context: dict[str, Any], form: OpinionForm, *, status: int = 200
) -> HttpResponse:
    module: Module = context["line"].module
    olders = _older_texts(module, request.user)
    asked = request.GET.get(SINCE, "")
    older = next((one for one in olders if one.key == asked), olders[0] if olders else None)
    fields = _fields(module, older)
    shown = [field for field in fields if field.is_shown]
    context |= {
        "module": module,
        "is_new": not any(one.key == IN_FORCE for one in olders),
        "olders": olders,
        "older": older,
        "fields": shown,
        "changes": _changes(shown, len(fields)) if older and shown else "",
        "unchanged": [field for field in fields if not field.is_shown and field.is_text],
        "unchanged_names": ", ".join(str(field.label) for field in fields if not field.is_shown).lower(),
        "form": form,
        "favourable": context["line"].favourable,
        "hash_words": f"{module.text_hash()[:4]} {module.text_hash()[4:8]}",
    }
    return render(request, "admin/programmes/module_review.html", context, status=status)


# Which older text the present one stands beside: the parameter of the address, and its values.
SINCE, READING, IN_FORCE = "depuis", "lecture", "version"


@dataclass(frozen=True)
class OlderText:
    """A text of the module that the present one is read against."""

    key: str
    label: str
    title: str
    texts: dict[str, str | int]


def _older_texts(module: Module, reader: User) -> list[OlderText]:
    """What the reader has read of the module last, then the text in force; what is not there is left out."""
    found = []
    if read := services.last_reading(module, reader=reader):
        said = {"day": shortdate(read.given_at), "opinion": read.get_opinion_display()}
        label = gettext("My last opinion, %(day)s") % said
        found.append(OlderText(READING, label, gettext("Read on %(day)s: %(opinion)s") % said, read.read))
    if before := services.previous_text(module):
        said = {"n": before.curriculum.number, "day": longdate(before.curriculum.decided_at)}
        label = gettext("Version %(n)s, validated on %(day)s") % said
        found.append(OlderText(IN_FORCE, label, gettext("Version %(n)s, in force") % said, before.texts()))
    return found


def _changes(shown: list["TextField"], total: int) -> str:
    """How much of a module has changed, in a sentence."""
    fields = ngettext("%(n)s field of %(total)s changed:", "%(n)s fields of %(total)s changed:", len(shown))
    come, gone = (sum(diff.count(getattr(field, side)) for field in shown) for side in ("come", "gone"))
    added = ngettext("%(n)s word added,", "%(n)s words added,", come) % {"n": number(come)}
    removed = ngettext("%(n)s removed.", "%(n)s removed.", gone) % {"n": number(gone)}
    return f"{fields % {'n': len(shown), 'total': total}} {added} {removed}"


@dataclass(frozen=True)
class TextField:
    """A field of a module beside an older text of it; a long text is read even when there is nothing to compare."""

    label: str
    value: str | int | date | None
    is_text: bool
    is_compared: bool
    gone: list[diff.Piece]
    come: list[diff.Piece]

    @property
    def is_changed(self) -> bool:
        return any(piece.is_changed for piece in (*self.gone, *self.come))

    @property
    def is_shown(self) -> bool:
        return self.is_changed if self.is_compared else self.is_text and bool(self.value)

    @property
    def is_date(self) -> bool:
        return isinstance(self.value, date)


_LONG = ("objectives", "content", "assessment")
_DAY = "regulatory_review_on"


def _fields(module: Module, older: OlderText | None) -> list[TextField]:
    fields, now = [], module.texts()
    for name in ("title", "block", "hours", *_LONG, _DAY):
        gone, come = diff.words(_said(name, older.texts.get(name, "")), _said(name, now[name])) if older else ([], [])
        label, value = Module._meta.get_field(name).verbose_name, getattr(module, name)
        fields.append(TextField(label, value, name in (*_LONG, _DAY), older is not None, gone, come))
    return fields


def _said(name: str, value: str | int) -> str:
    return longdate(date.fromisoformat(str(value))) if name == _DAY and value else str(value)


# The administration's front page is the reviewers' desk: the stock index would show them nothing.
admin.site.index = desk

# -- tables of the administrators -----------------------------------------------------------------------------------


@admin.register(Programme)
class ProgrammeAdmin(AdministratorAdmin):
    list_display = ["title", "short_title", "kind", "milestone", "provider", "reviewer_party", "quorum"]
    list_filter = ["milestone", "kind"]
    search_fields = ["title", "short_title"]
    list_select_related = ["milestone", "provider", "reviewer_party"]


@admin.register(Curriculum)
class CurriculumAdmin(ReadOnlyAdmin):
    """Read only: versions are written on the authors' pages and judged on the desk, through the same services."""

    list_display = ["programme", "number", "state", "submitted_at", "decided_at"]
    list_filter = ["state", "programme"]
    list_select_related = ["programme"]
    fields = [
        "programme",
        "number",
        "state",
        "created_at",
        "created_by",
        "submitted_at",
        "submitted_by",
        "decided_at",
        "decided_by",
        "text",
    ]
    readonly_fields = ["text"]

    @admin.display(description=_("text"))
    def text(self, curriculum: Curriculum) -> SafeString:
        address = reverse("programmes:curriculum_read", args=[curriculum.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Read the modules and their opinions"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/relire/", view(curriculum_review), name="programmes_curriculum_review"),
            path(
                "<uuid:pk>/relire/reste/",
                view(curriculum_approve_rest),
                name="programmes_curriculum_approve_rest",
            ),
            path("<uuid:pk>/relire/<uuid:module_pk>/", view(module_review), name="programmes_module_review"),
            *super().get_urls(),
        ]
