"""A lead presents young people to hosts, and records what hosts and students say by telephone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Intake
from partnership import clock, links
from partnership.policies import get_allowed, require
from partnership.states import Channel
from partnership.versions import VersionForm
from partnership.workflow import Refused

from .. import policies, services
from ..board import introductions as boards
from ..board import zone as zones
from ..forms import MeetingForm, NotChosenForm, PresentForm, StudentDeclineForm
from ..forms.introductions import HANDED
from ..models import HostSite, Introduction, Presentation
from ..states import INTRODUCTION
from .hosts import site_of
from .leads import A_PAGE, led_by, zone_of


@require_safe
def introduction_list(request: HttpRequest, zone: str) -> HttpResponse:
    """Who is presented to whom in a zone, whose answer is late; everything that is over on demand."""
    here = zone_of(request, zone)
    shows_all = request.GET.get("etat") == "tout"
    every = Introduction.objects.filter(site__zone=here)
    rows = boards.with_names(every if shows_all else every.live())
    order = ("-presentation__sent_at", "pk") if shows_all else ("presentation__reply_by", "presentation__sent_at", "pk")
    page = Paginator(rows.order_by(*order), A_PAGE).get_page(request.GET.get("page"))
    total = page.paginator.count
    context = {
        "zone": here,
        "zones": led_by(request.user),
        "verdict": boards.verdict(every),
        "page": page,
        "rows": boards.rows_of(page.object_list),
        "count": ngettext("%(n)s introduction", "%(n)s introductions", total) % {"n": total},
        "shows_all": shows_all,
    }
    return render(request, "placements/introduction_list.html", context)


def _list_of(introduction: Introduction) -> HttpResponseRedirect:
    return redirect("placements:introduction_list", introduction.site.zone.code)


# -- presented --------------------------------------------------------------------------------------------------------


def _intake_of(site: HostSite, wanted: str) -> Intake | None:
    """The intake asked for, else the next one of the site's zone."""
    intakes = zones.intakes_of(site.zone)
    asked = next((known for known in intakes if str(known.pk) == wanted), None)
    return asked or zones.next_of(intakes, clock.today())


