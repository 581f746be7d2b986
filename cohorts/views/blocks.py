"""Blocks acquired: a whole cohort on one page, and the attestation of one student."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partnership import clock
from partnership.templatetags.figures import number
from partnership.workflow import Refused

from .. import services
from ..forms.blocks import AcquiredForm
from ..models import AcquiredBlock, Application, Cohort
from ..states import EnrolmentState
from .applications import fetch
from .course_days import part_time_cohort
from .dossiers import back_to_follow, by_link

_LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Box:
    """A block of a student: the value of its box, and who recorded it when."""

    value: str
    pair: tuple[UUID, str]
    row: AcquiredBlock | None


@dataclass(frozen=True)
class Line:
    """A student and their boxes, in the order of the columns; None where their version has no such block."""

    standing: services.Standing
    boxes: list[Box | None]

    @property
    def is_awaited(self) -> bool:
        return self.standing.enrolment.state == EnrolmentState.EXPECTED


def _lines(cohort: Cohort) -> tuple[list[str], list[Line]]:
    """The blocks of the cohort's students, and each student's boxes; a box is valued by its place in their version."""
    found = services.standings(list(services.students_of(cohort)))
    columns = [*dict.fromkeys(block.name for standing in found for block, _row in standing.blocks)]
    lines = []
    for standing in found:
        key = standing.enrolment.pk
        own = {
            block.name: Box(f"{key}:{place}", (key, block.name), row)
            for place, (block, row) in enumerate(standing.blocks)
        }
        lines.append(Line(standing, [own.get(name) for name in columns]))
    return columns, lines


def _verdict(lines: list[Line]) -> str:
    if not lines:
        return _("Nobody has confirmed a place of this cohort yet.")
    done = sum(line.standing.is_complete for line in lines)
    words = ngettext(
        "%(done)s of %(n)s student has acquired every block.",
        "%(done)s of %(n)s students have acquired every block.",
        len(lines),
    )
    return words % {"done": number(done), "n": number(len(lines))}


@require_http_methods(["GET", "HEAD", "POST"])
def block_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Students and blocks, a box each: what is ticked was acquired, what is no longer ticked is taken back."""
    cohort = part_time_cohort(request, pk)
    columns, lines = _lines(cohort)
    form = AcquiredForm(request.POST if request.method == "POST" else None, initial={"on": clock.today()})
    status, typed = 200, None
    if form.is_bound:
        known = {box.value: box.pair for line in lines for box in line.boxes if box is not None}
        ticked, shown = {*request.POST.getlist("acquired")}, {*request.POST.getlist("shown")}
        if ticked - known.keys():
            # Somebody has left, or gone to another cohort, since the page was opened.
            form.add_error(None, _("This page is no longer what the cohort is: tick again what is missing."))
            status = 409
        elif form.is_valid():
            # Only what was changed here: what a colleague has ticked meanwhile stays.
            changes = {
                "acquired": [known[value] for value in ticked - shown],
                "taken_back": [known[value] for value in (shown & known.keys()) - ticked],
            }
            try:
                gained, lost = services.record_blocks(cohort, on=form.cleaned_data["on"], by=request.user, **changes)
            except Refused as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(request, _told(gained, lost))
                return redirect("cohorts:block_list", pk=pk)
        status, typed = status if status == 409 else 422, ticked
    context: dict[str, Any] = {
        "cohort": cohort,
        "title": _verdict(lines),
        "columns": columns,
        "lines": lines,
        # What somebody had ticked comes back as they had ticked it.
        "ticked": typed
        if typed is not None
        else {box.value for line in lines for box in line.boxes if box is not None and box.row is not None},
        "form": form,
    }
    return render(request, "cohorts/block_list.html", context, status=status)


def _told(gained: int, lost: int) -> str:
    said = []
    if gained:
        said.append(ngettext("%(n)s block recorded.", "%(n)s blocks recorded.", gained) % {"n": number(gained)})
    if lost:
        said.append(ngettext("%(n)s block taken back.", "%(n)s blocks taken back.", lost) % {"n": number(lost)})
    return " ".join(said) or _("Nothing has changed.")


# -- the attestation --------------------------------------------------------------------------------------------------


@require_safe
def application_attestation(request: HttpRequest, pk: object) -> HttpResponse:
    """What a student has acquired, as a PDF."""
    application = fetch(request, pk)
    return _attestation(request, application) or redirect("cohorts:application_detail", pk=application.pk)


@by_link
@require_safe
def follow_attestation(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """The same, for the student."""
    return _attestation(request, application) or back_to_follow(token)


def _attestation(request: HttpRequest, application: Application) -> HttpResponse | None:
    """The file in the language that is asked for; None, with the reason told, while there is nothing to attest."""
    asked = request.GET.get("langue", "")
    language = asked if asked in _LANGUAGES else (get_language() or "fr")[:2]
    standing = services.standing_of(application) if application.intake.programme.is_for_professionals else None
    try:
        if standing is None:
            raise Refused(_("No block is acquired yet: there is nothing to attest."))
        made = services.attestation(standing, language=language)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return None
    name = f"attestation-{application.reference}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)
