"""All the hosts of a zone asked for their places: choose, look at each letter, send, follow, read who answered what."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.letters import readable
from cohorts.models import Intake
from cohorts.states import BulkOutcome
from partnership import clock
from partnership.models import OutgoingMessage
from partnership.policies import get_allowed, require
from partnership.states import JobState
from partnership.workflow import Refused, must_be_shown

from .. import emails, policies, services
from ..board import pledges as boards
from ..board import zone as zones
from ..board import zone_words
from ..forms import HostsForm, HostWordsForm
from ..models import AskLine, AskRound, HostPledge, HostSite
from ..states import AskSkip
from .leads import led_by, zone_of
from .pledges import intake_of


@require_http_methods(["GET", "HEAD", "POST"])
def ask_choose(request: HttpRequest, zone: str) -> HttpResponse:
    """Choose the hosts to ask; those who are due are ticked."""
    here = zone_of(request, zone)
    intakes = [intake for intake in zones.intakes_of(here) if intake.starts_on > clock.today()]
    form = None
    if request.method == "POST":
        known = Intake.objects.filter(pk__in=[intake.pk for intake in intakes]).select_related("programme")
        form = HostsForm(request.POST, sites=HostSite.objects.filter(zone=here), intakes=known)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = services.choose_hosts(here, said["intake"], said["site"], by=request.user)
            except Refused as refusal:
                form.add_error("site", refusal.reason)
            else:
                return redirect("placements:ask_detail", made.pk)
    intake = intake_of(intakes, request.POST.get("intake", "") or request.GET.get("rentree", ""))
    hosts = boards.hosts_of(here, intake) if intake else []
    ticked = sum(1 for row in hosts if not row.skip)
    context = {
        "zone": here,
        "zones": led_by(request.user),
        "intakes": intakes,
        "intake": intake,
        "hosts": [{"row": row, "said": zone_words.answer_words(row.pledge) if row.pledge else ""} for row in hosts],
        "form": form,
        "why": dict(AskSkip.choices),
        "verdict": ngettext("%(n)s host to ask", "%(n)s hosts to ask", ticked) % {"n": ticked}
        if ticked
        else _("No host to ask now"),
    }
    return render(request, "placements/ask_choose.html", context, status=422 if form else 200)


def _round(request: HttpRequest, pk: UUID) -> AskRound:
    require(policies.is_lead(request.user))
    rows = AskRound.objects.select_related("zone", "intake__programme", "created_by", "job")
    return get_allowed(rows, lambda user, found: policies.can_lead(user, found.zone), request.user, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def ask_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who would be written to, who is passed over and why, each letter; once it has begun, who has answered what."""
    asked = _round(request, pk)
    if asked.started_at:
        return _report(request, asked)
    said = request.POST if request.method == "POST" else None
    form = HostWordsForm(said, initial={"words": asked.words, "version": asked.version})
    if request.method == "POST" and form.is_valid():
        must_be_shown(asked, str(form.cleaned_data["version"]))
        services.say_to_hosts(asked, form.cleaned_data["words"], version=asked.version)
        return redirect("placements:ask_detail", asked.pk)
    review = services.review_hosts(asked)
    letters = []
    for line in review.taken:
        letter = services.letter_to(line)
        letters.append({"line": line, "letter": letter, "text": readable(letter.text)})
    context = {
        "asked": asked,
        "form": form,
        "title": _verdict(review),
        "letters": letters,
        "skipped": _reasons(review.skipped),
        "left_out": review.left_out,
        "total": len(review.taken),
    }
    return render(request, "placements/ask_review.html", context, status=422 if form.is_bound else 200)


def _verdict(review: services.AskReview) -> str:
    taken, passed = len(review.taken), len(review.skipped) + len(review.left_out)
    if not taken:
        return _("No host would be written to.")
    words = ngettext("%(n)s host receives this letter", "%(n)s hosts receive these letters", taken) % {"n": taken}
    if passed:
        words += ngettext(", %(n)s is passed over", ", %(n)s are passed over", passed) % {"n": passed}
    return f"{words}."


def _reasons(lines: list[AskLine]) -> list[AskLine]:
    said = dict(AskSkip.choices)
    for line in lines:
        line.why = said.get(line.reason, line.reason)
    return lines


@require_POST
def ask_leave_out(request: HttpRequest, pk: UUID, line: int) -> HttpResponse:
    """Leave a host out of the question, or take it in again."""
    asked = _round(request, pk)
    found = get_object_or_404(asked.lines, pk=line)
    services.leave_host_out(found, out=found.outcome == BulkOutcome.CHOSEN)
    return redirect("placements:ask_detail", asked.pk)


@require_POST
def ask_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the letters, as they were shown."""
    asked = _round(request, pk)
    must_be_shown(asked, request.POST.get("version", ""))
    try:
        services.start_asking(asked, version=asked.version, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:ask_detail", asked.pk)


# -- once it has begun ------------------------------------------------------------------------------------------------


def _report(request: HttpRequest, asked: AskRound) -> HttpResponse:
    lines = list(asked.lines.exclude(outcome=BulkOutcome.LEFT_OUT).select_related("site__zone"))
    keys = {emails.asking_keys(line)[0]: line.pk for line in lines}
    found = OutgoingMessage.objects.filter(key__in=keys).defer("text", "html", "secret")
    letters = {keys[letter.key]: letter for letter in found}
    here = [line.site_id for line in lines]
    pledges = {pledge.site_id: pledge for pledge in HostPledge.objects.filter(site__in=here, intake=asked.intake)}
    for line in lines:
        pledge = pledges.get(line.site_id)
        line.letter, line.pledge, line.said = letters.get(line.pk), None, ""
        if pledge and line.asked_at and pledge.answered_at >= line.asked_at:
            line.pledge, line.said = pledge, zone_words.answer_words(pledge)
    done = [line for line in lines if line.outcome == BulkOutcome.DONE]
    waiting = [line for line in lines if line.outcome == BulkOutcome.CHOSEN]
    skipped = _reasons([line for line in lines if line.outcome == BulkOutcome.SKIPPED])
    failed = asked.job is not None and asked.job.state == JobState.FAILED
    running = bool(waiting) and not failed
    context: dict[str, Any] = {
        "asked": asked,
        "title": _outcome(done, waiting, skipped, failed=failed),
        "answered": [line for line in done if line.pledge],
        "silent": [line for line in done if not line.pledge],
        "skipped": skipped,
        "waiting": waiting,
        "failed": failed,
        "running": running,
        "total": len(lines),
        "handled": len(lines) - len(waiting),
    }
    response = render(request, "placements/ask_report.html", context)
    if running:
        # Asked of the browser by the answer, so that the page follows its task without a script.
        response["Refresh"] = "4"
    return response


def _outcome(done: list[AskLine], waiting: list[AskLine], skipped: list[AskLine], *, failed: bool) -> str:
    if failed:
        return _("It stopped on the way: start it again.")
    if waiting:
        of_all = {"done": len(done) + len(skipped), "all": len(done) + len(skipped) + len(waiting)}
        return _("Under way: %(done)s of %(all)s.") % of_all
    answered = sum(line.pledge is not None for line in done)
    words = ngettext("%(n)s host asked", "%(n)s hosts asked", len(done)) % {"n": len(done)}
    words += ngettext(", %(n)s answer so far", ", %(n)s answers so far", answered) % {"n": answered}
    if skipped:
        words += ngettext(", %(n)s is passed over", ", %(n)s are passed over", len(skipped)) % {"n": len(skipped)}
    return f"{words}."
