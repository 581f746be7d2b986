"""Rows as the matching reads them: who is to be placed in an intake, and the sites where one could."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.db.models import Count, F, Q

from cohorts.models import Enrolment, Intake, is_minor_by
from partnership import clock
from partnership.models import Commune, Zone

from ..languages import spoken
from ..matching.problem import HOST, LEAD, Pair, Place, Problem, Site, Student, Tutor, Weights
from ..models import (
    PLEDGE_LIFE,
    HostPledge,
    HostSite,
    Introduction,
    Placement,
    Seat,
    TutorCeiling,
    TutorEligibility,
    Wish,
)
from ..models import Tutor as TutorRow
from ..states import Chooser, IntroductionState, WishSide
from .zone import to_place

DAYS_A_WEEK = 7


def problem_of(
    intake: Intake,
    zone: Zone | None = None,
    *,
    with_visitors: bool = False,
    pins: Iterable[Pair] = (),
    exclusions: Iterable[Pair] = (),
    keep: Iterable[Pair] = (),
    weights: Weights | None = None,
) -> Problem:
    """What is to be solved for an intake, in one zone or in all: as many statements however many students and sites.

    `with_visitors` adds to a zone's own students those of others who said they could come. Pairs of whom nobody is
    left are forgotten. An employer outside the partnership has been brought by somebody, whom nobody here knows: it is
    left out, but for the places that pins give.
    """
    students = students_of(intake, zone, with_visitors=with_visitors)
    people, pins = {student.key for student in students}, list(pins)
    sites, tutors = sites_of(intake, zone, pinned=Counter(site for student, site in pins if student in people))
    places = {site.key for site in sites}

    def known(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
        return tuple(sorted((one, other) for one, other in pairs if one in people and other in places))

    return Problem(
        tuple(students),
        # Of those who were asked for, only the ones who are to be placed: what is kept names nobody else.
        tuple(replace(site, asked=site.asked & people) for site in sites),
        tuple(tutors),
        pins=known(pins),
        exclusions=known(exclusions),
        keep=known(keep),
        weights=weights or weights_today(),
    )


def weights_today() -> Weights:
    """How much each rule weighs, ways being as long as the pages measure them (ROAD_FACTOR, in hundredths)."""
    return Weights(detour=round(settings.ROAD_FACTOR * 100))


# -- students ---------------------------------------------------------------------------------------------------------


def students_of(intake: Intake, zone: Zone | None = None, *, with_visitors: bool = False) -> list[Student]:
    """The students without a place, as the matching reads them."""
    rows = Enrolment.objects.filter(application__intake=intake)
    if zone is not None:
        here = Q(application__cohort__zone=zone)
        if with_visitors:
            movable = Enrolment.objects.filter(application__other_zones=zone)
            here |= Q(pk__in=movable.values("pk"))
        rows = rows.filter(here)
    waiting = list(read_for_matching(to_place(rows)))
    return [student_of(enrolment) for enrolment in waiting]


def read_for_matching(rows):
    """Students with all that a rule needs of them."""
    return rows.select_related(
        "application__candidate__commune",
        "application__candidate__dossier",
        "application__cohort__zone",
        "application__intake",
        "mobility",
    ).prefetch_related("application__other_zones", "wishes")


def student_of(enrolment: Enrolment) -> Student:
    """One student, by their key: no name, no date of birth."""
    application = enrolment.application
    candidate = application.candidate
    mobility = getattr(enrolment, "mobility", None)
    wishes = sorted((wish for wish in enrolment.wishes.all() if wish.side == WishSide.STUDENT), key=_rank)
    return Student(
        key=str(enrolment.pk),
        zone=application.cohort.zone.code,
        other_zones=frozenset(zone.code for zone in application.other_zones.all()),
        position=place_of(candidate.commune),
        near_km=mobility.near_km if mobility else None,
        far_km=mobility.far_km if mobility else None,
        languages=spoken(application.languages) | {"fr"},
        availability=frozenset(application.availability),
        is_minor=is_minor_by(candidate, getattr(candidate, "dossier", None), application.intake.starts_on),
        school_days=frozenset(application.cohort.school_weekdays or ()),
        intake=str(application.intake_id),
        wishes=tuple(str(wish.site_id) for wish in wishes),
    )


def _rank(wish: Wish) -> int:
    return wish.rank


def place_of(commune: Commune | None) -> Place | None:
    """Where a commune is, if that is known."""
    if commune is None or commune.latitude is None:
        return None
    return Place(commune.latitude, commune.longitude, commune.is_approximate)


# -- sites ------------------------------------------------------------------------------------------------------------


def sites_of(
    intake: Intake, zone: Zone | None = None, *, pinned: Counter[str] | None = None
) -> tuple[list[Site], list[Tutor]]:
    """The sites with their free places, those without one too, and the tutors who still have room.

    With `pinned`, how many are pinned to each site by its key, one outside the partnership has no more places than
    these, and is left out without.
    """
    rows = HostSite.objects.select_related("company", "zone", "commune").prefetch_related("opening_hours")
    if zone is not None:
        rows = rows.filter(zone=zone)
    if pinned is not None:
        rows = rows.filter(Q(company__is_partner=True) | Q(pk__in=list(pinned)))
    sites = list(rows)
    keys = [site.pk for site in sites]
    free = Counter(Seat.objects.free().filter(site__in=keys, intake=intake).order_by().values_list("site", flat=True))
    hosted = Counter(
        Placement.objects.live()
        .filter(seat__site__in=keys, seat__intake=intake)
        .order_by()
        .values_list("seat__site", flat=True)
    )
    pledges = {pledge.site_id: pledge for pledge in HostPledge.objects.filter(site__in=keys, intake=intake)}
    asked: dict[object, set[str]] = {}
    for site, student in Wish.objects.filter(site__in=keys, side=WishSide.HOST).values_list("site", "enrolment"):
        asked.setdefault(site, set()).add(str(student))
    for site, student in meetings_at(keys):
        asked.setdefault(site, set()).add(str(student))
    tutors, serving = tutors_of(keys, intake)
    fresh_from = clock.now() - PLEDGE_LIFE
    found = []
    for site in sites:
        pledge, seats = pledges.get(site.pk), free[site.pk]
        if pinned is not None and not site.company.is_partner:
            seats = min(seats, pinned[str(site.pk)])
        found.append(
            Site(
                key=str(site.pk),
                zone=site.zone.code,
                position=place_of(site.commune),
                seats=seats,
                hosted=hosted[site.pk],
                needs=frozenset(site.languages_needed),
                languages=frozenset(site.languages),
                hours=hours_of(site),
                tutors=tuple(serving.get(site.pk, ())),
                is_fresh=pledge is not None and pledge.answered_at >= fresh_from,
                who_chooses=HOST if pledge is not None and pledge.chooser == Chooser.HOST else LEAD,
                intake=str(intake.pk),
                asked=frozenset(asked.get(site.pk, ())),
            )
        )
    return found, tutors


def meetings_at(sites: Iterable[object]) -> list[tuple[object, object]]:
    """The students whom hosts want to meet: as good as asked for."""
    wanted = Introduction.objects.filter(site__in=list(sites), state=IntroductionState.MEETING)
    return list(wanted.values_list("site", "enrolment"))


def hours_of(site: HostSite) -> tuple[tuple[int, int] | None, ...] | None:
    """The opening hours of a site's seven days in minutes, None where none has been recorded."""
    days = {row.weekday: (row.opens, row.closes) for row in site.opening_hours.all()}
    return tuple(days.get(day) for day in range(DAYS_A_WEEK)) if days else None


