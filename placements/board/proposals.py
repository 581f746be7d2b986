"""A proposal as its page shows it: each line with its why, each student left over with what blocks them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Enrolment
from partnership.models import User
from partnership.states import Role

from ..matching import sentences
from ..matching.answer import plan_from_data, ranked_from_data
from ..matching.plan import Line, Plan, Unplaced, difference
from ..matching.problem import Problem
from ..matching.stored import from_data
from ..models import HostSite, Mobility, Placement, ProposalRun, Tutor, Wish
from ..states import PLACEMENT_LIVE, WishSide

# Points are shown out of a thousand, whatever the rules weigh.
OUT_OF = 1_000
# Of a proposal of thousands a page shows the first lines; the others are accepted as these go.
MOST_SHOWN = 200


@dataclass
class LineRow:
    """A line: who, where, why, what else; and whether it can still be accepted."""

    line: Line
    enrolment: Enrolment | None
    site: HostSite | None
    why: list[str]
    instead: str
    score: int
    tutor: str
    placement: Placement | None
    is_mine: bool

    @property
    def is_open(self) -> bool:
        """Whether it can be ticked: nobody has placed the student meanwhile, and the site is the lead's."""
        return self.placement is None and self.enrolment is not None and self.site is not None and self.is_mine

    @property
    def is_done(self) -> bool:
        """Whether the student has the very place that is proposed."""
        return self.placement is not None and str(self.placement.seat.site_id) == self.line.site


@dataclass
class LeftRow:
    """Somebody without a place: what blocks them, and what would change it."""

    student: str
    enrolment: Enrolment | None
    blocked: str
    unblocks: str
    seat_at: str
    removed: list[str]


@dataclass
class ListRow:
    """A host who chooses: whom to present to it."""

    site: HostSite
    students: list[Enrolment]
    intake: int

    @property
    def url(self) -> str:
        """Where they are presented, ticked already."""
        wanted = urlencode({"rentree": self.intake, "etudiant": [str(one.pk) for one in self.students]}, doseq=True)
        return f"{reverse('placements:site_present', args=[self.site.pk])}?{wanted}"


@dataclass
class ProposalBoard:
    """Everything that the page of a proposal shows."""

    run: ProposalRun
    plan: Plan
    verdict: str
    proof: list[str]
    lines: list[LineRow] = field(default_factory=list)
    left: list[LeftRow] = field(default_factory=list)
    lists: list[ListRow] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    changed: str = ""
    wanted: HostSite | None = None
    wanted_words: str = ""
    pins: list[tuple[Enrolment, HostSite]] = field(default_factory=list)
    exclusions: list[tuple[Enrolment, HostSite]] = field(default_factory=list)
    sites: list[HostSite] = field(default_factory=list)
    stale: list[tuple[HostSite, int]] = field(default_factory=list)
    more_lines: int = 0
    more_left: int = 0

    @property
    def open_lines(self) -> int:
        return sum(row.is_open for row in self.lines)

    @property
    def gap(self) -> str:
        """How many stay without a place, in words."""
        left = len(self.plan.unplaced)
        if not left:
            return _("Nobody stays without a place.")
        words = ngettext("%(n)s student stays without a place.", "%(n)s students stay without a place.", left)
        return words % {"n": left}

    @property
    def young_words(self) -> str:
        """What stands beside the bar of the students."""
        words = ngettext("to place, %(n)s by this proposal", "to place, %(n)s by this proposal", self.run.placed)
        return words % {"n": self.run.placed}

    @property
    def seats_words(self) -> str:
        """What stands beside the bar of the places."""
        waiting = sum(seats for _site, seats in self.stale)
        if not waiting:
            return ngettext("free place", "free places", self.run.places)
        words = ngettext("free places, %(n)s to be confirmed", "free places, %(n)s to be confirmed", waiting)
        return words % {"n": waiting}

    @property
    def way(self) -> str:
        """The middle way of those who are placed; empty where no distance is known."""
        ways = [line.fit.hectometres for line in self.plan.lines if line.fit.hectometres is not None]
        return _("Median way: %(km)s km.") % {"km": sentences.kilometres(round(median(ways)))} if ways else ""


def build(run: ProposalRun, *, user: User) -> ProposalBoard:
    """A made proposal for its page, in as many statements however many lines it has."""
    problem, plan = from_data(run.inputs), plan_from_data(run.plan["plan"])
    people = _people(problem, user)
    sites = {str(site.pk): site for site in _sites(problem)}
    known = sentences.Known(
        {key: str(one.application.candidate) for key, one in people.items()},
        {key: site.name for key, site in sites.items()},
        {str(key): name for key, name in Tutor.objects.filter(sites__in=sites).values_list("pk", "name").distinct()},
    )
    zone = str(run.zone) if run.zone else ""
    board = ProposalBoard(run, plan, sentences.verdict(plan, zone), sentences.proof(plan))
    live = _live(plan, people)
    led = user.zones_as(Role.REGIONAL_LEAD)
    best_first = sorted(plan.lines, key=lambda line: (-line.fit.total, known.student(line.student)))
    shown = best_first[:MOST_SHOWN]
    board.lines = [_line(line, people, sites, live, known, problem.weights.most, led) for line in shown]
    board.more_lines = len(plan.lines) - len(shown)
    left = sorted((one for one in plan.unplaced if one.student in people), key=lambda one: known.student(one.student))
    board.left = [_left(one, people, known) for one in left[:MOST_SHOWN]]
    board.more_left = max(len(plan.unplaced) - MOST_SHOWN, 0)
    board.lists = [
        ListRow(sites[site], [people[student] for student, _fit in rows if student in people], run.intake_id)
        for site, rows in run.plan["lists"].items()
        if site in sites
    ]
    wanted = sentences.most_wanted(plan)
    if wanted is not None and wanted in sites:
        board.wanted = sites[wanted]
        board.wanted_words = sentences.seat(wanted, plan.prices[wanted], known)
    board.pins = _pairs(problem.pins, people, sites)
    board.exclusions = _pairs(problem.exclusions, people, sites)
    board.stale = [
        (sites[site.key], site.seats)
        for site in problem.sites
        if site.seats and not site.is_fresh and site.key in sites
    ]
    board.sites = sorted(sites.values(), key=lambda site: site.name)
    _compare(board, known)
    return board


