"""How the convention came to where it is, for whoever reads its board: figures only, no name."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership import board as boards
from partnership import clock, measures, projections
from partnership import history as kept
from partnership import policies as house
from partnership.board.columns import PLACES, YOUNG
from partnership.history import Point
from partnership.measures import MEASURES, Census, Counts
from partnership.models import Convention, Milestone, Objective, Zone
from partnership.projections import Projection
from partnership.templatetags.charts import Curve, Forecast
from partnership.templatetags.figures import longdate, number
from programmes.measures import kinds_taught
from programmes.states import ProgrammeKind

from .. import history as ours
from ..forms.history import HistoryFilters
from ..models import Intake

FOUR_WEEKS = timedelta(weeks=4)


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """How a milestone came to where it is: its weeks, the steps of its young people, their stages, our first answer."""
    convention = Convention.objects.visible_to(request.user).running()
    if convention is None:
        raise Http404
    house.require(house.can_read_board(request.user, convention))
    census = Census(request.user, convention)
    filters = HistoryFilters(request.GET, milestones=_recruiting(census), zones=Zone.objects.all())
    milestone, zone = filters.chosen()
    for name in filters.errors:
        said = _("The filter “%(name)s” is unknown: it was ignored.")
        messages.warning(request, said % {"name": filters.fields[name].label})
    context = {"convention": convention, "filters": filters, "milestone": milestone, "zone": zone}
    if milestone is not None and convention.signed_at:
        intake = _next_of(Intake.objects.filter(programme__milestone=milestone).select_related("programme"))
        shown = [YOUNG, PLACES] if intake is None or intake.programme.is_hosted else [YOUNG]
        context |= _weeks(census, milestone, zone, shown=shown)
        context |= _ways(census, intake, filters.zones.values(), zone)
    return render(request, "cohorts/history.html", context)


def _recruiting(census: Census) -> list[Milestone]:
    """The milestones to whose programmes young people apply: a chair has none."""
    objectives = Prefetch("milestones__objectives", Objective.objects.select_related("zone"))
    prefetch_related_objects([census.convention], objectives)
    kinds = census.once(kinds_taught)
    with_chair = {milestone for milestone, kind in kinds if kind == ProgrammeKind.CHAIR}
    recruiting = {milestone for milestone, _kind in kinds} - with_chair
    return [milestone for milestone in census.convention.milestones.all() if milestone.pk in recruiting]


# -- week by week -----------------------------------------------------------------------------------------------------


def _weeks(census: Census, milestone: Milestone, zone: Zone | None, *, shown: list[str]) -> dict[str, Any]:
    today = clock.today()
    counts, foreseen = measures.counts_of(census, shown), projections.projections_of(census)
    signed_on = census.convention.signed_at.astimezone(clock.PARIS).date()
    evenings = kept.days(milestone, shown, zone)
    curves = []
    for key in shown:
        now = boards.figure(counts, key, milestone, zone)
        # The present stands at the end of what was kept, as the board shows it.
        points = [*(point for point in kept.weekly(evenings[key]) if point[0] < today), (today, now)]
        target = _promised(milestone, key, zone, counts, signed_on=signed_on)
        curves.append(Curve(str(MEASURES[key].label), points, target))
    return {
        "title": _title(curves[0].last, evenings[YOUNG], today),
        "has_history": bool(evenings[YOUNG]),
        "curves": curves,
        "forecast": _forecast(foreseen.get((milestone.pk, zone.pk if zone else None)), today),
        "definitions": [MEASURES[key] for key in shown],
        "signed_on": signed_on,
        "until": _until(milestone, today),
    }


def _forecast(foreseen: Projection | None, today: date) -> Forecast | None:
    """Who is expected on the first day, while it is to come and enough is known for an interval."""
    if foreseen is None or foreseen.interval is None or foreseen.rentree < today:
        return None
    return Forecast(foreseen.rentree, foreseen.low, foreseen.likely, foreseen.high)


def _until(milestone: Milestone, today: date) -> date:
    settled = boards.last_day(milestone.finalise_by, milestone.finalise_precision)
    return max(settled or today, today)


def _promised(milestone: Milestone, key: str, zone: Zone | None, counts: Counts, *, signed_on: date) -> Point | None:
    """The number promised and its day; without one for all zones, those of the zones together."""
    read = boards.readings(milestone, counts, signed_on=signed_on, today=clock.today())
    same = [reading for reading in read if reading.measure == key and reading.due is not None]
    own = [reading for reading in same if reading.zone == zone]
    if not own and zone is None:
        own = same
    return (max(reading.due for reading in own), sum(reading.target for reading in own)) if own else None


def _title(now: int, evenings: Sequence[Point], today: date) -> str:
    """The title of the page: how many are confirmed, and how many more or fewer in four weeks."""
    confirmed = ngettext("%(n)s young person confirmed", "%(n)s young people confirmed", now) % {"n": number(now)}
    past = [point for point in evenings if point[0] < today]
    then = kept.before(past, today - FOUR_WEEKS)
    if then is None:
        return _("%(confirmed)s; nothing is kept of the past yet") % {"confirmed": confirmed}
    day, was = then
    since = _("in four weeks") if day <= today - FOUR_WEEKS else _("since %(day)s") % {"day": longdate(day)}
    if now == was:
        return _("%(confirmed)s, unchanged %(since)s") % {"confirmed": confirmed, "since": since}
    said = {"confirmed": confirmed, "n": number(abs(now - was)), "since": since}
    return (_("%(confirmed)s, %(n)s more %(since)s") if now > was else _("%(confirmed)s, %(n)s fewer %(since)s")) % said


# -- how far, how long, how soon --------------------------------------------------------------------------------------


def _ways(census: Census, intake: Intake | None, zones: Iterable[Zone], zone: Zone | None) -> dict[str, Any]:
    if intake is None:
        return {"intake": None}
    steps = ours.funnel(census, intake, zone)
    files = steps[0].number
    return {
        "intake": intake,
        "steps": steps if files else [],
        "drawn": {"all": files, "n": ours.MOST_FILES} if files > ours.MOST_FILES else None,
        "stays": [stay for stay in ours.stays(intake, zone) if stay.left or stay.there],
        "speeds": [speed for speed in ours.speeds(intake, zones, zone) if speed.answered or speed.waiting],
    }


def _next_of(intakes: Iterable[Intake]) -> Intake | None:
    """The intake that comes next, or the last one."""
    known = sorted(intakes, key=lambda intake: (intake.starts_on, intake.pk))
    ahead = [intake for intake in known if intake.starts_on >= clock.today()]
    return next(iter(ahead), known[-1] if known else None)
