"""The calendar of a cohort, school and company: as a page, printed, in a calendar; for its students by their link."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.school_holidays import known_until, letter_on
from partnership.templatetags.figures import daydate, longdate, monthdate, number, shortdate

from .. import calendars, policies, services
from ..models import Application, Cohort
from ..rhythm import Calendar, Day, DayKind, Week
from ..states import HOLDING
from .dossiers import back_to_follow, by_link

_COHORTS = Cohort.objects.select_related("zone", "intake__programme")


@dataclass(frozen=True)
class Cell:
    """A day of a month; nothing before its first. `day` is what it is in the training."""

    number: int = 0
    day: Day | None = None

    @property
    def kind(self) -> str:
        return self.day.kind.value if self.day else ""

    @property
    def words(self) -> str:
        if self.day is None or self.day.kind == DayKind.WEEKEND:
            return ""
        return str(self.day.kind.label)


@dataclass(frozen=True)
class Month:
    """A month of the training, week by week from Monday."""

    first: date
    rows: list[list[Cell]]

    @property
    def name(self) -> str:
        return capfirst(monthdate(self.first))


def months_of(made: Calendar) -> Iterator[Month]:
    """The months of a training, each whole."""
    year, month = made.starts_on.year, made.starts_on.month
    while (year, month) <= (made.ends_on.year, made.ends_on.month):
        first = date(year, month, 1)
        cells = [Cell()] * first.weekday()
        cells += [Cell(n, made.on(first.replace(day=n))) for n in range(1, monthrange(year, month)[1] + 1)]
        cells += [Cell()] * (-len(cells) % 7)
        yield Month(first, [cells[n : n + 7] for n in range(0, len(cells), 7)])
        year, month = year + month // 12, month % 12 + 1


@dataclass(frozen=True)
class Line:
    """A week as it is read aloud: where, how many days, and what closes."""

    number: int
    week: Week

    @property
    def side(self) -> str:
        return capfirst(str(self.week.side.label)) if self.week.side else ""

    @property
    def remarks(self) -> str:
        closed = [_("public holiday: %(day)s") % {"day": shortdate(day)} for day in self.week.closed]
        return capfirst(", ".join([*([str(self.week.holiday.label)] if self.week.holiday else []), *closed]))


def _shown(cohort: Cohort, made: Calendar) -> dict[str, Any]:
    """What both pages draw."""
    return {
        "cohort": cohort,
        "calendar": made,
        "months": list(months_of(made)),
        "weekdays": [capfirst(str(name)) for name in WEEKDAYS.values()],
        "lines": [Line(n, week) for n, week in enumerate(made.weeks, start=1) if week.school or week.company],
        "facts": _facts(cohort, made),
        "unknown": _unknown(cohort, made),
    }


def _facts(cohort: Cohort, made: Calendar) -> list[dict[str, str]]:
    letters = [(row.since, row.letter) for row in cohort.zone.school_zones.all()]
    zones = {letter_on(letters, day) for day in (made.starts_on, made.ends_on)} - {""}
    sides = (
        (_("In school"), len(made.school_days), made.school_weeks),
        (_("In the company"), len(made.company_days), made.company_weeks),
    )
    owed = {"hours": number(made.school_hours), "owed": number(made.hours_owed)}
    return [
        {"label": _("Rhythm"), "value": cohort.rhythm_words},
        {"label": _("Training"), "value": _dates(made)},
        *({"label": label, "value": _days_and_weeks(days, weeks)} for label, days, weeks in sides),
        {
            "label": _("Hours in school"),
            "value": _("%(hours)s h, of at least %(owed)s h (25%% of the contract)") % owed,
        },
        {"label": _("School zone"), "value": ", ".join(sorted(zones))},
    ]


def _dates(made: Calendar) -> str:
    return _("from %(first)s to %(last)s") % {"first": longdate(made.starts_on), "last": longdate(made.ends_on)}


def _days_and_weeks(days: int, weeks: int) -> str:
    said = {"days": number(days), "weeks": number(weeks)}
    return (_("%(days)s days in %(weeks)s weeks") if weeks else _("%(days)s days")) % said


def _unknown(cohort: Cohort, made: Calendar) -> str:
    """Why school holidays are missing."""
    if made.is_known:
        return ""
    if made.ends_on > known_until():
        return _("School holidays are published until %(day)s only.") % {"day": longdate(known_until())}
    return _("The school zone of %(zone)s is not recorded for these dates: an administrator adds it to the zone.") % {
        "zone": cohort.zone
    }


# -- for whoever recruits and places ----------------------------------------------------------------------------------


def _cohort(request: HttpRequest, pk: int) -> Cohort:
    house.require(policies.sees_cohorts(request.user))
    cohort = house.get_allowed(_COHORTS, policies.can_see_calendar, request.user, pk=pk)
    if cohort.intake.programme.is_for_professionals:
        # Whoever studies beside their work has days of class.
        raise Http404
    return cohort


@require_safe
def cohort_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The months of a cohort, its weeks, and its hours against the 25 % rule."""
    cohort = _cohort(request, pk)
    made = services.calendar_of(cohort)
    context = _shown(cohort, made) if made else {"cohort": cohort}
    context["is_recruiter"] = policies.is_recruiter(request.user)
    return render(request, "cohorts/cohort_calendar.html", context)


@require_safe
def cohort_calendar_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same, for a calendar."""
    cohort = _cohort(request, pk)
    made = services.calendar_of(cohort)
    if made is None:
        raise Http404
    return _file(cohort, made)


def _file(cohort: Cohort, made: Calendar) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="tandem.ics"'}
    text = calendars.alternation(cohort, made)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


# -- for the student --------------------------------------------------------------------------------------------------


def _calendar_behind(application: Application) -> Calendar | None:
    """The calendar of whoever holds a place, offered or confirmed."""
    return services.calendar_of(application.cohort) if application.state in HOLDING else None


@by_link
@require_safe
def follow_rhythm(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """Where the student is today, and on every day of the training."""
    made = _calendar_behind(application)
    if made is None:
        return back_to_follow(token)
    context = _shown(application.cohort, made)
    context |= {"application": application, "token": token, "title": where_on(made, clock.today())}
    return render(request, "cohorts/rhythm_follow.html", context)


@by_link
@require_safe
def follow_rhythm_calendar(request: HttpRequest, token: str, application: Application) -> HttpResponse:
    """The days of the training, for a calendar."""
    made = _calendar_behind(application)
    return back_to_follow(token) if made is None else _file(application.cohort, made)


def where_on(made: Calendar, day: date) -> str:
    """« Aujourd’hui, vous êtes en centre. », or where and when the student goes next."""
    today = made.on(day)
    if today and today.kind == DayKind.SCHOOL:
        return _("Today you are in school.")
    if today and today.kind == DayKind.COMPANY:
        return _("Today you are in the company.")
    going = next((one for one in made.days if one.day > day and one.kind in (DayKind.SCHOOL, DayKind.COMPANY)), None)
    if going is None:
        return _("Your training is over.")
    said = {"day": daydate(going.day)}
    if day < made.starts_on:
        school, company = _("You begin on %(day)s, in school."), _("You begin on %(day)s, in the company.")
    else:
        school, company = _("On %(day)s you are in school."), _("On %(day)s you are in the company.")
    return (school if going.kind == DayKind.SCHOOL else company) % said
