"""The thread of a request: authors answer, reviewers reply and call it settled."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnership.policies import get_allowed
from partnership.workflow import Refused

from .. import policies, services
from ..forms.contents import ReplyForm
from ..models import ChangeRequest
from ..states import REVIEWABLE, WRITABLE

_WITH_MODULE = "module__curriculum__programme"


@require_http_methods(["GET", "HEAD", "POST"])
def request_reply(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read a thread and write in it."""
    asked = get_allowed(ChangeRequest.objects.select_related(_WITH_MODULE), policies.can_reply, request.user, pk=pk)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            services.reply(asked, text=form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
            status = 409
        else:
            messages.success(request, _("Your reply is in the thread."))
            return _back(request, asked)
    elif form.is_bound:
        status = 422
    context = {
        "asked": asked,
        "module": asked.module,
        "curriculum": asked.module.curriculum,
        "replies": asked.replies.select_related("written_by"),
        "form": form,
        "may_reply": asked.is_open and asked.module.curriculum.state in (*REVIEWABLE, *WRITABLE),
        "may_settle": asked.is_open and policies.is_writer(request.user, asked),
    }
    return render(request, "programmes/request_reply.html", context, status=status)


@require_POST
def request_settle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Call one's own request settled."""
    asked = get_allowed(ChangeRequest.objects.select_related(_WITH_MODULE), policies.is_writer, request.user, pk=pk)
    try:
        services.settle_request(asked, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("The request is settled."))
    return _back(request, asked)


def _back(request: HttpRequest, asked: ChangeRequest) -> HttpResponse:
    """Whoever judges goes back to the desk, whoever writes to the module."""
    if policies.can_review(request.user, asked.module.curriculum):
        return redirect("admin:programmes_module_review", asked.module.curriculum_id, asked.module_id)
    return redirect("programmes:module_edit", asked.module_id)
