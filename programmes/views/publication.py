"""What a version looks like on paper: the record of its validation, its text marked against the one in force."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from partnership import pdf
from partnership.policies import get_allowed

from .. import documents, policies, services
from ..models import Curriculum


@require_safe
def curriculum_record(request: HttpRequest, pk: str) -> HttpResponse:
    """The record of a version's validation: who gave which opinion on which text, who decided and when."""
    return _paper(request, pk, documents.record, "proces-verbal")


@require_safe
def curriculum_submission(request: HttpRequest, pk: str) -> HttpResponse:
    """A version with what has changed since the one in force, word by word."""
    return _paper(request, pk, documents.submission, "soumission")


def _paper(request: HttpRequest, pk: str, made: Callable[[Curriculum], bytes], name: str) -> HttpResponse:
    versions = services.with_opinions(Curriculum.objects.all())
    curriculum = get_allowed(versions, policies.can_read, request.user, pk=pk)
    try:
        content = made(curriculum)
    except pdf.Unset as refusal:
        messages.error(request, refusal.reason)
        return redirect("programmes:curriculum_read", pk)
    return pdf.answer(content, f"{curriculum.programme.slug} v{curriculum.number} {name}")
