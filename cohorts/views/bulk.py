"""Many files at once: choose in the list, look at who and at each letter, start, follow, read what became of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext
from django.views.decorators.http import require_http_methods, require_POST

from partnership import policies as house
from partnership.models import OutgoingMessage
from partnership.states import JobState, MessageState
from partnership.templatetags.figures import number
from partnership.workflow import Refused, must_be_shown

from .. import bulk as deeds
from .. import listing, policies
from ..forms.bulk import ChoiceForm, form_of
from ..letters import readable
from ..models import Application, Bulk, BulkLine
from ..states import BulkOutcome, Skip
from .recruiters import filters_of

LETTERS_A_PAGE = 50


@require_POST
def bulk_choose(request: HttpRequest) -> HttpResponse:
    """Keep the files that were ticked in the list, or all those its filters show, and go and look at them."""
    house.require(policies.is_recruiter(request.user))
    back = f"{reverse('cohorts:application_list')}?{request.GET.urlencode()}"
    visible = Application.objects.visible_to(request.user)
    form = ChoiceForm(request.POST, files=visible)
    if not form.is_valid():
        for error in form.errors.values():
            messages.error(request, error[0])
        return redirect(back)
    house.require(deeds.ACTIONS[form.cleaned_data["action"]].may(request.user))
    chosen = form.cleaned_data["file"]
    if form.cleaned_data["who"] == "all":
        chosen = listing.chosen(request.user, filters_of(request).kept())
    try:
        keys = chosen.only("pk").order_by("pk")[: deeds.MOST + 1]
        made = deeds.choose(form.cleaned_data["action"], keys, said={}, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect(back)
    return redirect("cohorts:bulk_detail", pk=made.pk)


def _fetch(request: HttpRequest, pk: object) -> Bulk:
    house.require(policies.is_recruiter(request.user))
    bulk = get_object_or_404(Bulk.objects.visible_to(request.user).select_related("job"), pk=pk)
    # The same person: what was read of their roles is not read again.
    bulk.created_by = request.user
    return bulk


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_detail(request: HttpRequest, pk: object) -> HttpResponse:
    """What would be done, to whom and with which letters; once it has begun, how far it is and what became of it."""
    bulk = _fetch(request, pk)
    if bulk.started_at:
        return _report(request, bulk)
    form = form_of(bulk, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        must_be_shown(bulk, version)
        deeds.say(bulk, form.cleaned_data, version=bulk.version)
        return redirect("cohorts:bulk_detail", pk=bulk.pk)
    return _review(request, bulk, form)


def _review(request: HttpRequest, bulk: Bulk, form: Any) -> HttpResponse:
    review = deeds.review(bulk)
    is_said = deeds.is_said(bulk) and not form.is_bound
    page = Paginator(review.taken, LETTERS_A_PAGE).get_page(request.GET.get("page"))
    shown, told, writes = [], None, deeds.ACTIONS[bulk.action].write is not None
    if is_said and not writes:
        told = deeds.proof_of_all(bulk, [line.application for line in review.taken])
    for line in page.object_list if is_said and writes else []:
        letter = deeds.proof_of(bulk, line.application)
        shown.append({"line": line, "letter": letter, "text": readable(letter.text) if letter else ""})
    context = {
        "bulk": bulk,
        "action": deeds.ACTIONS[bulk.action],
        "title": _verdict(review, is_said) if writes else _verdict_of_entrusting(bulk, review, is_said),
        "form": form,
        "is_said": is_said,
        "page": page,
        "letters": shown,
        "names": [] if is_said else [line.application for line in review.taken],
        "hands": [] if writes or not is_said else list(page.object_list),
        "heir": None if writes else deeds.heir_of(bulk),
        "told": told,
        "told_text": readable(told.text) if told else "",
        "writes": writes,
        "skipped": _reasons(review.skipped),
        "left_out": review.left_out,
        "total": len(review.taken),
        "may_draft": deeds.ACTIONS[bulk.action].do is None,
    }
    return render(request, "cohorts/bulk_review.html", context, status=422 if form.is_bound else 200)


def _verdict(review: deeds.Review, is_said: bool) -> str:
    taken, passed = len(review.taken), len(review.skipped) + len(review.left_out)
    if not taken:
        return _("Nobody would be written to.")
    if not is_said:
        words = ngettext("What is said to this person?", "What is said to these %(n)s people?", taken)
        return words % {"n": number(taken)}
    words = ngettext("%(n)s person receives this letter", "%(n)s people receive these letters", taken) % {
        "n": number(taken)
    }
    if passed:
        words += ngettext(", %(n)s is passed over", ", %(n)s are passed over", passed) % {"n": number(passed)}
    return f"{words}."


def _verdict_of_entrusting(bulk: Bulk, review: deeds.Review, is_said: bool) -> str:
    taken, passed = len(review.taken), len(review.skipped) + len(review.left_out)
    if not taken:
        return _("No file would change hands.")
    said = {"n": number(taken), "who": deeds.heir_of(bulk)}
    if not is_said:
        return ngettext("Who is to follow this file?", "Who is to follow these %(n)s files?", taken) % said
    words = ngettext("%(n)s file goes to %(who)s", "%(n)s files go to %(who)s", taken) % said
    if passed:
        words += _files_passed(passed)
    return f"{words}."


def _files_passed(passed: int) -> str:
    """As of files, where the letters before are of people."""
    words = npgettext("files", ", %(n)s is passed over", ", %(n)s are passed over", passed)
    return words % {"n": number(passed)}


def _reasons(lines: list[BulkLine]) -> list[BulkLine]:
    """The lines with the words of their reason: a code's, or those of the rule that refused."""
    said = dict(Skip.choices)
    for line in lines:
        line.why = said.get(line.reason, line.reason)
    return lines


