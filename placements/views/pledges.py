"""How many places a host has: by its personal link, as a lead heard it, and the calls of the day."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cohorts.models import Intake
from partnership import clock, links
from partnership.fields import order_in
from partnership.models import Zone
from partnership.states import Channel
from partnership.workflow import Refused, Stale

from .. import services
from ..board import pledges as boards
from ..board import zone as zones
from ..board import zone_words
from ..forms import HeardForm, PledgeForm, said_before
from ..models import AskLine, AskRound, HostPledge, HostSite, Seat
from ..states import PLEDGE
from .candidates import unusable
from .hosts import back_from, intakes_at, site_of
from .leads import led_by, zone_of

CALLS_A_PAGE = 20


# -- by personal link -------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest, token: str) -> AskLine:
    """The question behind a link, which stays open: opening it changes nothing, and an answer can be corrected."""
    request.link = link = links.find(token, PLEDGE)
    lines = AskLine.objects.select_related(
        "site__company", "site__zone", "round__intake__programme", "round__created_by"
    )
    line = lines.filter(pk=links.key_of(link)).first()
    if line is None:
        raise links.Unusable("unknown", link)
    return line


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_answer(request: HttpRequest, token: str) -> HttpResponse:
    """What the host said last, and when; the form by which it answers; then what was understood."""
    try:
        line = _asked(request, token)
    except links.Unusable as problem:
        return unusable(request, token, PLEDGE, problem.why)
    site, intake = line.site, line.round.intake
    known, held = _standing(site, intake)
    is_over = intake.starts_on <= clock.today()
    if request.method != "POST":
        form = None if is_over else PledgeForm(initial=said_before(known, held), held=held)
        return _answer_page(request, token, line, known, form)
    if is_over:
        return redirect("placements:pledge_answer", token)
    form, status = PledgeForm(request.POST, held=held), 422
    if form.is_valid():
        try:
            heard = services.pledge(site, intake, by=site, channel=Channel.LINK, **form.heard())
        except Stale:
            known, held = _standing(site, intake)
            _show_again(form, known)
            status = 409
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, _("Thank you: your answer is recorded."))
            if heard.kept:
                messages.warning(request, heard.kept)
            return redirect("placements:pledge_answer", token)
    return _answer_page(request, token, line, known, form, status=status)


def _standing(site: HostSite, intake: Intake) -> tuple[HostPledge | None, int]:
    """What a host has said last of an intake, and how many places it has open."""
    known = HostPledge.objects.filter(site=site, intake=intake).first()
    return known, Seat.objects.open().filter(site=site, intake=intake).count()


def _show_again(form: PledgeForm, known: HostPledge | None) -> None:
    """What was typed stays; sent again, it is knowingly on top of the newer answer."""
    form.data = form.data.copy()
    form.data["version"] = str(known.version if known else 0)


def _answer_page(
    request: HttpRequest,
    token: str,
    line: AskLine,
    known: HostPledge | None,
    form: PledgeForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "token": token,
        "line": line,
        "site": line.site,
        "intake": line.round.intake,
        "lead": line.round.created_by,
        "known": known,
        "said": zone_words.answer_words(known) if known else "",
        "has_answered": known is not None and line.asked_at is not None and known.answered_at >= line.asked_at,
        "is_newer": status == 409,
        "form": form,
    }
    return render(request, "placements/pledge_answer.html", context, status=status)


# -- as a lead heard it -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def pledge_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record what a host has answered on the telephone."""
    site = site_of(request, pk)
    intakes = list(intakes_at(site).order_by("starts_on", "programme__short_title"))
    intake = intake_of(intakes, (request.POST if request.method == "POST" else request.GET).get("rentree", ""))
    if intake is None:
        return redirect("placements:site_detail", site.pk)
    known, held = _standing(site, intake)
    if request.method != "POST":
        form = HeardForm(initial=said_before(known, held), held=held)
        return _record_page(request, site, intake, known, form, status=200)
    form, status = HeardForm(request.POST, held=held), 422
    if form.is_valid():
        try:
            heard = services.pledge(site, intake, by=request.user, **form.heard())
        except Stale:
            known, held = _standing(site, intake)
            _show_again(form, known)
            status = 409
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            said = {"site": site, "said": zone_words.answer_words(heard.pledge)}
            messages.success(request, _("Recorded for %(site)s: %(said)s.") % said)
            if heard.kept:
                messages.warning(request, heard.kept)
            return back_from(request, site, intake)
    return _record_page(request, site, intake, known, form, status=status)


def intake_of(intakes: list[Intake], wanted: str) -> Intake | None:
    """The intake that an address names, else the next to start."""
    found = next((known for known in intakes if str(known.pk) == wanted), None)
    return found or zones.next_of(intakes, clock.today())


def _record_page(
    request: HttpRequest, site: HostSite, intake: Intake, known: HostPledge | None, form: HeardForm, *, status: int
) -> HttpResponse:
    context = {
        "site": site,
        "intake": intake,
        "known": known,
        "said": zone_words.answer_words(known) if known else "",
        "is_newer": status == 409,
        "form": form,
        "back": request.POST.get("back", "") if request.method == "POST" else request.GET.get("back", ""),
    }
    return render(request, "placements/pledge_record.html", context, status=status)


# -- the calls of the day ---------------------------------------------------------------------------------------------


@require_safe
def call_list(request: HttpRequest, zone: str) -> HttpResponse:
    """The hosts to call today, each with its number, what it said last and a form for what it answers."""
    here = zone_of(request, zone)
    intakes = zones.intakes_of(here)
    intake = intake_of(intakes, request.GET.get("rentree", ""))
    context: dict[str, Any] = {"zone": here, "zones": led_by(request.user), "intakes": intakes, "intake": intake}
    if intake is not None:
        context |= _calls(here, intake, order_in(request.GET.get("page")) or 1)
    return render(request, "placements/call_list.html", context)


def _calls(zone: Zone, intake: Intake, number: int) -> dict[str, Any]:
    hosts = boards.hosts_of(zone, intake)
    rows = [row for row in hosts if row.is_to_ask]
    page = Paginator(rows, CALLS_A_PAGE).get_page(number)
    calls = []
    for place, row in enumerate(page.object_list):
        held = row.places.total
        # Each form has fields of its own on the page, under the names that every one of them sends.
        form = HeardForm(initial=said_before(row.pledge, held), held=held, auto_id=f"id_{place}_%s")
        calls.append({"row": row, "form": form, "said": zone_words.answer_words(row.pledge) if row.pledge else ""})
    return {
        "page": page,
        "calls": calls,
        "hosts": hosts,
        "verdict": boards.calls_words(rows) if hosts else _("No host in this zone"),
        "last": AskRound.objects.filter(zone=zone, intake=intake, started_at__isnull=False).first(),
    }
