"""Who is asked to judge a version: the coordinator of the party that validates chooses."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from partnership.policies import get_allowed
from partnership.workflow import Refused

from .. import policies, services
from ..forms.contents import AssignmentForm
from ..models import Curriculum


@require_http_methods(["GET", "HEAD", "POST"])
def curriculum_assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is asked to judge a version, who has read it, and whom to ask instead."""
    versions = Curriculum.objects.select_related("programme__reviewer_party", "submitted_by")
    curriculum = get_allowed(versions, policies.can_assign, request.user, pk=pk)
    able = services.reviewers(curriculum)
    assignments = list(curriculum.assignments.select_related("reviewer"))
    asked = [assignment.reviewer_id for assignment in assignments]
    form = AssignmentForm(request.POST if request.method == "POST" else None, able=able, initial={"reviewers": asked})
    status = 200
    if form.is_bound and form.is_valid():
        try:
            fresh = services.assign(curriculum, form.cleaned_data["reviewers"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
            status = 409
        else:
            told = ngettext("%(n)s reviewer more is asked.", "%(n)s reviewers more are asked.", len(fresh))
            messages.success(request, told % {"n": len(fresh)})
            return redirect("programmes:curriculum_assign", pk)
    elif form.is_bound:
        status = 422
    context = {
        "curriculum": curriculum,
        "assignments": assignments,
        "read": sum(assignment.read_at is not None for assignment in assignments),
        "able": able,
        "missing": max(0, curriculum.programme.quorum - len(able)),
        "form": form,
    }
    return render(request, "programmes/curriculum_assign.html", context, status=status)
