"""What a zone waits for: hosts that have not answered, and students who have not begun."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.models import OutgoingMessage, Zone
from partnership.working_time import working_days_between

from .. import emails
from ..models import Placement
from ..states import PlacementState
from .zone import PlacementRow, placement_rows, with_names


@dataclass
class Waiting:
    """A proposal without an answer: for how many working days, and when its host was reminded."""

    row: PlacementRow
    reminded: list[datetime] = field(default_factory=list)

    @property
    def placement(self) -> Placement:
        return self.row.placement

    @property
    def days(self) -> int:
        return working_days_between(_day(self.placement.proposed_at), clock.today())

    @property
    def wait(self) -> str:
        if not self.days:
            return _("today")
        return ngettext("%(n)s working day", "%(n)s working days", self.days) % {"n": self.days}

    @property
    def meaning(self) -> str:
        """As the page colours it: at risk once the lead has been asked."""
        return "late" if self.days >= 7 else "risk" if self.days >= 5 else ""


def unanswered(zone: Zone) -> list[Waiting]:
    """The proposals of a zone that wait for their host, the longest wait first; three statements."""
    rows = with_names(Placement.objects.filter(state=PlacementState.PROPOSED, seat__site__zone=zone))
    found = [Waiting(row) for row in placement_rows(rows.order_by("proposed_at", "pk"), zone)]
    keys = {emails.reminder_key(one.placement, days): one for one in found for days in emails.REMINDED_AFTER}
    letters = OutgoingMessage.objects.filter(key__in=keys, sent_at__isnull=False).order_by("sent_at")
    told: dict[str, list[datetime]] = defaultdict(list)
    for letter in letters:
        told[str(keys[letter.key].placement.pk)].append(letter.sent_at)
    for one in found:
        one.reminded = told[str(one.placement.pk)]
    return found


def to_begin(zone: Zone) -> list[Placement]:
    """The accepted students of a zone whose first day nobody has recorded, whoever is due first on top."""
    rows = with_names(Placement.objects.filter(state=PlacementState.ACCEPTED, seat__site__zone=zone))
    return list(rows.order_by("enrolment__application__intake__starts_on", "answered_at", "pk"))


def is_due(placement: Placement) -> bool:
    """Whether the course of an accepted student has begun."""
    return placement.enrolment.application.intake.starts_on <= clock.today()


def verdict(waiting: Iterable[Waiting], ready: Iterable[Placement]) -> str:
    """The title of the page: whom to call, and whose first day is missing."""
    asked = list(waiting)
    late, missing = sum(bool(one.meaning) for one in asked), sum(map(is_due, ready))
    if not asked:
        words = _("No host owes an answer")
    else:
        words = ngettext("%(n)s host owes an answer", "%(n)s hosts owe an answer", len(asked)) % {"n": len(asked)}
    if late:
        words += ngettext(", %(n)s to call", ", %(n)s to call", late) % {"n": late}
    if missing:
        words += ngettext(", %(n)s first day to record", ", %(n)s first days to record", missing) % {"n": missing}
    return _("%(words)s.") % {"words": words}


def _day(at: datetime) -> date:
    return at.astimezone(clock.PARIS).date()
