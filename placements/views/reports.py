"""What a lead prints or sends on: the report of a zone, and the list of a host."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cohorts.models import Intake
from partnership import clock, sheets
from partnership.models import Zone

from ..board import reports
from ..board import zone as boards
from ..models import Placement
from ..states import PLACED
from .hosts import site_of
from .leads import led_by, zone_of


def _asked(request: HttpRequest, code: str) -> tuple[Zone, list[Intake], Intake | None]:
    zone = zone_of(request, code)
    intakes = boards.intakes_of(zone)
    wanted = request.GET.get("rentree", "")
    intake = next((known for known in intakes if str(known.pk) == wanted), None)
    return zone, intakes, intake or boards.next_of(intakes, clock.today())


@require_safe
def zone_report(request: HttpRequest, zone: str) -> HttpResponse:
    """Places, answers, delays and causes of a zone, for an intake."""
    here, intakes, intake = _asked(request, zone)
    context: dict[str, Any] = {"zone": here, "zones": led_by(request.user), "intakes": intakes, "intake": intake}
    if intake is not None:
        parts = reports.of_zone(here, intake)
        context |= {"parts": parts, "verdict": reports.verdict(parts)}
    return render(request, "placements/zone_report.html", context)


@require_safe
def zone_report_export(request: HttpRequest, zone: str) -> HttpResponse:
    """The same figures as a sheet."""
    here, _intakes, intake = _asked(request, zone)
    if intake is None:
        raise Http404
    file = BytesIO()
    rows = [
        [part.title, figure.label, figure.value] for part in reports.of_zone(here, intake) for figure in part.figures
    ]
    sheets.write("xlsx", file, [_("Part"), _("Figure"), _("Value")], rows)
    name = f"tandem-{here.code}-{intake.starts_on}.xlsx"
    return HttpResponse(
        file.getvalue(),
        content_type=sheets.KINDS["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
def site_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The students of a host with their dates and tutors, to print."""
    site = site_of(request, pk)
    placements = boards.with_names(Placement.objects.filter(seat__site=site, state__in=PLACED)).select_related("tutor")
    rows = list(placements.order_by("enrolment__application__intake__starts_on", "started_on", "answered_at", "pk"))
    return render(request, "placements/site_sheet.html", {"site": site, "rows": rows, "today": clock.today()})
