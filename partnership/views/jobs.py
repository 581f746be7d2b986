"""Long tasks: whoever started one follows it and takes what it made."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from .. import jobs, policies, services
from ..models import Job
from ..states import JobState
from ..workflow import Refused


@require_safe
def job_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """How far a long task of one's own is; the page may be left and found again."""
    job = get_object_or_404(Job, pk=pk, started_by=request.user)
    if place := jobs.KINDS[job.kind].page(job):
        return redirect(place)
    running = job.state in (JobState.WAITING, JobState.RUNNING)
    context = {
        "job": job,
        "kind": jobs.KINDS[job.kind],
        "running": running,
        "may_take": jobs.KINDS[job.kind].may_take(request.user, job),
        "no_room": job.state == JobState.FAILED and jobs.NO_ROOM in job.errors,
    }
    response = render(request, "partnership/job_detail.html", context)
    if running:
        # Asked of the browser by the answer, so that the page follows its task without a script.
        response["Refresh"] = "4"
    return response


@require_POST
def job_restart(request: HttpRequest, pk: str) -> HttpResponse:
    """Start a task that failed again: whoever started it, or an administrator."""
    job = policies.get_allowed(Job.objects, policies.can_restart_job, request.user, pk=pk)
    try:
        services.restart_job(job, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    if job.started_by_id != request.user.pk:
        return redirect("partnership:operations")
    return redirect("job_detail", pk=job.pk)


@require_safe
def job_result(request: HttpRequest, pk: str) -> FileResponse:
    """The file that a finished task has made, for whoever started it and may still have it."""
    job = get_object_or_404(Job.objects.exclude(result=""), pk=pk, started_by=request.user, state=JobState.DONE)
    policies.require(jobs.KINDS[job.kind].may_take(request.user, job))
    name = job.result.name.rpartition("/")[2]
    return FileResponse(
        job.result.open(), as_attachment=True, filename=name, headers={"X-Content-Type-Options": "nosniff"}
    )
