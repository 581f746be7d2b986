"""The forecast of each milestone by zone: from the files as they stand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from partnership import clock
from partnership.measures import Census
from partnership.models import Convention
from partnership.projections import Cell, Projection
from partnership.templatetags.figures import longdate

from . import forecast
from .forecast import AT_RISK, STAGES, WEEKS_LOOKED_AT, Belief, Outlook, Pool, Season
from .models import Cohort, PlanningRate
from .states import ApplicationState, Step
from .tally import ARRIVED, PRESENT, Tally, cohorts_of, tallies

_S = ApplicationState
# What a target of young people is measured by: those present, where it is said so, else those confirmed.
_MEASURES = ("confirmed", "present")
# What a file says of a step: where it is once it has passed, and where it left if it has not. Whether a file began as
# an enquiry, missed an interview or waited for a place is not to be read off it later: those steps keep their plan.
_PASSED = {
    Step.ATTENDED: (_S.INTERVIEWED, _S.WAITLISTED, _S.ADMITTED, _S.CONFIRMED),
    Step.ADMITTED: (_S.ADMITTED, _S.CONFIRMED),
    Step.ACCEPTED: (_S.CONFIRMED,),
}
_LEFT = {
    Step.ATTENDED: (_S.SUBMITTED, _S.INTERVIEW_SCHEDULED, _S.NO_SHOW),
    Step.ADMITTED: (_S.INTERVIEWED, _S.WAITLISTED),
    Step.ACCEPTED: (_S.ADMITTED,),
}


@dataclass(frozen=True)
class Recruitment:
    """A milestone's first day, its targets by zone, and what the forecast follows from; or why there is none."""

    milestone: int
    rentree: date
    targets: dict[int | None, int]
    season: Season | None = None
    unknown: str = ""
    # By zone and in all, of every intake: the places in what has not begun, and who is confirmed in what has.
    open_places: Mapping[int | None, int] = field(default_factory=Counter)
    begun: Mapping[int | None, int] = field(default_factory=Counter)

    @property
    def zones(self) -> list[int]:
        """The zones that recruit, or that were promised a number."""
        recruiting = [pool.zone for pool in self.season.pools] if self.season else []
        return list(dict.fromkeys([*recruiting, *(zone for zone in self.targets if zone is not None)]))

    def projection(self, zone: int | None, outlook: Outlook | None) -> Projection:
        """What is to be said of a zone, or of all."""
        target = self.targets.get(zone)
        if outlook is None:
            unknown = self.unknown or _("No cohort recruits in this zone yet.")
            return Projection(self.rentree, 0, 0, 0, target, None, Fraction(0), 0, 0, is_small=True, unknown=unknown)
        return Projection(
            rentree=self.rentree,
            low=outlook.low,
            likely=outlook.likely,
            high=outlook.high,
            target=target,
            needed_per_week=None if target is None else outlook.needed_per_week(target),
            received_per_week=outlook.received_per_week,
            weeks_left=outlook.weeks_left,
            at_risk=outlook.at_risk,
            is_small=outlook.is_small,
            unknown="" if outlook.is_known else _("No application has come yet: there is nothing to forecast from."),
            places=outlook.places,
            open_places=self.open_places[zone],
            begun=self.begun[zone],
        )


def project(census: Census) -> dict[Cell, Projection]:
    """What is to be expected of each milestone that recruits or was promised young people."""
    found: dict[Cell, Projection] = {}
    for recruitment in recruitments(census):
        outlooks = forecast.forecast(recruitment.season) if recruitment.season else {}
        for zone in (*recruitment.zones, None):
            found[recruitment.milestone, zone] = recruitment.projection(zone, outlooks.get(zone))
    return found


# -- from rows to what the forecast follows from ----------------------------------------------------------------------


@dataclass
class _Promised:
    """A milestone with its targets, and the cohorts of its courses: all of them, and those of two intakes."""

    day: date
    targets: dict[int | None, int] = field(default_factory=dict)
    cohorts: list[Cohort] = field(default_factory=list)
    current: list[Cohort] = field(default_factory=list)
    previous: list[Cohort] = field(default_factory=list)


