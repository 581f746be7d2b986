"""Statuses of milestones, each with its reason in a sentence: computed, never typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import itemgetter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Commitment, Milestone
from ..states import MilestoneStatus
from ..templatetags.figures import longdate, number
from .amounts import lacks_words
from .columns import DELIVERED, PLACES, YOUNG
from .dates import last_day
from .next_dates import NextDate, next_date
from .outlooks import Outlook, Projections, outlooks
from .readings import Contents, Reading, missing

# A status and its reason.
Verdict = tuple[MilestoneStatus, str]


@dataclass(frozen=True)
class Standing:
    """Where a milestone stands, and why, in one sentence; and what comes next, if anything has a date."""

    status: MilestoneStatus
    reason: str
    next_date: NextDate | None = None


def standing(
    milestone: Milestone,
    read: list[Reading],
    contents: Contents,
    commitments: Iterable[Commitment] = (),
    projections: Projections | None = None,
    *,
    today: date,
) -> Standing:
    """Done: objectives reached and contents validated; late: not done after its date; at risk: by the forecast, and
    where there are fewer places in class than young people promised.

    Where no forecast is known, and for all but young people, at risk is whatever is behind its share of today.
    """
    commitments = list(commitments)
    status, reason = _judged(milestone, read, contents, commitments, outlooks(read, projections or {}), today)
    return Standing(status, reason, next_date(milestone, read, commitments, today=today))


def _judged(
    milestone: Milestone,
    read: list[Reading],
    contents: Contents,
    commitments: list[Commitment],
    ahead: list[Outlook],
    today: date,
) -> Verdict:
    lacks = missing(read, contents)
    if (read or contents.total) and not lacks:
        return MilestoneStatus.DONE, _done_reason(read, contents)
    settled = last_day(milestone.finalise_by, milestone.finalise_precision)
    if settled is None:
        return MilestoneStatus.ON_TRACK, _undated_reason(commitments, today)
    if today > settled:
        return MilestoneStatus.LATE, _late_reason((today - settled).days, lacks)
    if risks := _risks(read, ahead):
        # The worst one; the young people first when both sides are equally short, for they are hard to find.
        return MilestoneStatus.AT_RISK, min(risks, key=itemgetter(0))[1]
    if ahead:
        return MilestoneStatus.ON_TRACK, min(ahead, key=lambda outlook: outlook.ratio).words
    if not read:
        return MilestoneStatus.ON_TRACK, _("No objective in figures before this date.")
    return MilestoneStatus.ON_TRACK, _("Every objective has its share of today.")


def _risks(read: list[Reading], ahead: list[Outlook]) -> list[tuple[Fraction, str]]:
    """How far each objective at risk is from what it needs, and in which words."""
    foreseen = [outlook.reading for outlook in ahead if outlook.projection.is_known]
    short = [(outlook.ratio, outlook.words) for outlook in ahead if outlook.is_short]
    behind = [reading for reading in read if reading.is_behind and reading not in foreseen]
    return short + [(reading.ratio, _risk_reason(reading)) for reading in behind]


def _done_reason(read: list[Reading], contents: Contents) -> str:
    if not read:
        return _("The content is validated.")
    return _("Objectives reached, content validated.") if contents.total else _("Objectives reached.")


def _undated_reason(commitments: Iterable[Commitment], today: date) -> str:
    waiting = sorted(promise.due_on for promise in commitments if promise.due_on and not promise.done_at)
    if not waiting:
        return _("Nothing is due.")
    if waiting[0] < today:
        return _("A commitment has been due since %(date)s.") % {"date": longdate(waiting[0])}
    return _("Nothing is due; next commitment on %(date)s.") % {"date": longdate(waiting[0])}


def _late_reason(days: int, lacks: dict[str, int]) -> str:
    since = ngettext("Not settled one day after its date", "Not settled %(n)s days after its date", days) % {"n": days}
    return _("%(since)s: %(lacks)s missing.") % {"since": since, "lacks": lacks_words(lacks)} if lacks else f"{since}."


def _risk_reason(reading: Reading) -> str:
    figures = {"n": number(reading.figure), "expected": number(reading.expected), "label": reading.label}
    if reading.measure == YOUNG:
        said = ngettext(
            "%(n)s young person confirmed, %(expected)s expected by today",
            "%(n)s young people confirmed, %(expected)s expected by today",
            reading.figure,
        )
    elif reading.measure == PLACES:
        said = ngettext(
            "%(n)s host place, %(expected)s expected by today",
            "%(n)s host places, %(expected)s expected by today",
            reading.figure,
        )
    elif reading.measure == DELIVERED:
        said = ngettext(
            "%(n)s activity delivered, %(expected)s expected by today",
            "%(n)s activities delivered, %(expected)s expected by today",
            reading.figure,
        )
    else:
        said = _("%(label)s: %(n)s, %(expected)s expected by today")
    sentence = said % figures + "."
    return _("%(zone)s: %(sentence)s") % {"zone": reading.zone, "sentence": sentence} if reading.zone else sentence


def verdict(statuses: list[MilestoneStatus]) -> str:
    """The title of the board: late or not, on how many milestones."""
    late, risk = statuses.count(MilestoneStatus.LATE), statuses.count(MilestoneStatus.AT_RISK)
    if late:
        said = ngettext("Late? Yes, on one milestone", "Late? Yes, on %(n)s milestones", late) % {"n": late}
        if risk:
            said += ngettext("; another is at risk", "; %(n)s others are at risk", risk) % {"n": risk}
        return said + "."
    if risk:
        return ngettext(
            "Late? No, but one milestone is at risk.", "Late? No, but %(n)s milestones are at risk.", risk
        ) % {"n": risk}
    if statuses and all(status == MilestoneStatus.DONE for status in statuses):
        return _("Late? No, everything is done.")
    return _("Late? No, every milestone is on track.")
