"""What recruitment does with a file: each address is one deed, done by one service."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnership.workflow import Refused, Stale, must_be_shown

from .. import services
from ..forms.recruit import (
    AdmissionForm,
    ChannelForm,
    InterviewForm,
    LeavingForm,
    NoteForm,
    ReasonForm,
    RejectionForm,
    ReopeningForm,
)
from ..letters import readable
from ..models import Application
from ..states import ApplicationState
from .applications import fetch, show
from .review import READ, review

S = ApplicationState


def act(
    request: HttpRequest,
    pk: object,
    deed: Callable[..., Any],
    done: str,
    *,
    key: str = "",
    form: forms.Form | None = None,
    tells: bool = True,
    then: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Do a deed with what its form says: 422 with the form, 409 with the newer state and what was typed, or back.

    `then` leads elsewhere than to the file, once the deed is done.
    """
    application = fetch(request, pk)
    bound = {key: form} if form else {}
    if form and not form.is_valid():
        return show(request, application, bound=bound, status=422)
    said = form.cleaned_data if form else {}
    try:
        must_be_shown(application, request.POST.get("version", ""))
        deed(application, by=request.user, version=application.version, **said)
    except Stale:
        return show(request, fetch(request, pk), bound=bound, status=409)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, done % {"who": application.candidate})
        if tells and not application.candidate.email:
            words = _("%(who)s has no e-mail address, so no letter leaves: call.")
            messages.warning(request, words % {"who": application.candidate})
        if then is not None:
            return then()
    return redirect("cohorts:application_detail", pk=application.pk)


# -- interviews -------------------------------------------------------------------------------------------------------


def _schedule(application: Application, *, day: object, time: object, **said: Any) -> None:
    services.schedule_interview(application, **said)


@require_POST
def interview_schedule(request: HttpRequest, pk: object) -> HttpResponse:
    form = InterviewForm(request.POST, prefix="schedule")
    return act(request, pk, _schedule, _("Interview fixed: %(who)s is told by letter."), key="schedule", form=form)


@require_POST
def interview_cancel(request: HttpRequest, pk: object) -> HttpResponse:
    return act(request, pk, services.cancel_interview, _("Interview cancelled: %(who)s is told by letter."))


@require_POST
def interview_record(request: HttpRequest, pk: object) -> HttpResponse:
    form = NoteForm(request.POST, prefix="record")
    done = _("Interview recorded: a decision is due.")
    return act(request, pk, services.record_interview, done, key="record", form=form, tells=False)


@require_POST
def interview_miss(request: HttpRequest, pk: object) -> HttpResponse:
    return act(
        request, pk, services.record_absence, _("Absence recorded: %(who)s is written to tomorrow at 9 in the morning.")
    )


# -- decisions --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def application_admit(request: HttpRequest, pk: object) -> HttpResponse:
    """Admit at once and without a condition; or choose conditions, read the very letter, then admit."""
    application = fetch(request, pk)
    if request.method == "POST":
        form = AdmissionForm(request.POST)
        if form.is_valid():
            deed = partial(services.admit, conditions=form.chosen)
            return act(request, pk, deed, _("A place is offered to %(who)s, who is told by letter."))
        return _confirm_admission(request, application, form)
    return _confirm_admission(request, application, AdmissionForm(request.GET if READ in request.GET else None))


def _confirm_admission(request: HttpRequest, application: Application, form: AdmissionForm) -> HttpResponse:
    words, letter = {"who": application.candidate}, None
    heading = _("On which conditions is a place offered to %(who)s?")
    ready = form.is_bound and form.is_valid()
    if ready:
        try:
            letter = services.letter_of_admission(application, by=request.user, conditions=form.chosen)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("cohorts:application_detail", pk=application.pk)
        heading = _("No letter will leave: %(who)s, who is offered a place, has no e-mail address")
        if letter is not None:
            heading = _("This letter will leave: %(who)s is offered a place")
    return review(request, application, form, heading=heading % words, button=_("Admit"), ready=ready, letter=letter)


@require_POST
def application_waitlist(request: HttpRequest, pk: object) -> HttpResponse:
    return act(request, pk, services.waitlist, _("%(who)s is on the waiting list and is told by letter."))


@require_http_methods(["GET", "HEAD", "POST"])
def application_reject(request: HttpRequest, pk: object) -> HttpResponse:
    """A refusal is confirmed: the reason, then the very letter that will leave, then the deed."""
    application = fetch(request, pk)
    confirmed = application.state == S.CONFIRMED
    if request.method == "POST":
        form = RejectionForm(request.POST, prefix="reject", confirmed=confirmed)
        if form.is_valid():
            done = _("The application of %(who)s is refused, a letter says so.")
            return act(request, pk, services.reject, done, key="reject", form=form)
        return _confirm_rejection(request, application, form, status=422)
    asked = "reject-reason" in request.GET
    form = RejectionForm(request.GET if asked else None, prefix="reject", confirmed=confirmed)
    return _confirm_rejection(request, application, form, status=422 if asked and not form.is_valid() else 200)


def _confirm_rejection(
    request: HttpRequest, application: Application, form: RejectionForm, *, status: int
) -> HttpResponse:
    letter = None
    if form.is_bound and form.is_valid():
        try:
            letter = services.letter_of_rejection(application, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("cohorts:application_detail", pk=application.pk)
    context = {
        "application": application,
        "form": form,
        "letter": letter,
        "text": readable(letter.text) if letter else "",
        "reason": form["reason"].value() if form.is_bound and form.is_valid() else "",
    }
    return render(request, "cohorts/application_reject.html", context, status=status)


@require_POST
def application_mark_unreachable(request: HttpRequest, pk: object) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="unreachable", to=S.UNREACHABLE)
    done = _("File closed: %(who)s cannot be reached.")
    return act(request, pk, services.mark_unreachable, done, key="unreachable", form=form)


@require_POST
def application_withdraw(request: HttpRequest, pk: object) -> HttpResponse:
    form = LeavingForm(request.POST, prefix="withdraw", to=S.WITHDRAWN)
    return act(request, pk, services.withdraw, _("The withdrawal of %(who)s is recorded."), key="withdraw", form=form)


@require_POST
def application_reopen(request: HttpRequest, pk: object) -> HttpResponse:
    form = ReopeningForm(request.POST, prefix="reopen")
    return act(request, pk, services.reopen, _("The file of %(who)s is open again."), key="reopen", form=form)


# -- answers told to us -----------------------------------------------------------------------------------------------


@require_POST
def application_confirm(request: HttpRequest, pk: object) -> HttpResponse:
    form = ChannelForm(request.POST, prefix="confirm")
    return act(request, pk, services.confirm, _("%(who)s takes the place."), key="confirm", form=form)


@require_POST
def application_decline(request: HttpRequest, pk: object) -> HttpResponse:
    form = LeavingForm(request.POST, prefix="decline", to=S.DECLINED)
    return act(request, pk, services.decline, _("%(who)s gives the place back."), key="decline", form=form)