def recruitments(census: Census) -> list[Recruitment]:
    """Each milestone that recruits or was promised young people, in the order of the convention."""
    today = clock.today()
    promised = _promised(census.convention, today)
    _add_cohorts(promised, census.once(cohorts_of), today)
    counted, plans = census.once(tallies), _plans()
    return [
        _recruitment(milestone, one, counted, plans, today)
        for milestone, one in promised.items()
        if one.current or one.targets
    ]


def _promised(convention: Convention, today: date) -> dict[int, _Promised]:
    found: dict[int, _Promised] = {}
    by_measure: dict[int, dict[str, dict[int | None, int]]] = {}
    # The board has them already.
    prefetch_related_objects([convention], "milestones__objectives")
    for milestone in sorted(convention.milestones.all(), key=lambda one: one.order):
        found[milestone.pk] = _Promised(milestone.opens_on or milestone.finalise_by or today)
        for one in milestone.objectives.all():
            if one.measure in _MEASURES:
                by_measure.setdefault(milestone.pk, {}).setdefault(one.measure, {})[one.zone_id] = one.target
    for milestone, said in by_measure.items():
        targets = {zone: target for measure in _MEASURES for zone, target in said.get(measure, {}).items()}
        # Without a target for all zones, those of the zones add up.
        targets.setdefault(None, sum(target for zone, target in targets.items() if zone is not None))
        found[milestone].targets = targets
    return found


def _add_cohorts(promised: dict[int, _Promised], cohorts: Iterable[Cohort], today: date) -> None:
    """Of each course, the cohorts of the intake that is next or has just begun, and of the one before it."""
    by_course: dict[int, dict[date, list[Cohort]]] = {}
    for cohort in cohorts:
        starts = by_course.setdefault(cohort.intake.programme_id, {})
        starts.setdefault(cohort.intake.starts_on, []).append(cohort)
    for starts in by_course.values():
        days = list(starts)
        current = next((day for day in days if day >= today), days[-1])
        one = promised[starts[current][0].intake.programme.milestone_id]
        one.cohorts += [cohort for some in starts.values() for cohort in some]
        one.current += starts[current]
        earlier = [day for day in days if day < current]
        one.previous += starts[earlier[-1]] if earlier else []


def _plans() -> dict[int | None, dict[Step, Belief]]:
    """The planning rates by course; those of every course under None."""
    found: dict[int | None, dict[Step, Belief]] = {}
    for course, step, rate, days in PlanningRate.objects.values_list("programme", "step", "rate", "days"):
        found.setdefault(course, {})[Step(step)] = forecast.planned(float(rate), days)
    return found


def _recruitment(
    milestone: int,
    promised: _Promised,
    counted: Mapping[int, Tally],
    plans: dict[int | None, dict[Step, Belief]],
    today: date,
) -> Recruitment:
    if not promised.current:
        said = _("No cohort recruits for this milestone yet.")
        return Recruitment(milestone, promised.day, promised.targets, unknown=said)
    rentree = max(cohort.intake.starts_on for cohort in promised.current)
    if rentree < today:
        said = _("The first day was on %(day)s: who has come is counted, nothing is left to forecast.")
        return Recruitment(milestone, rentree, promised.targets, unknown=said % {"day": longdate(rentree)})
    planned = _planned(promised.current, plans)
    missing = next((step for step in Step if step not in planned), None)
    if missing is not None:
        said = _("No planning rate is recorded for the step “%(step)s”.") % {"step": missing.label}
        return Recruitment(milestone, rentree, promised.targets, unknown=said)
    last = _sum_of(promised.previous, counted)
    beliefs = tuple(forecast.learnt(*_of_last(step, last), planned[step]) for step in Step)
    season = Season(_pools(promised.current, counted, today), beliefs)
    open_places, begun = _room(promised.cohorts, counted, today)
    return Recruitment(milestone, rentree, promised.targets, season, open_places=open_places, begun=begun)


