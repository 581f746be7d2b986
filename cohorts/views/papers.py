"""Papers: what is asked, received and missing; sent from a telephone by personal link, looked at by the team."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import links, papers
from partnership.states import Channel, Scan
from partnership.uploads import takes_files
from partnership.workflow import Refused, must_be_shown

from .. import services
from ..forms.papers import AskForm, PaperForm, RefusalForm
from ..models import Application, PaperRequest
from ..states import FOLLOW, LIVE, PaperRequestState
from . import student_panel
from .applications import fetch
from .dossiers import back_to_follow, by_link

S = PaperRequestState
page = require_http_methods(["GET", "HEAD", "POST"])


# -- by personal link -------------------------------------------------------------------------------------------------


@by_link
@takes_files(papers.ROOM)
@page
def follow_paper(request: HttpRequest, token: str, application: Application, paper: UUID) -> HttpResponse:
    """Send a paper that is asked for: one PDF, or photos of its pages."""
    asked = application.papers.in_order().filter(pk=paper).first()
    if asked is None:
        raise Http404
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    if form.is_bound and form.is_valid():
        try:
            services.send_paper(asked, form.cleaned_data["paper"], by=application.candidate, channel=Channel.LINK)
        except Refused as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(
                request,
                _("Received: %(paper)s. We look at it, and write only if it must be sent again.")
                % {"paper": asked.kind},
            )
        return back_to_follow(token)
    if asked.state in (S.ACCEPTED, S.DROPPED) or application.state not in LIVE:
        return back_to_follow(token)
    context = {
        "application": application,
        "asked": asked,
        "form": form,
        "back": reverse(links.PURPOSES[FOLLOW].url_name, args=[token]),
    }
    return render(request, "cohorts/paper_follow.html", context, status=422 if form.is_bound else 200)


# -- the team's page --------------------------------------------------------------------------------------------------


@page
def application_papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every paper of a file and what may be done with it; others are asked for below."""
    application = fetch(request, pk)
    form = AskForm(request.POST if request.method == "POST" else None, application=application)
    if not form.is_bound:
        return _show(request, application, form)
    if not form.is_valid():
        return _show(request, application, form, status=422)
    try:
        asked = services.ask_papers(
            application, form.cleaned_data["papers"], by=request.user, words=form.cleaned_data["words"]
        )
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        _say_asked(request, application, asked)
    return redirect("cohorts:application_papers", pk=application.pk)


def _say_asked(request: HttpRequest, application: Application, asked: list[PaperRequest]) -> None:
    named = {"who": application.candidate, "papers": ", ".join(map(str, asked))}
    if application.candidate.email:
        messages.success(request, _("%(who)s is asked by letter for: %(papers)s.") % named)
    else:
        messages.warning(request, _("Asked for: %(papers)s. %(who)s has no e-mail address: call.") % named)


def _show(
    request: HttpRequest,
    application: Application,
    form: forms.Form,
    *,
    refused: PaperRequest | None = None,
    refusal: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """`refused` and `refusal` are the paper and the form of a refusal that came back."""
    asked = list(application.papers.in_order().select_related("checked_by", "asked_by"))
    is_open = application.state in LIVE
    context = {
        "application": application,
        "verdict": student_panel.papers_verdict(asked),
        "rows": [_row(one, refusal if one == refused else None, is_open=is_open) for one in asked],
        "is_open": is_open,
        "form": form,
        "wrong": refusal or form,
    }
    return render(request, "cohorts/application_papers.html", context, status=status)


def _row(asked: PaperRequest, refusal: forms.Form | None, *, is_open: bool) -> dict[str, Any]:
    to = asked.FLOW[asked.state]
    return {
        "paper": asked,
        "may_accept": is_open and S.ACCEPTED in to and bool(asked.file) and asked.scan == Scan.CLEAN,
        "may_refuse": is_open and S.REFUSED in to and bool(asked.file),
        "may_receive": is_open and S.ACCEPTED in to and asked.state != S.RECEIVED,
        "may_drop": is_open and S.DROPPED in to and asked.state != S.RECEIVED,
        "may_take_back": is_open and asked.state == S.ACCEPTED,
        "refusal": refusal or RefusalForm(auto_id=f"id_{asked.pk}_%s"),
    }


# -- one paper --------------------------------------------------------------------------------------------------------


@require_safe
def paper_open(request: HttpRequest, pk: UUID, paper: UUID) -> FileResponse:
    """The file that was sent, for whoever may read the application."""
    _application, asked = _fetch(request, pk, paper)
    if not asked.file:
        raise Http404
    return papers.serve(asked.file.name, asked.scan, filename=asked.filename)


@require_POST
def paper_accept(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """It is the paper that was asked for."""
    return _act(request, pk, paper, services.accept_paper, _("Accepted: %(paper)s."))


@require_POST
def paper_receive(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """Somebody has it in their hands."""
    return _act(request, pk, paper, services.receive_on_paper, _("Received on paper: %(paper)s."))


@require_POST
def paper_take_back(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """It was accepted by mistake."""
    return _act(request, pk, paper, services.take_paper_back, _("No longer accepted: %(paper)s."))


@require_POST
def paper_drop(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """It is asked for no longer."""
    return _act(request, pk, paper, services.drop_paper, _("No longer asked for: %(paper)s."))


@require_POST
def paper_refuse(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """It is not the paper: the applicant is told why, and asked again."""
    application, asked = _fetch(request, pk, paper)
    form = RefusalForm(request.POST, auto_id=f"id_{asked.pk}_%s")
    if not form.is_valid():
        return _show(request, application, AskForm(application=application), refused=asked, refusal=form, status=422)
    done = _("%(paper)s is asked for again, by letter.")
    return _act(request, pk, paper, services.refuse_paper, done, reason=form.cleaned_data["reason"])


def _fetch(request: HttpRequest, pk: UUID, paper: UUID) -> tuple[Application, PaperRequest]:
    application = fetch(request, pk)
    asked = get_object_or_404(application.papers.select_related("kind"), pk=paper)
    asked.application = application
    return application, asked


def _act(
    request: HttpRequest, pk: UUID, paper: UUID, deed: Callable[..., None], done: str, **said: str
) -> HttpResponse:
    application, asked = _fetch(request, pk, paper)
    # A page that showed another paper than there is now is answered by what there is (409).
    must_be_shown(asked, request.POST.get("version", ""))
    try:
        deed(asked, by=request.user, version=asked.version, **said)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, done % {"paper": asked.kind})
    return redirect("cohorts:application_papers", pk=application.pk)