@require_http_methods(["GET", "HEAD", "POST"])
def site_present(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom to present to a site: a shortlist is ticked, the lead decides; then one letter or one link leaves."""
    site = site_of(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    intake = _intake_of(site, asked.get("rentree", ""))
    if intake is None:
        return render(request, "placements/site_present.html", {"site": site})
    students = boards.to_present(site, intake, user=request.user)
    if request.method == "POST":
        form = PresentForm(request.POST, students=students)
        if form.is_valid():
            answer = _present(request, site, form)
            if answer is not None:
                return answer
    else:
        form = PresentForm(students=students)
    found = boards.shortlist(site, intake, user=request.user)
    ticked = {str(one.pk) for one in found.proposed}
    if wanted := request.GET.getlist("etudiant"):
        # The list of a proposal, or of whoever sent this address.
        ticked = set(wanted)
    if form.is_bound:
        ticked = set(request.POST.getlist("students"))
    context = {"site": site, "intake": intake, "form": form, "shortlist": found, "ticked": ticked}
    return render(request, "placements/site_present.html", context, status=422 if form.is_bound else 200)


def _present(request: HttpRequest, site: HostSite, form: PresentForm) -> HttpResponse | None:
    students, handed = form.cleaned_data["students"], form.cleaned_data["way"] == HANDED
    try:
        presentation = services.present(students, site=site, by=request.user, handed=handed)
    except Refused as refusal:
        form.add_error("students", refusal.reason)
        return None
    n = len(students)
    told = ngettext("%(n)s student presented to %(site)s.", "%(n)s students presented to %(site)s.", n)
    messages.success(request, told % {"n": n, "site": site})
    if handed:
        return redirect("placements:presentation_link", presentation.pk)
    return redirect("placements:introduction_list", site.zone.code)


@require_http_methods(["GET", "HEAD", "POST"])
def presentation_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A personal link to hand over to the host: made on demand, shown once, to copy or to scan."""
    require(policies.is_lead(request.user))
    rows = Presentation.objects.select_related("site__company", "site__zone", "sent_by", "intake__programme")
    presentation = get_allowed(rows, lambda user, found: policies.can_keep_site(user, found.site), request.user, pk=pk)
    address = ""
    if request.method == "POST":
        services.hand_link(presentation, by=request.user)
        address = links.new_url(INTRODUCTION, presentation, language=presentation.site.language)
    people = boards.with_names(presentation.introductions.all()).order_by("pk")
    context = {"presentation": presentation, "site": presentation.site, "people": people, "address": address}
    return render(request, "placements/presentation_link.html", context)


# -- what was said by telephone ---------------------------------------------------------------------------------------


def _introduction(request: HttpRequest, pk: UUID) -> Introduction:
    require(policies.is_lead(request.user))
    rows = boards.with_names(Introduction.objects.all())
    return get_allowed(rows, policies.can_change_introduction, request.user, pk=pk)


def _do(request: HttpRequest, introduction: Introduction, deed: Callable[[], object], done: str) -> HttpResponse:
    """Do one thing and come back to the zone's list with a sentence; Stale is answered with a 409 by the middleware."""
    words = {"student": introduction.enrolment, "site": introduction.site}
    try:
        deed()
        messages.success(request, done % words)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return _list_of(introduction)


def _recorded(
    request: HttpRequest,
    pk: UUID,
    kind: type[VersionForm],
    template: str,
    deed: Callable[..., object],
    done: str,
) -> HttpResponse:
    """A form in which a lead writes what somebody told them."""
    introduction = _introduction(request, pk)
    initial: dict[str, Any] = {"version": introduction.version}
    if kind is MeetingForm and introduction.meeting_at:
        local = introduction.meeting_at.astimezone(clock.PARIS)
        initial |= {"day": local.date(), "time": local.time(), "place": introduction.meeting_place}
    form = kind(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name not in ("day", "time")}
        record = {"by": request.user, "channel": Channel.PHONE}
        return _do(request, introduction, lambda: deed(introduction, **record, **said), done)
    context = {"introduction": introduction, "form": form}
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def introduction_meet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record the day and the hour at which a host meets a student, or moves it to."""
    done = _("Meeting recorded: %(student)s is written to.")
    return _recorded(request, pk, MeetingForm, "placements/introduction_meet.html", services.fix_meeting, done)


@require_http_methods(["GET", "HEAD", "POST"])
def introduction_pass(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that a host does not go on with a student, and why."""
    done = _("No of %(site)s recorded: %(student)s is written to.")
    return _recorded(request, pk, NotChosenForm, "placements/introduction_pass.html", services.not_choose, done)


@require_http_methods(["GET", "HEAD", "POST"])
def introduction_decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that a student does not go on with a host, and why."""
    done = _("No of %(student)s recorded: %(site)s is written to.")
    form, deed = StudentDeclineForm, services.student_declines
    return _recorded(request, pk, form, "placements/introduction_decline.html", deed, done)


@require_POST
def introduction_choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that a host has chosen a student: they are placed."""
    introduction, version = _introduction(request, pk), VersionForm.shown(request.POST)

    def choose() -> None:
        services.choose(introduction, by=request.user, channel=Channel.PHONE, version=version)

    return _do(request, introduction, choose, _("%(student)s is placed at %(site)s, and written to."))


@require_POST
def introduction_no_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Wait no longer for a host whose day to reply is past."""
    introduction, version = _introduction(request, pk), VersionForm.shown(request.POST)

    def give_up() -> None:
        services.no_answer(introduction, by=request.user, version=version)

    return _do(request, introduction, give_up, _("%(site)s is waited for no longer about %(student)s."))


@require_POST
def introduction_take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an introduction back: the host is told."""
    introduction, version = _introduction(request, pk), VersionForm.shown(request.POST)

    def take_back() -> None:
        services.take_back(introduction, by=request.user, version=version)

    return _do(request, introduction, take_back, _("Taken back: %(site)s is told not to expect %(student)s."))
