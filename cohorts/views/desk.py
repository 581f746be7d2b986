"""The letters desk: what is going out and what stopped; and each kind of letter on a real file, with its paragraph."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import outbox
from partnership import policies as house
from partnership.templatetags.figures import NBSP, number
from partnership.workflow import Refused, Stale

from .. import letters, listing, policies, services
from ..forms.letters import ExampleForm, ParagraphForm
from ..models import Application, Cohort, Intake, LetterParagraph

LETTERS_A_PAGE = 50
_TRAYS = {
    "partent": gettext_lazy("Going out"),
    "brouillons": gettext_lazy("Drafts"),
    "en-doute": gettext_lazy("In doubt"),
    "non-parties": gettext_lazy("Could not leave"),
    "revenues": gettext_lazy("Returned"),
}


@require_safe
def letter_desk(request: HttpRequest) -> HttpResponse:
    """What leaves, what waits for somebody, what came back, for the files one may read."""
    house.require(policies.is_recruiter(request.user))
    totals = letters.counts(request.user)
    tray = request.GET.get("vue", "")
    tray = tray if tray in letters.TRAYS else next((key for key in letters.TRAYS if totals[key]), "partent")
    found = letters.letters_of(request.user, *letters.TRAYS[tray]).defer("text", "html", "secret")
    # What leaves first is read first; of the others the newest.
    found = found.order_by(*(["due_at", "pk"] if tray == "partent" else ["-written_at", "-pk"]))
    page = Paginator(found, LETTERS_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    people = {file.pk: file for file in Application.objects.filter(pk__in=[row.file for row in rows]).for_letters()}
    for row in rows:
        row.application = people.get(row.file)
    context = {
        "title": _verdict(totals),
        "tray": tray,
        "trays": [{"key": key, "label": label, "count": totals[key]} for key, label in _TRAYS.items()],
        "page": page,
        "rows": rows,
    }
    return render(request, "cohorts/letter_desk.html", context)


def _verdict(totals: dict[str, int]) -> str:
    told = [
        ngettext("%(n)s letter going out", "%(n)s letters going out", totals["partent"]),
        ngettext("%(n)s draft", "%(n)s drafts", totals["brouillons"]),
        ngettext("%(n)s in doubt", "%(n)s in doubt", totals["en-doute"]),
        ngettext("%(n)s that could not leave", "%(n)s that could not leave", totals["non-parties"]),
        ngettext("%(n)s returned", "%(n)s returned", totals["revenues"]),
    ]
    # Short words, many figures: none stands alone at the end of a line.
    words = [
        (said % {"n": number(totals[tray])}).replace(" ", NBSP, 1)
        for said, tray in zip(told, letters.TRAYS, strict=True)
        if totals[tray]
    ]
    return f"{', '.join(words)}." if words else _("Every letter has left.")


# -- each kind of letter ----------------------------------------------------------------------------------------------


def _intakes(request: HttpRequest) -> list[Intake]:
    cohorts = Cohort.objects.visible_to(request.user)
    return list(Intake.objects.filter(cohorts__in=cohorts).distinct().select_related("programme"))


def _example(request: HttpRequest) -> tuple[ExampleForm, Application | None]:
    """The file that the address asks for, else the newest one."""
    form = ExampleForm(request.GET, intakes=_intakes(request))
    kept = form.kept()
    intake = kept.get("rentree")
    if words := kept.get("dossier"):
        found = letters.example_for(request.user, intake=intake, among=listing.where({"q": words}))
        if found is None:
            messages.warning(request, _("No file with an address answers to “%(words)s”.") % {"words": words})
        return form, found
    return form, letters.example_for(request.user, intake=intake)


@require_safe
def letter_kind_list(request: HttpRequest) -> HttpResponse:
    """Every kind of letter to applicants, as it would read for one of them."""
    house.require(policies.is_recruiter(request.user))
    form, example = _example(request)
    shown = []
    if example is not None:
        for name in letters.LETTERS:
            proof = letters.proof_of(name, example, language=form.kept().get("langue", ""))
            shown.append({"name": name, "letter": proof})
    written = LetterParagraph.objects.filter(intake=example and example.intake).exclude(text_fr="")
    context = {
        "form": form,
        "example": example,
        "letters": shown,
        "written": set(written.values_list("template", flat=True)),
        "query": request.GET.urlencode(),
    }
    return render(request, "cohorts/letter_kind_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def letter_kind(request: HttpRequest, name: str) -> HttpResponse:
    """A kind of letter on a real file; whoever may, adds a paragraph to it for the file's intake."""
    house.require(policies.is_recruiter(request.user))
    if name not in letters.LETTERS:
        raise Http404
    form, example = _example(request)
    here = f"{reverse('cohorts:letter_kind', args=[name])}?{request.GET.urlencode()}"
    if example is None:
        if request.method == "POST":
            return redirect(here)
        return render(request, "cohorts/letter_kind.html", {"example": None, "form": form})
    intake = example.intake
    if request.method == "POST":
        # The one that was shown, whoever has applied meanwhile.
        intake = next((one for one in _intakes(request) if str(one.pk) == request.POST.get("intake")), None)
        if intake is None:
            raise Http404
    kept = intake.paragraphs.filter(template=name).select_related("written_by").first()
    may_write = policies.can_write_paragraph(request.user, intake)
    paragraph, newer, status = ParagraphForm(initial={"intake": intake.pk, **_opened(kept)}), [], 200
    if request.method == "POST":
        house.require(may_write)
        paragraph, status = ParagraphForm(request.POST), 422
        if paragraph.is_valid():
            try:
                _write(request, intake, name, paragraph.cleaned_data)
                return redirect(here)
            except Stale:
                kept = intake.paragraphs.select_related("written_by").get(template=name)
                newer, status = _said(kept, paragraph), 409
                paragraph = ParagraphForm(initial=paragraph.cleaned_data | {"version": kept.version})
    proof = letters.proof_of(name, example, language=form.kept().get("langue", ""))
    context = {
        "name": name,
        "form": form,
        "example": example,
        "letter": proof,
        "text": letters.readable(proof.text) if proof else "",
        "paragraph": paragraph,
        "kept": kept,
        "newer": newer,
        "may_write": may_write,
        "query": request.GET.urlencode(),
    }
    return render(request, "cohorts/letter_kind.html", context, status=status)


