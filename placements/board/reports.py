"""A zone in figures: places, answers, delays, causes; each figure with the list it counts, where there is one."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Intake
from partnership import clock
from partnership.distance import between
from partnership.models import Zone
from partnership.templatetags.figures import number
from partnership.working_time import working_days_between

from ..models import PLEDGE_LIFE, HostPledge, Placement, Seat
from ..states import BEGUN, BreakCause, DeclineReason, PlacementState

# Below so many answers a share says nothing.
FEW = 10
# By road, in kilometres: beyond, somebody spends more than an hour on the way.
FAR = 40
_S = PlacementState


@dataclass(frozen=True)
class Figure:
    """One line of the report: what, how much in words, and the list of the same."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Part:
    """A group of figures under a title."""

    key: str
    title: str
    figures: list[Figure]


def of_zone(zone: Zone, intake: Intake) -> list[Part]:
    """Everything the report says of a zone and an intake, in two statements."""
    placements = list(
        Placement.objects.filter(seat__site__zone=zone, seat__intake=intake)
        .exclude(state=_S.CANCELLED, answered_at=None)
        .select_related("seat__site__commune", "enrolment__application__candidate__commune")
    )
    parts = [_places(zone, intake), _answers(placements), _delays(placements), _distances(placements)]
    for part in (_refusals(placements), _breaks(placements)):
        if part.figures:
            parts.append(part)
    return parts


def _places(zone: Zone, intake: Intake) -> Part:
    fresh = HostPledge.objects.filter(
        site=OuterRef("site"), intake=OuterRef("intake"), answered_at__gte=clock.now() - PLEDGE_LIFE
    )
    seats = Seat.objects.filter(site__zone=zone, intake=intake).annotate(
        is_taken=Exists(Placement.objects.live().filter(seat=OuterRef("pk"))), is_fresh=Exists(fresh)
    )
    rows = list(seats.values_list("closed_at", "is_taken", "is_fresh"))
    still = [(taken, is_fresh) for closed, taken, is_fresh in rows if closed is None]
    taken = sum(taken for taken, _fresh in still)
    free = sum(is_fresh and not taken for taken, is_fresh in still)
    stale = len(still) - taken - free
    sites, at = reverse("placements:site_list"), f"?zone={zone.code}"
    return Part(
        "places",
        _("Places"),
        [
            Figure(_("opened"), number(len(rows))),
            Figure(_("free"), number(free), f"{sites}{at}&places=free"),
            Figure(_("taken"), number(taken), f"{reverse('placements:student_list')}{at}&situation=placed"),
            Figure(_("to reconfirm"), number(stale), f"{sites}{at}&places=stale"),
            Figure(_("closed"), number(len(rows) - len(still))),
        ],
    )


def _answers(placements: list[Placement]) -> Part:
    accepted = sum(one.state in (_S.ACCEPTED, *BEGUN) for one in placements)
    declined = sum(one.state == _S.DECLINED for one in placements)
    waiting = sum(one.state == _S.PROPOSED for one in placements)
    lapsed = sum(one.state == _S.LAPSED for one in placements)
    answered = sum(one.answered_at is not None for one in placements)
    asked = len(placements) - waiting
    return Part(
        "answers",
        _("Answers of hosts"),
        [
            Figure(_("proposals"), number(len(placements))),
            Figure(_("share answered"), _share(answered, asked)),
            Figure(_("accepted"), number(accepted)),
            Figure(_("declined"), number(declined)),
            Figure(_("without answer"), number(lapsed)),
            Figure(_("still waiting"), number(waiting)),
        ],
    )


def _delays(placements: list[Placement]) -> Part:
    answers = [
        working_days_between(_day(one.proposed_at), _day(one.answered_at)) for one in placements if one.answered_at
    ]
    starts = [(one.started_on - _day(one.answered_at)).days for one in placements if one.started_on and one.answered_at]
    lives = [(one.ended_on - one.started_on).days for one in placements if one.state == _S.BROKEN]
    return Part(
        "delays",
        _("Delays"),
        [
            Figure(_("from the proposal to the answer, median"), _working_days(answers)),
            Figure(_("slowest answer"), _working_days(answers, of=max)),
            Figure(_("from the yes to the first day, median"), _days(starts)),
            Figure(_("from the first day to the break, median"), _days(lives)),
        ],
    )


def _distances(placements: list[Placement]) -> Part:
    """How far those who have a place live from it, by road."""
    placed = [one for one in placements if one.state in (_S.ACCEPTED, *BEGUN)]
    found = [between(one.enrolment.application.candidate.commune, one.seat.site.commune) for one in placed]
    ways = sorted((way for way in found if way is not None), key=lambda way: way.km)
    far = sum(way.km > FAR for way in ways)
    return Part(
        "distances",
        _("Distances of those who have a place"),
        [
            Figure(_("median"), str(ways[len(ways) // 2]) if ways else _("not known yet")),
            Figure(_("longest"), str(ways[-1]) if ways else _("not known yet")),
            Figure(_("more than %(km)s km") % {"km": FAR}, number(far)),
            Figure(_("not known"), number(len(placed) - len(ways))),
        ],
    )


def _refusals(placements: list[Placement]) -> Part:
    found = Counter(one.decline_reason for one in placements if one.state == _S.DECLINED)
    return Part("refusals", _("Why hosts said no"), _ranked(found, DeclineReason))


def _breaks(placements: list[Placement]) -> Part:
    found = Counter(one.break_cause for one in placements if one.state == _S.BROKEN)
    return Part("breaks", _("Causes of breaks"), _ranked(found, BreakCause))


def _ranked(found: Counter, codes: type) -> list[Figure]:
    return [Figure(str(codes(code).label), number(n)) for code, n in sorted(found.items(), key=lambda x: (-x[1], x[0]))]


def _share(part: int, whole: int) -> str:
    words = _("%(n)s of %(all)s") % {"n": number(part), "all": number(whole)}
    if whole < FEW:
        return words
    return _("%(words)s, %(share)s %%") % {"words": words, "share": round(100 * part / whole)}


def _working_days(days: list[int], of: Callable[[list[int]], float] = median) -> str:
    if not days:
        return _("none yet")
    n = of(days)
    return ngettext("%(n)s working day", "%(n)s working days", int(n)) % {"n": _figure(n)}


def _days(days: list[int]) -> str:
    if not days:
        return _("none yet")
    n = median(days)
    return ngettext("%(n)s day", "%(n)s days", int(n)) % {"n": _figure(n)}


def _figure(n: float) -> str:
    return number(int(n) if float(n).is_integer() else n)


def _day(at: datetime) -> date:
    return at.astimezone(clock.PARIS).date()


def verdict(parts: Iterable[Part]) -> str:
    """The title: of how many places how many are taken, and how soon hosts answer."""
    by_key = {part.key: part for part in parts}
    opened, _free, taken, *_others = by_key["places"].figures
    delay = by_key["delays"].figures[0]
    said = {"taken": taken.value, "opened": opened.value, "delay": delay.value}
    return _("%(taken)s places taken of %(opened)s opened; hosts answer in: %(delay)s.") % said
