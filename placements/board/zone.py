"""The zone at a glance: who is to be placed, which places are free, what is under way."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from math import inf
from operator import attrgetter
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Application, Cohort, Enrolment, EnrolmentQuerySet, Intake
from cohorts.states import ENROLMENT_LIVE, ApplicationState, Availability
from partnership import clock
from partnership.distance import Distance, between
from partnership.models import Commune, Objective, OutgoingMessage, User, Zone
from partnership.states import MessageState
from programmes.states import HOSTED

from .. import emails, policies
from ..models import PLEDGE_LIFE, TIME_TO_UNDO, HostPledge, HostSite, OpeningHours, Placement, Seat, Tutor
from ..states import PLACED, PLACEMENT_LIVE, Chooser, PlacementState
from . import clocks
from . import zone_words as words
from .opening_hours import words_of

# -- sites and their places -----------------------------------------------------------------------------------------


@dataclass
class SiteRow:
    """A site and its places: taken, free, and free but not said again for ninety days (not counted)."""

    site: HostSite
    taken: int = 0
    free: int = 0
    stale: int = 0
    possible: int = 0
    is_hosts_choice: bool = False
    answered_at: datetime | None = None
    # From the student whose way is asked for.
    distance: Distance | None = None

    @cached_property
    def hours(self) -> str:
        """When the site works, in words; `opening_hours` is prefetched for a list."""
        return words_of(self.site)

    @property
    def total(self) -> int:
        return self.taken + self.free + self.stale


def site_rows(sites: Iterable[HostSite], intakes: Iterable[Intake]) -> list[SiteRow]:
    """The places of each site for these intakes, in two statements whatever their number."""
    rows = {site.pk: SiteRow(site) for site in sites}
    intakes = list(intakes)
    fresh_from = clock.now() - PLEDGE_LIFE
    said = {}
    pledges = HostPledge.objects.filter(site__in=rows, intake__in=intakes).order_by()
    for pledge in pledges.only("site", "intake", "answered_at", "places_possible", "places_sure", "chooser"):
        row, at = rows[pledge.site_id], pledge.answered_at
        said[pledge.site_id, pledge.intake_id] = at
        row.answered_at = max(at, row.answered_at or at)
        # What was perhaps possible long ago is not told any more.
        row.possible += pledge.places_possible if at >= fresh_from else 0
        row.is_hosts_choice |= pledge.chooser == Chooser.HOST and pledge.places_sure > 0
    seats = Seat.objects.open().filter(site__in=rows, intake__in=intakes).annotate(is_taken=_live_on_seat()).order_by()
    for site, intake, is_taken in seats.values_list("site", "intake", "is_taken"):
        row, at = rows[site], said.get((site, intake))
        if is_taken:
            row.taken += 1
        elif at is not None and at >= fresh_from:
            row.free += 1
        else:
            row.stale += 1
    return list(rows.values())


def _live_on_seat() -> Exists:
    return Exists(Placement.objects.live().filter(seat=OuterRef("pk")))


def seats_at(site: HostSite, intakes: Iterable[Intake]) -> list[dict[str, Any]]:
    """The places of one site by intake, for its page: the counts, and each open place with who is live on it."""
    held = Placement.objects.live().filter(seat__site=site)
    held = held.select_related("tutor", "enrolment__application__candidate")
    live = {placement.seat_id: placement for placement in held}
    seats = list(Seat.objects.open().filter(site=site).select_related("intake__programme").order_by("opened_at", "pk"))
    by_intake = {intake.pk: intake for intake in intakes} | {seat.intake_id: seat.intake for seat in seats}
    said = {pledge.intake_id: pledge for pledge in HostPledge.objects.filter(site=site)}
    fresh_from = clock.now() - PLEDGE_LIFE
    groups = []
    for intake in sorted(by_intake.values(), key=lambda intake: intake.starts_on):
        places = [{"seat": seat, "placement": live.get(seat.pk)} for seat in seats if seat.intake_id == intake.pk]
        free = sum(1 for place in places if place["placement"] is None)
        pledge = said.get(intake.pk)
        at = pledge.answered_at if pledge else None
        is_fresh = at is not None and at >= fresh_from
        groups.append(
            {
                "intake": intake,
                "places": places,
                "taken": len(places) - free,
                "free": free if is_fresh else 0,
                "stale": 0 if is_fresh else free,
                "answered_at": at,
                "said": words.answer_words(pledge) if pledge else "",
            }
        )
    return groups


def tutors_of(site: HostSite) -> QuerySet[Tutor]:
    """Who trains at a site, and how many students each has, here and elsewhere; those who have left while needed."""
    is_live = Q(placements__state__in=PLACEMENT_LIVE)
    live = Count("placements", filter=is_live, distinct=True)
    here = Count("placements", filter=is_live & Q(placements__seat__site=site), distinct=True)
    served = Tutor.sites.through.objects.filter(tutor=OuterRef("pk")).order_by().values("tutor")
    shared = Subquery(served.annotate(n=Count("pk")).values("n"))
    tutors = Tutor.objects.filter(sites=site).annotate(live=live, here=here, served=shared)
    return tutors.filter(Q(left_at__isnull=True) | Q(here__gt=0)).order_by("left_at", "name")


# -- students ---------------------------------------------------------------------------------------------------------


def to_place(students: EnrolmentQuerySet) -> QuerySet[Enrolment]:
    """The students without a live placement, with what their clock is read from; the longest wait first."""
    return (
        clocks.with_clocks(students.live())
        .filter(~Exists(Placement.objects.live().filter(enrolment=OuterRef("pk"))))
        .select_related("application__candidate__commune", "application__cohort__zone", "application__intake")
        .order_by("enrolled_at", "pk")
    )


@dataclass(frozen=True)
class SiteOption:
    """A site with free places, and how far it is from a student; none where nobody knows."""

    site: HostSite
    free: int
    distance: Distance | None
    # Outside the partnership, and of a zone that the reader does not lead.
    is_elsewhere: bool = False

    @cached_property
    def words(self) -> str:
        """As the sites to choose from name it; once for all students of a commune."""
        free = ngettext("%(n)s free", "%(n)s free", self.free) % {"n": self.free}
        way = f"{self.distance}, " if self.distance else ""
        return f"{way}{self.site}, {self.site.commune}, {free}"


@dataclass
class StudentRow:
    """A student to place, and the sites with a free place, the nearest first."""

    enrolment: Enrolment
    days: int
    # The student's own zone, when it is another that they could leave for this one.
    comes_from: Zone | None
    options: list[SiteOption]

    @property
    def clock(self) -> clocks.Clock | None:
        """The term that runs, if one does."""
        return clocks.clock_of(self.enrolment)

    @property
    def wait(self) -> str:
        if not self.days:
            return _("today")
        return ngettext("%(n)s day", "%(n)s days", self.days) % {"n": self.days}

    @property
    def availability(self) -> str:
        return availability_words(self.enrolment.application)


def availability_words(application: Application) -> str:
    """When a student can work beyond office hours."""
    known = [value for value in application.availability if value in Availability.values]
    return ", ".join(str(Availability(value).label) for value in known)


def _options(commune: Commune | None, rows: list[SiteRow]) -> list[SiteOption]:
    insee, department = (commune.insee_code, commune.department) if commune else ("", "")
    options = [SiteOption(row.site, row.free, between(commune, row.site.commune)) for row in rows if row.free]

    def rank(option: SiteOption) -> tuple:
        return (
            # The nearest first; where nobody knows how far it is, the same commune, then the same department,
            option.distance.km if option.distance else inf,
            option.site.commune_id != insee,
            option.site.commune.department != department,
            -option.free,  # then where most places are free
            option.site.name,
        )

    return sorted(options, key=rank)


def nearest_to(enrolment: Enrolment, *, user: User, most: int = 5) -> list[SiteOption]:
    """The nearest sites with a free place for this student, in their zone and where they could go, in one statement.

    An employer outside the partnership is offered whatever its zone, and before all others to whoever brings one (a
    student `with_clocks`): the one that their application names on top.
    """
    application = enrolment.application
    zones = [application.cohort.zone, *application.other_zones.all()]
    fresh = HostPledge.objects.filter(
        site=OuterRef("site"), intake=OuterRef("intake"), answered_at__gte=clock.now() - PLEDGE_LIFE
    )
    free = Seat.objects.free().filter(Exists(fresh), site=OuterRef("pk"), intake=application.intake_id).order_by()
    here = HostSite.objects.visible_to(user).filter(zone__in=zones)
    sites = (
        HostSite.objects.filter(Q(pk__in=here.order_by().values("pk")) | Q(company__is_partner=False))
        .annotate(free=Subquery(free.values("site").annotate(n=Count("pk")).values("n")))
        .filter(free__gt=0)
        .select_related("company", "commune", "zone")
    )
    options = _options(application.candidate.commune, [SiteRow(site, free=site.free) for site in sites])
    if enrolment.brings_employer:
        options.sort(key=lambda one: (one.site.company.is_partner, not _is_named(application, one.site)))
    return [
        replace(one, is_elsewhere=not one.site.company.is_partner and not policies.can_keep_site(user, one.site))
        for one in options[:most]
    ]


def board_of(enrolment: Enrolment, *, user: User) -> Zone | None:
    """The zone, their own or else one where they could go, from whose board somebody places a student."""
    application = enrolment.application
    zones = [application.cohort.zone, *application.other_zones.all()]
    return next((zone for zone in zones if policies.can_lead(user, zone)), None)


def _is_named(application: Application, site: HostSite) -> bool:
    """Whether a site is that of the employer whom an application names."""
    if application.employer_siret and site.siret:
        return site.siret == application.employer_siret
    return site.company.name.casefold() == application.employer_name.casefold()


# -- placements -------------------------------------------------------------------------------------------------------


@dataclass
class PlacementRow:
    """A placement under way, the host's letter while it is proposed, and whether it is this zone's to change."""

    placement: Placement
    letter: OutgoingMessage | None
    is_here: bool

    @property
    def waits_until(self) -> datetime | None:
        """When the host will be written to, while the placement can still be undone."""
        letter = self.letter
        if self.placement.state != PlacementState.PROPOSED or letter is None or letter.state != MessageState.PENDING:
            return None
        return letter.due_at if letter.due_at > clock.now() else None


def placement_rows(placements: Iterable[Placement], zone: Zone | None = None) -> list[PlacementRow]:
    """Placements with the letters of their proposals, in one more statement."""
    placements = list(placements)
    proposed = (placement for placement in placements if placement.state == PlacementState.PROPOSED)
    keys = {emails.proposal_key(placement): placement.pk for placement in proposed}
    sent = OutgoingMessage.objects.filter(key__in=keys).order_by().only("key", "state", "due_at")
    letters = {keys[letter.key]: letter for letter in sent}
    return [
        PlacementRow(placement, letters.get(placement.pk), zone is None or placement.seat.site.zone_id == zone.pk)
        for placement in placements
    ]


_NAMES_OF_SEATS = ("seat__site__company", "seat__site__zone", "seat__site__commune", "proposed_by", "tutor")
_NAMES_OF_STUDENTS = (
    "application__candidate__commune",
    "application__cohort__zone",
    "application__cohort__intake__programme",
    "application__intake",
)


def with_names(placements: QuerySet[Placement]) -> QuerySet[Placement]:
    """Placements with everything their rows show."""
    return placements.select_related(*_NAMES_OF_SEATS, *(f"enrolment__{name}" for name in _NAMES_OF_STUDENTS))


def named_apart(placements: QuerySet[Placement]) -> QuerySet[Placement]:
    """The same for one or a few, in two statements: a join of seventeen tables takes longer to plan than to run."""
    students = Enrolment.objects.select_related(*_NAMES_OF_STUDENTS)
    return placements.select_related(*_NAMES_OF_SEATS).prefetch_related(Prefetch("enrolment", students))


# A board has a hundred lines: no more is read than what they say.
_WHERE = ("name", "department", "latitude", "longitude", "is_approximate")
_TO_PLACE = (
    "state",
    "enrolled_at",
    "application__languages",
    "application__availability",
    "application__state",
    "application__intake__starts_on",
    "application__cohort__zone__name",
    "application__candidate__first_name",
    "application__candidate__last_name",
    *(f"application__candidate__commune__{name}" for name in _WHERE),
)
_ON_A_LINE = (
    "state",
    "version",
    "proposed_at",
    "proposed_by",
    "answered_at",
    "ended_at",
    "seat__site__name",
    "seat__site__company__is_partner",
    "seat__site__zone__name",
    "enrolment__state",
    "enrolment__application__state",
    "enrolment__application__cohort__zone",
    "enrolment__application__candidate__first_name",
    "enrolment__application__candidate__last_name",
)


def _who_and_where(placements: QuerySet[Placement]) -> QuerySet[Placement]:
    """Placements with what a line of the board says."""
    related = placements.select_related("seat__site__company", "seat__site__zone")
    students = "enrolment__application__candidate", "enrolment__application__cohort"
    return related.select_related(*students).only(*_ON_A_LINE)


def _is_confirmed_in(zone: Zone, enrolment: Enrolment) -> bool:
    """Whether a student counts among the young people of a zone."""
    application = enrolment.application
    is_confirmed = enrolment.state in ENROLMENT_LIVE and application.state == ApplicationState.CONFIRMED
    return is_confirmed and application.cohort.zone_id == zone.pk


# -- the zone ---------------------------------------------------------------------------------------------------------


@dataclass
class ZoneBoard:
    """Everything the page of a zone shows for an intake."""

    zone: Zone
    intake: Intake
    intakes: list[Intake]
    students: list[StudentRow] = field(default_factory=list)
    sites: list[SiteRow] = field(default_factory=list)
    placements: list[PlacementRow] = field(default_factory=list)
    undoable: list[PlacementRow] = field(default_factory=list)
    # Breaks that the reader recorded within the last ten minutes.
    broken: list[Placement] = field(default_factory=list)
    young: int = 0
    seats: int = 0
    linked: int = 0
    young_target: int | None = None
    seats_target: int | None = None
    stale: int = 0

    @property
    def own(self) -> int:
        """The students of this zone who wait."""
        return sum(1 for row in self.students if row.comes_from is None)

    @property
    def free(self) -> int:
        return sum(row.free for row in self.sites)

    @property
    def possible(self) -> int:
        return sum(row.possible for row in self.sites)

    @property
    def verdict(self) -> str:
        return words.verdict(self.own, self.free, anybody=bool(self.young or self.seats))

    @property
    def gap(self) -> str:
        return words.gap_words(self.young, self.seats)

    @property
    def lacks(self) -> str:
        """What lacks to the objectives, in a sentence; empty without an objective."""
        return words.lacks_words(self.young, self.seats, self.young_target, self.seats_target, stale=self.stale)


def intakes_of(zone: Zone | None) -> list[Intake]:
    """The intakes whose students are hosted in a zone, each with its `cohort_pk` there, or in any; earliest first."""
    rows = Intake.objects.filter(programme__kind__in=HOSTED)
    if zone is None:
        # Once each, however many zones it has.
        rows = rows.filter(Exists(Cohort.objects.filter(intake=OuterRef("pk"))))
    else:
        rows = rows.filter(cohorts__zone=zone).annotate(cohort_pk=F("cohorts"))
    return list(rows.select_related("programme").order_by("starts_on", "programme__short_title"))


def next_of(intakes: list[Intake], today: date) -> Intake | None:
    """The next intake to start, else the last one."""
    return next((intake for intake in intakes if intake.starts_on >= today), intakes[-1] if intakes else None)


def build(zone: Zone, intake: Intake, intakes: list[Intake], *, user: User) -> ZoneBoard:
    """Look a zone up for an intake: the same number of statements however many students and sites."""
    now = clock.now()
    board = ZoneBoard(zone, intake, intakes)
    sites = (
        HostSite.objects.filter(zone=zone)
        .select_related("company", "commune")
        .prefetch_related(Prefetch("opening_hours", OpeningHours.objects.order_by()))
        .annotate(seats_ever=Count("seats"))
        .only("name", "hours", "zone", "company__is_partner", *(f"commune__{name}" for name in _WHERE))
    )
    board.sites = sorted(site_rows(sites, [intake]), key=lambda row: (-row.free, -row.stale, -row.taken, row.site.name))

    of_intake = Enrolment.objects.filter(application__intake=intake)
    movable = Exists(Application.other_zones.through.objects.filter(application=OuterRef("application"), zone=zone))
    waiting = to_place(of_intake.filter(Q(application__cohort__zone=zone) | movable)).only(*_TO_PLACE)
    options: dict[str | None, list[SiteOption]] = {}
    for enrolment in waiting:
        commune = enrolment.application.candidate.commune
        home = enrolment.application.cohort.zone
        days = (now.date() - enrolment.enrolled_at.astimezone(clock.PARIS).date()).days
        # Students of one commune have the same way to each site.
        place = commune.pk if commune else None
        if place not in options:
            options[place] = _options(commune, board.sites)
        board.students.append(StudentRow(enrolment, days, home if home != zone else None, options[place]))
    board.students.sort(key=lambda row: (row.comes_from is not None, clocks.rank(row.enrolment)))

    here = Q(seat__site__zone=zone) | Q(enrolment__application__cohort__zone=zone)
    is_live = Q(state__in=PLACEMENT_LIVE, enrolment__application__intake=intake)
    is_own_break = Q(state=PlacementState.BROKEN, ended_by=user, ended_at__gt=now - TIME_TO_UNDO)
    shown = list(_who_and_where(Placement.objects.filter(here, is_live | is_own_break)))
    board.placements = placement_rows([one for one in shown if one.state in PLACEMENT_LIVE], zone)
    board.broken = [one for one in shown if one.state == PlacementState.BROKEN]
    board.broken.sort(key=attrgetter("ended_at"), reverse=True)
    board.undoable = [
        row
        for row in board.placements
        if row.waits_until
        and row.placement.proposed_by_id == user.pk
        and policies.can_change(user, row.placement)
        and row.placement.proposed_at > now - TIME_TO_UNDO
    ]

    # Whoever is placed between the two readings is in both.
    known = {row.enrolment.pk: row.enrolment for row in board.students}
    known |= {row.placement.enrolment_id: row.placement.enrolment for row in board.placements}
    board.young = sum(_is_confirmed_in(zone, enrolment) for enrolment in known.values())
    partners = [row for row in board.sites if row.site.company.is_partner]
    fresh_from = now - PLEDGE_LIFE
    board.seats = sum(
        row.free + (row.taken if row.answered_at and row.answered_at >= fresh_from else 0) for row in partners
    )
    board.stale = sum(row.stale for row in board.sites)
    placed = sum(
        row.is_here and row.placement.state in PLACED and row.placement.seat.site.company.is_partner
        for row in board.placements
    )
    board.linked = min(placed, board.young, board.seats)
    promised = Objective.objects.filter(
        milestone=intake.programme.milestone_id, zone=zone, measure__in=["confirmed", "host_places"]
    )
    targets = dict(promised.order_by().values_list("measure", "target"))
    board.young_target, board.seats_target = targets.get("confirmed"), targets.get("host_places")
    return board
