"""The days of class of a part-time cohort: planned by block, printed, in a calendar; for its students by their link."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock
from partnership import policies as house
from partnership.templatetags.figures import number
from partnership.workflow import Refused
from programmes.models import Block, blocks_of

from .. import calendars, policies, services
from ..forms.blocks import CourseDaysForm
from ..models import Application, Cohort, CourseDay, hours_by_block
from ..states import ApplicationState
from .dossiers import back_to_follow, by_link

_COHORTS = Cohort.objects.select_related("zone", "intake__programme__provider", "curriculum")


@dataclass(frozen=True)
class Line:
    """A block: the hours its content owes, and those that are planned."""

    block: str
    owed: int
    planned: Decimal

    @property
    def left(self) -> Decimal:
        return self.owed - self.planned

    @property
    def planned_words(self) -> str:
        return hours(self.planned)

    @property
    def meaning(self) -> str:
        return "done" if not self.left else "risk"

    @property
    def shape(self) -> str:
        return "tick" if not self.left else "triangle"

    @property
    def words(self) -> str:
        if self.left > 0:
            return _("%(n)s h to plan") % {"n": hours(self.left)}
        return _("%(n)s h too many") % {"n": hours(-self.left)} if self.left else _("planned")


def hours(value: Decimal | int) -> str:
    """« 7 », « 3,5 »: no figure after the comma where there is none."""
    whole = int(value)
    return number(whole if whole == value else Decimal(value).normalize())


def lines_of(blocks: Iterable[Block], days: Iterable[CourseDay]) -> list[Line]:
    """The blocks of the content, then what is planned under a name that is none of them."""
    planned = hours_by_block(days)
    found = [Line(block.name, block.hours, planned.pop(block.name, Decimal(0))) for block in blocks]
    return found + [Line(name, 0, made) for name, made in planned.items()]


def _verdict(lines: list[Line], days: list[CourseDay]) -> str:
    owed = sum(line.owed for line in lines)
    left = sum(max(line.left, Decimal(0)) for line in lines)
    if not owed:
        return _("Nothing can be planned before the course has a content.")
    if left:
        said = {"left": hours(left), "owed": hours(owed)}
        return _("%(left)s h of %(owed)s are still to be planned.") % said
    words = ngettext("All is planned: %(owed)s h in %(n)s day.", "All is planned: %(owed)s h in %(n)s days.", len(days))
    return words % {"owed": hours(owed), "n": number(len(days))}


def part_time_cohort(request: HttpRequest, pk: int) -> Cohort:
    """A cohort that studies block by block, for whoever plans it."""
    house.require(policies.is_recruiter(request.user))
    cohort = house.get_allowed(_COHORTS, policies.can_plan, request.user, pk=pk)
    if not cohort.intake.programme.is_for_professionals:
        # Whoever studies in alternation follows the rhythm of the cohort.
        raise Http404
    return cohort


# -- for whoever plans ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def course_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What is planned against what each block owes; days are added some at a time."""
    cohort = part_time_cohort(request, pk)
    content = services.content_of(cohort)
    blocks = blocks_of(content.modules.all()) if content else []
    form = CourseDaysForm(request.POST if request.method == "POST" else None, blocks=blocks)
    if form.is_bound and form.is_valid():
        try:
            planned = services.plan_days(cohort, form.days, by=request.user, **form.said)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            words = ngettext("%(n)s day is planned.", "%(n)s days are planned.", len(planned))
            messages.success(request, words % {"n": number(len(planned))})
            return redirect("cohorts:course_plan", pk=pk)
    days = list(cohort.days.select_related("planned_by"))
    lines = lines_of(blocks, days)
    context = {
        "cohort": cohort,
        "content": content,
        "title": _verdict(lines, days),
        "lines": lines,
        "days": days,
        "form": form,
    }
    return render(request, "cohorts/course_plan.html", context, status=422 if form.errors else 200)


@require_POST
def course_day_drop(request: HttpRequest, pk: int, day: UUID) -> HttpResponse:
    """Take a day out of the plan."""
    cohort = part_time_cohort(request, pk)
    found = cohort.days.filter(pk=day).first()
    if found is None:
        messages.info(request, _("This day is no longer planned."))
    else:
        services.drop_day(found, by=request.user)
        messages.success(request, _("The day is taken out of the plan: nobody is written to."))
    return redirect("cohorts:course_plan", pk=pk)


@require_safe
def course_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan, for a calendar."""
    return _calendar(part_time_cohort(request, pk))


def _calendar(cohort: Cohort) -> HttpResponse:
    text = calendars.classes(cohort.days.select_related("planned_by"), cohort.intake.programme.short_title)
    headers = {"Content-Disposition": 'attachment; filename="tandem.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


# -- for the student --------------------------------------------------------------------------------------------------


def student_behind(application: Application) -> bool:
    """Whether a file is that of a student who studies block by block."""
    programme = application.cohort.intake.programme
    return programme.is_for_professionals and application.state == ApplicationState.CONFIRMED


@by_link
@require_safe
def follow_days(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """The days of class, past and to come."""
    if not student_behind(application):
        return back_to_follow(token)
    days = list(application.cohort.days.all())
    ahead = [one for one in days if one.day >= clock.today()]
    title = _("The days of class are not fixed yet.")
    if days:
        words = ngettext("%(n)s day of class ahead of you.", "%(n)s days of class ahead of you.", len(ahead))
        title = words % {"n": number(len(ahead))} if ahead else _("Every day of class is behind you.")
    context = {"application": application, "token": token, "days": days, "today": clock.today(), "title": title}
    return render(request, "cohorts/course_days.html", context)


@by_link
@require_safe
def follow_days_calendar(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """The days of class, for a calendar."""
    return _calendar(application.cohort) if student_behind(application) else back_to_follow(token)
