"""By personal link: what a host says of those who are presented to it, and a student of a host."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.states import FOLLOW
from partnership import links, papers
from partnership.states import Channel
from partnership.versions import VersionForm
from partnership.workflow import Refused, Stale

from .. import services
from ..board import introductions as boards
from ..forms import MeetingForm, NotChosenForm, StudentDeclineForm
from ..models import Introduction, Presentation, Seat
from ..states import INTRODUCTION
from .candidates import application_of, renew, unusable


def _shown(request: HttpRequest, token: str) -> Presentation:
    """The presentation behind a link; links.Unusable says why there is none. GET changes nothing, nor is it used."""
    request.link = link = links.find(token, INTRODUCTION)
    rows = Presentation.objects.select_related("site__company", "site__commune", "sent_by", "intake__programme")
    presentation = rows.filter(pk=links.key_of(link)).first()
    if presentation is None:
        raise links.Unusable("unknown", link)
    return presentation


def _one(presentation: Presentation, pk: UUID) -> Introduction:
    found = boards.with_names(presentation.introductions.all()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
def presentation_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Who is presented, and what can be said of each."""
    try:
        presentation = _shown(request, token)
    except links.Unusable as problem:
        return unusable(request, token, INTRODUCTION, problem.why)
    shown = boards.presented(presentation)
    context = {
        "token": token,
        "presentation": presentation,
        "verdict": boards.verdict_of_host(shown, presentation),
        "shown": shown,
        "free": Seat.objects.free().filter(site=presentation.site, intake=presentation.intake).count(),
        "is_awaited": any(one.introduction.is_live for one in shown),
    }
    return render(request, "placements/presentation_answer.html", context)


@login_not_required
@require_POST
def presentation_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a new link to those who are presented."""
    return renew(request, token, INTRODUCTION)


def _answer(
    request: HttpRequest, token: str, pk: UUID, deed: Callable[[Introduction], object], thanks: str
) -> HttpResponse:
    """Do what the host said and come back to its page with a sentence."""
    try:
        deed(_one(_shown(request, token), pk))
        messages.success(request, thanks)
    except links.Unusable as problem:
        return unusable(request, token, INTRODUCTION, problem.why)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("This has just changed: here is how it stands now."))
    return redirect("placements:presentation_answer", token)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def presentation_meet(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """The host would like to meet somebody, and says when."""
    return _asked(request, token, pk, MeetingForm, "placements/presentation_meet.html", _meet)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def presentation_pass(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """The host does not go on with somebody, and says why."""
    return _asked(request, token, pk, NotChosenForm, "placements/presentation_pass.html", _pass)


def _meet(introduction: Introduction, said: dict) -> str:
    moment = {"at": said["at"], "place": said["place"], "version": said["version"]}
    services.fix_meeting(introduction, by=introduction.site, channel=Channel.LINK, **moment)
    return _("Thank you: %(student)s is written to, with the day and the hour.")


def _pass(introduction: Introduction, said: dict) -> str:
    services.not_choose(introduction, by=introduction.site, channel=Channel.LINK, **said)
    return _("Thank you: your answer about %(student)s is recorded.")


def _asked(
    request: HttpRequest,
    token: str,
    pk: UUID,
    kind: type[VersionForm],
    template: str,
    deed: Callable[[Introduction, dict], str],
) -> HttpResponse:
    try:
        introduction = _one(_shown(request, token), pk)
    except links.Unusable as problem:
        return unusable(request, token, INTRODUCTION, problem.why)
    if not introduction.is_live:
        # Answered a moment ago, or over: the page says how it stands.
        return redirect("placements:presentation_answer", token)
    form = kind(request.POST if request.method == "POST" else None, initial={"version": introduction.version})
    if form.is_bound and form.is_valid():
        try:
            thanks = deed(introduction, form.cleaned_data)
            messages.success(request, thanks % {"student": introduction.shown_name})
        except Refused as refusal:
            messages.error(request, refusal.reason)
        except Stale:
            messages.warning(request, _("This has just changed: here is how it stands now."))
        return redirect("placements:presentation_answer", token)
    context = {"token": token, "introduction": introduction, "form": form}
    return render(request, template, context, status=422 if form.is_bound else 200)


@login_not_required
@require_POST
def presentation_choose(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """The host takes somebody."""

    def choose(introduction: Introduction) -> None:
        services.choose(introduction, by=introduction.site, channel=Channel.LINK)

    return _answer(request, token, pk, choose, _("Thank you: your choice is recorded, the student is written to."))


@login_not_required
@require_safe
def presentation_cv(request: HttpRequest, token: str, pk: UUID) -> FileResponse | HttpResponse:
    """The CV that somebody agreed to show, while the host is to answer or has chosen them."""
    try:
        introduction = _one(_shown(request, token), pk)
    except links.Unusable as problem:
        return unusable(request, token, INTRODUCTION, problem.why)
    cv = boards.cv_of(introduction)
    if cv is None:
        raise Http404
    return papers.serve(cv.file.name, cv.scan, filename=cv.filename)


# -- the student ------------------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_introduction_decline(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """The student does not want to go on with a host, and says why."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    rows = boards.with_names(Introduction.objects.filter(enrolment__application=application))
    introduction = rows.filter(pk=pk).first()
    if introduction is None:
        raise Http404
    if not introduction.is_live:
        return redirect("placements:application_follow", token)
    version = {"version": introduction.version}
    form = StudentDeclineForm(request.POST if request.method == "POST" else None, initial=version)
    if form.is_bound and form.is_valid():
        try:
            services.student_declines(introduction, by=application.candidate, channel=Channel.LINK, **form.cleaned_data)
            messages.success(request, _("Noted: %(site)s is told.") % {"site": introduction.site})
        except Refused as refusal:
            messages.error(request, refusal.reason)
        except Stale:
            messages.warning(request, _("This has just changed: here is how it stands now."))
        return redirect("placements:application_follow", token)
    context = {"token": token, "introduction": introduction, "application": application, "form": form}
    return render(request, "placements/introduction_refuse.html", context, status=422 if form.is_bound else 200)