def _opened(kept: LetterParagraph | None) -> dict[str, Any]:
    if kept is None:
        return {"version": 0}
    return {"version": kept.version, "text_fr": kept.text_fr, "text_en": kept.text_en}


def _said(kept: LetterParagraph, form: ParagraphForm) -> list[dict[str, Any]]:
    texts = {"text_fr": kept.text_fr, "text_en": kept.text_en}
    return [{"label": form.fields[name].label, "value": text or _("empty")} for name, text in texts.items()]


def _write(request: HttpRequest, intake: Intake, name: str, said: dict[str, Any]) -> None:
    texts = {language: said[language] for language in ("text_fr", "text_en")}
    try:
        services.write_paragraph(intake, name, by=request.user, version=said["version"] or 0, **texts)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("The paragraph is kept: it stands in every such letter from now on."))


@require_POST
def letter_test(request: HttpRequest, name: str) -> HttpResponse:
    """Send oneself a kind of letter, as it would read for that file; its link leads nowhere."""
    house.require(policies.is_recruiter(request.user))
    if name not in letters.LETTERS:
        raise Http404
    form, example = _example(request)
    language = form.kept().get("langue", "")
    proof = letters.proof_of(name, example, language=language, dressed=True) if example else None
    if proof is None:
        messages.warning(request, _("There is no file on which to try this letter."))
    else:
        outbox.post_test(proof, to=request.user)
        messages.success(request, _("The test leaves for %(address)s.") % {"address": request.user.email})
    return redirect(f"{reverse('cohorts:letter_kind', args=[name])}?{request.GET.urlencode()}")