def _people(problem: Problem, user: User) -> dict[str, Enrolment]:
    rows = Enrolment.objects.visible_to(user).filter(pk__in=[one.key for one in problem.students])
    rows = rows.select_related("application__candidate__commune", "application__cohort__zone")
    return {str(row.pk): row for row in rows}


def _sites(problem: Problem) -> Iterable[HostSite]:
    keys = [one.key for one in problem.sites]
    return HostSite.objects.filter(pk__in=keys).select_related("company", "commune", "zone")


def _live(plan: Plan, people: Mapping[str, Enrolment]) -> dict[str, Placement]:
    rows = Placement.objects.filter(state__in=PLACEMENT_LIVE, enrolment__in=list(people)).select_related("seat")
    return {str(row.enrolment_id): row for row in rows}


def _line(
    line: Line,
    people: Mapping[str, Enrolment],
    sites: Mapping[str, HostSite],
    live: Mapping[str, Placement],
    known: sentences.Known,
    most: int,
    led: Any,
) -> LineRow:
    site = sites.get(line.site)
    return LineRow(
        line,
        people.get(line.student),
        site,
        sentences.why(line),
        sentences.instead(line, known),
        max(round(line.fit.total * OUT_OF / most), 0),
        known.tutor(line.tutor) if line.tutor else "",
        live.get(line.student),
        site is not None and (led is None or site.zone_id in led),
    )


def _left(one: Unplaced, people: Mapping[str, Enrolment], known: sentences.Known) -> LeftRow:
    seat_at = one.unblock.key if one.unblock is not None and one.unblock.what == "seat" else ""
    words = [sentences.removed(each, known) for each in one.removed]
    blocked, unblocks = sentences.blocked(one, known), sentences.unblocks(one, known)
    return LeftRow(one.student, people.get(one.student), blocked, unblocks, seat_at, words)


def _pairs(
    pairs: Iterable[tuple[str, str]], people: Mapping[str, Enrolment], sites: Mapping[str, HostSite]
) -> list[tuple[Enrolment, HostSite]]:
    return [(people[student], sites[site]) for student, site in pairs if student in people and site in sites]


def _compare(board: ProposalBoard, known: sentences.Known) -> None:
    """Beside the proposal that was looked at: what was changed, and what follows."""
    run = board.run
    before, change = run.based_on, run.change
    if before is None or before.plan is None or "what" not in change:
        return
    student, site = known.student(change["student"]), known.site(change["site"])
    words = {
        "pin": _("What if %(student)s were settled at %(site)s?"),
        "unpin": _("What if %(student)s were no longer settled?"),
        "exclude": _("What if %(student)s did not go to %(site)s?"),
        "allow": _("What if %(student)s could go to %(site)s again?"),
        "one_more": _("What if %(site)s had one place more?"),
    }
    board.changed = words[change["what"]] % {"student": student, "site": site}
    board.changes = sentences.changes(difference(plan_from_data(before.plan["plan"]), board.plan), known)


def name_of(student: str) -> str:
    """What a student is called, by the key of a line."""
    enrolment = Enrolment.objects.select_related("application__candidate").filter(pk=student).first()
    return str(enrolment.application.candidate) if enrolment else student


# -- a student between runs -------------------------------------------------------------------------------------------


def hosts_of(enrolment: Enrolment, *, user: User) -> tuple[ProposalRun | None, list[str]]:
    """A student's hosts by fit less what a place there takes from others, as the last proposal of a lead weighed them.

    Of the proposal, which may be long, only what it says of the student is read.
    """
    key = str(enrolment.pk)
    runs = ProposalRun.objects.visible_to(user).filter(intake=enrolment.application.intake_id)
    runs = runs.filter(plan__ranks__has_key=key).annotate(weighed=F(f"plan__ranks__{key}"))
    run = runs.only("made_at").order_by("-made_at").first()
    if run is None:
        return None, []
    ranked = [ranked_from_data(row) for row in run.weighed]
    names = HostSite.objects.filter(pk__in=[one.fit.site for one in ranked]).values_list("pk", "name")
    known = sentences.Known(sites={str(pk): name for pk, name in names})
    return run, [sentences.host(one, known) for one in ranked]


def said_by(enrolment: Enrolment, *, user: User) -> tuple[Mobility | None, list[HostSite]]:
    """How far a student said they go, and the hosts of a lead's zones they wish for, the dearest first."""
    wishes = Wish.objects.filter(enrolment=enrolment, side=WishSide.STUDENT)
    wishes = wishes.filter(site__in=HostSite.objects.visible_to(user)).select_related("site").order_by("rank")
    return Mobility.objects.filter(enrolment=enrolment).first(), [wish.site for wish in wishes]
