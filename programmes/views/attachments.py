"""The attachments of a module: added, opened, taken away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import papers
from partnership.policies import get_allowed
from partnership.uploads import takes_files
from partnership.workflow import Refused

from .. import policies, services
from ..forms.contents import AttachmentForm
from ..models import Attachment, Module
from ..states import WRITABLE

_WITH_MODULE = "module__curriculum__programme"


@takes_files(papers.ROOM)
@require_http_methods(["GET", "HEAD", "POST"])
def module_attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A module's attachments; its author adds one."""
    module = get_allowed(
        Module.objects.select_related("curriculum__programme"), policies.can_write_module, request.user, pk=pk
    )
    form = AttachmentForm(request.POST, request.FILES) if request.method == "POST" else AttachmentForm()
    if not form.is_bound:
        return _show(request, module, form)
    if not form.is_valid():
        return _show(request, module, form, status=422)
    try:
        services.attach(module, form.cleaned_data["paper"], title=form.cleaned_data["title"], by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _show(request, module, form, status=409)
    messages.success(request, _("The document is attached."))
    return redirect("programmes:module_attach", pk)


def _show(request: HttpRequest, module: Module, form: AttachmentForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "module": module,
        "curriculum": module.curriculum,
        "attachments": module.attachments.select_related("added_by"),
        "may_write": module.curriculum.state in WRITABLE,
        "form": form,
    }
    return render(request, "programmes/module_attach.html", context, status=status)


@require_safe
def attachment_open(request: HttpRequest, pk: UUID) -> FileResponse | HttpResponse:
    """The file of an attachment, for whoever reads its module."""
    attachment = get_allowed(
        Attachment.objects.select_related(_WITH_MODULE), policies.can_open_attachment, request.user, pk=pk
    )
    try:
        return papers.serve(attachment.file.name, attachment.scan, filename=f"{slugify(attachment.title)}.pdf")
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("programmes:module_edit", attachment.module_id)


@require_POST
def attachment_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an attachment away from a module."""
    attachment = get_allowed(
        Attachment.objects.select_related(_WITH_MODULE), policies.can_write_attachment, request.user, pk=pk
    )
    try:
        services.detach(attachment, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("“%(title)s” is taken away.") % {"title": attachment.title})
    return redirect("programmes:module_attach", attachment.module_id)