def _room(
    cohorts: Iterable[Cohort], counted: Mapping[int, Tally], today: date
) -> tuple[Counter[int | None], Counter[int | None]]:
    """By zone and in all, what there is for a target, which counts every intake: places, and who is confirmed."""
    open_places: Counter[int | None] = Counter()
    begun: Counter[int | None] = Counter()
    for cohort in cohorts:
        for zone in (cohort.zone_id, None):
            if cohort.intake.starts_on < today:
                begun[zone] += counted[cohort.pk].in_states([_S.CONFIRMED])
            else:
                # No more are confirmed than there are places.
                open_places[zone] += cohort.places
    return open_places, begun


def _planned(cohorts: Iterable[Cohort], plans: dict[int | None, dict[Step, Belief]]) -> dict[Step, Belief]:
    """Each step's planning rate: a course's own before the common one, and the mean of several courses."""
    courses = dict.fromkeys(cohort.intake.programme_id for cohort in cohorts)
    found: dict[Step, Belief] = {}
    for step in Step:
        said = [plans.get(course, {}).get(step) or plans.get(None, {}).get(step) for course in courses]
        if None not in said:
            found[step] = forecast.planned(
                sum(belief.rate for belief in said) / len(said), sum(belief.days for belief in said) / len(said)
            )
    return found


def _sum_of(cohorts: Iterable[Cohort], counted: Mapping[int, Tally]) -> Tally:
    total = Tally()
    for cohort in cohorts:
        total.add(counted[cohort.pk])
    return total


def _seen(step: Step, counts: Tally) -> tuple[int, int]:
    """How many have passed a step, and how many left there; whoever is still there counts on neither side."""
    passed = sum(n for (state, left_from), n in counts.files.items() if (left_from or state) in _PASSED.get(step, ()))
    left = sum(n for (_state, left_from), n in counts.files.items() if left_from in _LEFT.get(step, ()))
    return passed, left


def _of_last(step: Step, counts: Tally) -> tuple[int, int]:
    """The same of an intake that has begun; who was present is known where anybody was seen to come."""
    if step != Step.PRESENT:
        return _seen(step, counts)
    present = counts.facts[PRESENT]
    confirmed = sum(n for (state, left_from), n in counts.files.items() if _S.CONFIRMED in (state, left_from))
    return (present, max(confirmed - present, 0)) if present else (0, 0)


def _pools(cohorts: Iterable[Cohort], counted: Mapping[int, Tally], today: date) -> tuple[Pool, ...]:
    """Cohorts of a zone that begin and close on the same days are one pool."""
    alike: dict[tuple[int, date, date], list[Cohort]] = {}
    for cohort in cohorts:
        alike.setdefault((cohort.zone_id, cohort.intake.starts_on, cohort.applications_until), []).append(cohort)
    return tuple(
        _pool(zone, starts_on, until, some, _sum_of(some, counted), today)
        for (zone, starts_on, until), some in alike.items()
        if starts_on >= today
    )


def _pool(zone: int, starts_on: date, until: date, cohorts: list[Cohort], counts: Tally, today: date) -> Pool:
    opened = min(cohort.applications_from for cohort in cohorts)
    at_risk = counts.facts[AT_RISK]
    here = {state: counts.files[state, ""] for state in STAGES} | {AT_RISK: at_risk}
    here[_S.CONFIRMED] = max(here[_S.CONFIRMED] - at_risk, 0)
    return Pool(
        zone=zone,
        files=tuple(here[stage] for stage in STAGES),
        seen=tuple(_seen(step, counts) for step in Step),
        arrived=counts.facts[ARRIVED],
        days_looked_at=min(max((today - opened).days + 1, 0), 7 * WEEKS_LOOKED_AT),
        # Today's applications are still to come.
        days_to_apply=(until - max(today, opened)).days + 1,
        days_to_start=(starts_on - today).days,
        places=sum(cohort.places for cohort in cohorts),
    )
