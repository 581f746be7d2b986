"""Students who are awaited: whether they still come, answered by their link or recorded for them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnership.states import Channel
from partnership.workflow import Refused

from .. import services
from ..forms.recruit import ComingForm
from ..models import Application, Enrolment
from ..states import Coming
from .applications import fetch, show
from .dossiers import back_to_follow, by_link


@by_link
@require_POST
def follow_coming(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """One tap: still coming, or not sure."""
    answer = request.POST.get("answer", "")
    if answer not in Coming:
        raise Refused(_("Choose one of the two answers."))
    thanks = {
        Coming.YES: _("Thank you: we count on you."),
        Coming.HESITATES: _("Thank you for telling us: we call you to talk about it."),
    }
    try:
        services.answer_if_coming(_enrolment(application), answer, by=application.candidate, channel=Channel.LINK)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, thanks[Coming(answer)])
    return back_to_follow(token)


@require_POST
def application_coming(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a student told us of it, by telephone or on paper."""
    application = fetch(request, pk)
    form = ComingForm(request.POST, prefix="coming")
    if not form.is_valid():
        return show(request, application, bound={"coming": form}, status=422)
    said = form.cleaned_data
    channel = Channel(said["channel"])
    try:
        services.answer_if_coming(_enrolment(application), said["answer"], by=request.user, channel=channel)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Recorded: %(answer)s.") % {"answer": Coming(said["answer"]).label})
    return redirect("cohorts:application_detail", pk=application.pk)


def _enrolment(application: Application) -> Enrolment:
    """The student of a file; Refused where there is none."""
    found = application.enrolments.live().first()
    if found is None:
        raise Refused(_("This student is no longer awaited: there is nothing to answer."))
    return found