def tutors_of(sites: Iterable[object], intake: Intake) -> tuple[list[Tutor], dict[object, list[str]]]:
    """The tutors of these sites with the room they have left, and which of them serve each.

    What kind of contract a student will have is not known before: the lowest ceiling of the day counts, and the
    mildest rule of eligibility. Of whom nothing is known yet keeps nobody away: it is asked as they get a student.
    """
    serving: dict[object, list[str]] = {}
    through = TutorRow.sites.through.objects.filter(hostsite__in=list(sites), tutor__left_at__isnull=True)
    for site, tutor in through.order_by("tutor").values_list("hostsite", "tutor"):
        serving.setdefault(site, []).append(str(tutor))
    rows = TutorRow.objects.filter(sites__in=list(sites), left_at__isnull=True).distinct()
    busy = dict(
        Placement.objects.live()
        .filter(tutor__in=rows)
        .order_by()
        .values("tutor")
        .annotate(number=Count("pk"))
        .values_list("tutor", "number")
    )
    most, most_of_employer = ceilings(intake.starts_on)
    in_force = TutorEligibility.objects.filter(since__lte=intake.starts_on).order_by("since")
    rules, level = {rule.kind: rule for rule in in_force}.values(), intake.programme.level

    def may_train(row: TutorRow) -> bool:
        return row.years_in_job is None or not rules or any(rule.allows(row, level) for rule in rules)

    found = [
        Tutor(
            str(row.pk), max((most_of_employer if row.is_employer else most) - busy.get(row.pk, 0), 0), may_train(row)
        )
        for row in rows.order_by("pk")
    ]
    return found, serving


def ceilings(on: date) -> tuple[int, int]:
    """How many students a tutor may have at least whatever the contract, and one who is the employer (2 if no rule)."""
    latest: dict[str, TutorCeiling] = {}
    for row in TutorCeiling.objects.filter(since__lte=on).order_by(F("since")):
        latest[row.kind] = row
    plain = [row.most for row in latest.values()]
    own = [row.most if row.most_of_employer is None else row.most_of_employer for row in latest.values()]
    return min(plain, default=2), min(own, default=2)