@require_POST
def bulk_leave_out(request: HttpRequest, pk: object, line: int) -> HttpResponse:
    """Leave one file out of what will be done, or take it in again."""
    bulk = _fetch(request, pk)
    found = get_object_or_404(bulk.lines, pk=line)
    deeds.leave_out(found, out=found.outcome == BulkOutcome.CHOSEN)
    return redirect("cohorts:bulk_detail", pk=bulk.pk)


@require_POST
def bulk_start(request: HttpRequest, pk: object) -> HttpResponse:
    """Do it, as it was shown: the letters leave, or wait as drafts."""
    bulk = _fetch(request, pk)
    must_be_shown(bulk, request.POST.get("version", ""))
    try:
        deeds.start(bulk, version=bulk.version, as_drafts="drafts" in request.POST)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("cohorts:bulk_detail", pk=bulk.pk)


# -- once it has begun -------------------------------------------------------------------------------------------------


def _report(request: HttpRequest, bulk: Bulk) -> HttpResponse:
    lines = list(bulk.lines.exclude(outcome=BulkOutcome.LEFT_OUT))
    readable_now = Application.objects.visible_to(request.user).select_related("candidate", "intake")
    files = {file.pk: file for file in readable_now.filter(pk__in=[line.application_id for line in lines])}
    keys = {deeds.event_of(bulk, file): file.pk for file in files.values()}
    letters = {
        keys[letter.key]: letter
        for letter in OutgoingMessage.objects.filter(key__in=keys).defer("text", "html", "secret")
    }
    for line in lines:
        line.file, line.letter = files.get(line.application_id), letters.get(line.application_id)
    done = [line for line in lines if line.outcome == BulkOutcome.DONE]
    waiting = [line for line in lines if line.outcome == BulkOutcome.CHOSEN]
    skipped = _reasons([line for line in lines if line.outcome == BulkOutcome.SKIPPED])
    failed = bulk.job is not None and bulk.job.state == JobState.FAILED
    running = bool(waiting) and not failed
    context = {
        "bulk": bulk,
        "action": deeds.ACTIONS[bulk.action],
        "title": _outcome(bulk, done, waiting, skipped, failed=failed),
        "done": done,
        "skipped": skipped,
        "waiting": waiting,
        "failed": failed,
        "running": running,
        "drafts": sum(line.letter is not None and line.letter.state == MessageState.DRAFT for line in done),
        "total": len(lines),
        "handled": len(lines) - len(waiting),
    }
    response = render(request, "cohorts/bulk_report.html", context)
    if running:
        # Asked of the browser by the answer, so that the page follows its task without a script.
        response["Refresh"] = "4"
    return response


def _outcome(bulk: Bulk, done: list, waiting: list, skipped: list, *, failed: bool) -> str:
    if failed:
        return _("It stopped on the way: start it again.")
    if waiting:
        return _("Under way: %(done)s of %(all)s.") % {
            "done": number(len(done) + len(skipped)),
            "all": number(len(done) + len(skipped) + len(waiting)),
        }
    if bulk.as_drafts:
        words = ngettext("%(n)s draft is written", "%(n)s drafts are written", len(done))
    else:
        words = ngettext("Done for %(n)s file", "Done for %(n)s files", len(done))
    said = words % {"n": number(len(done))}
    if skipped:
        said += _files_passed(len(skipped))
    return f"{said}."


@require_POST
def bulk_send_drafts(request: HttpRequest, pk: object) -> HttpResponse:
    """Let the drafts leave that nobody has sent or thrown away yet."""
    bulk = _fetch(request, pk)
    sent = deeds.send_drafts(bulk, by=request.user)
    words = ngettext("%(n)s letter leaves.", "%(n)s letters leave.", sent) % {"n": number(sent)}
    (messages.success if sent else messages.warning)(request, words if sent else _("No draft is left."))
    return redirect("cohorts:bulk_detail", pk=bulk.pk)
