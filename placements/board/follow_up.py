"""Students under way, and what is due of their follow-up: derived from the first day, unless a day was agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts import services as recruitment
from cohorts.models import Intake
from partnership import clock
from partnership.models import Zone
from partnership.templatetags.figures import longdate

from ..contract_law.presence import day_at_the_host
from ..models import Placement, Visit
from ..states import CHECK_INS, PlacementState, Signal, VisitKind
from .zone import with_names

# The first 45 days of presence, in which either side may end the contract (C. trav., L6222-18), and ten days before.
_PRESENCE = {VisitKind.DAY_35: 35, VisitKind.DAY_45: 45}
# Our choice: a first visit within two months, then one every three.
FIRST_VISIT, NEXT_VISIT = timedelta(days=60), timedelta(days=90)
SOON = timedelta(days=14)


def due_day(placement: Placement, kind: str) -> date | None:
    """When a check-in or the first visit falls due by itself."""
    if placement.started_on is None:
        return None
    if kind in _PRESENCE:
        # As a break is held against: host, tutor and lead read one day.
        calendar = recruitment.calendar_of(placement.enrolment.application.cohort)
        return day_at_the_host(calendar, placement.started_on, _PRESENCE[VisitKind(kind)])
    return placement.started_on + FIRST_VISIT if kind == VisitKind.VISIT else None


@dataclass(frozen=True)
class Due:
    """Something to do about a student under way, on a day."""

    placement: Placement
    kind: VisitKind
    on: date
    is_planned: bool = False
    # Days of school, or school holidays, are not known. Absences never are.
    is_estimated: bool = False

    @property
    def is_late(self) -> bool:
        return self.on < clock.today()

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def when(self) -> str:
        """The day in words, and that it is estimated where it is."""
        day = longdate(self.on)
        return _("%(day)s (estimated)") % {"day": day} if self.is_estimated else day


@dataclass
class Followed:
    """A student under way: what was noted of them, and what comes next."""

    placement: Placement
    done: list[Visit]
    due: list[Due]

    @property
    def next(self) -> Due | None:
        return self.due[0] if self.due else None

    @property
    def last(self) -> Visit | None:
        return self.done[-1] if self.done else None

    @property
    def signal(self) -> str:
        """The last impression, if anybody has noted one."""
        return self.last.signal if self.last else ""

    @property
    def meaning(self) -> str:
        return {Signal.RISK: "late", Signal.ATTENTION: "risk", Signal.OK: "done"}.get(self.signal, "")


def followed(placements: QuerySet[Placement]) -> list[Followed]:
    """Placements under way with their follow-up, whoever is due first on top; in three statements, however many."""
    rows = with_names(placements.filter(state=PlacementState.ACTIVE)).select_related("tutor")
    rows = rows.prefetch_related(
        Prefetch("visits", queryset=Visit.objects.order_by("due_on", "pk"), to_attr="noted"),
        # What the calendar of a cohort is drawn from.
        "enrolment__application__cohort__zone__school_zones",
    )
    found = [of_one(placement, placement.noted) for placement in rows.order_by()]
    far = date.max
    return sorted(found, key=lambda row: (row.next.on if row.next else far, str(row.placement.enrolment)))


def of_one(placement: Placement, visits: Iterable[Visit]) -> Followed:
    """What is due of one placement, from its visits in order."""
    visits = list(visits)
    done = [visit for visit in visits if visit.done_on is not None]
    done.sort(key=lambda visit: (visit.done_on, visit.pk))
    due = [
        Due(placement, VisitKind(visit.kind), visit.due_on, is_planned=True)
        for visit in visits
        if visit.done_on is None
    ]
    known = {visit.kind for visit in visits}
    calendar = recruitment.calendar_of(placement.enrolment.application.cohort)
    is_estimated = calendar is None or not calendar.is_known
    due += [
        Due(
            placement, kind, day_at_the_host(calendar, placement.started_on, _PRESENCE[kind]), is_estimated=is_estimated
        )
        for kind in CHECK_INS
        if kind not in known
    ]
    if not any(one.kind == VisitKind.VISIT for one in due):
        last = max((visit.done_on for visit in done if visit.kind == VisitKind.VISIT), default=None)
        on = last + NEXT_VISIT if last else due_day(placement, VisitKind.VISIT)
        due.append(Due(placement, VisitKind.VISIT, on))
    return Followed(placement, done, sorted(due, key=lambda one: (one.on, one.kind)))


def in_zone(zone: Zone, intake: Intake | None = None) -> list[Followed]:
    """The students at the hosts of a zone, of one intake or of all."""
    rows = Placement.objects.filter(seat__site__zone=zone)
    return followed(rows if intake is None else rows.filter(enrolment__application__intake=intake))


def due_until(rows: Iterable[Followed], day: date) -> list[Due]:
    """What is due by a day, the oldest first."""
    found = [due for row in rows for due in row.due if due.on <= day]
    return sorted(found, key=lambda due: (due.on, due.kind, str(due.placement.enrolment)))


def verdict(rows: list[Followed]) -> str:
    """The title of the page: what is due, and of whom one must be afraid."""
    if not rows:
        return _("Nobody is at a host yet.")
    today = clock.today()
    late, soon = len(due_until(rows, today)), len(due_until(rows, today + SOON))
    risk = sum(row.signal == Signal.RISK for row in rows)
    if late:
        words = ngettext("%(n)s visit or check-in is due", "%(n)s visits or check-ins are due", late) % {"n": late}
    elif soon:
        words = ngettext(
            "%(n)s visit or check-in within two weeks", "%(n)s visits or check-ins within two weeks", soon
        ) % {"n": soon}
    else:
        words = _("Nothing is due within two weeks")
    if risk:
        words += ngettext(", %(n)s student at risk", ", %(n)s students at risk", risk) % {"n": risk}
    return _("%(words)s.") % {"words": words}
