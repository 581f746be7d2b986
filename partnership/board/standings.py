"""Statuses of milestones, each with its reason in a sentence: computed, never typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..measures import MEASURES
from ..models import Commitment, Milestone
from ..states import MilestoneStatus
from ..templatetags.figures import longdate, number
from .columns import CONTENTS, DELIVERED, PLACES, YOUNG
from .dates import last_day
from .readings import Contents, Reading, missing


@dataclass(frozen=True)
class Standing:
    """Where a milestone stands, and why, in one sentence."""

    status: MilestoneStatus
    reason: str


def standing(
    milestone: Milestone,
    read: list[Reading],
    contents: Contents,
    commitments: Iterable[Commitment] = (),
    *,
    today: date,
) -> Standing:
    """Done: objectives reached and contents validated; late: not done after its date; at risk: behind today's share."""
    lacks = missing(read, contents)
    if (read or contents.total) and not lacks:
        return Standing(MilestoneStatus.DONE, _done_reason(read, contents))
    settled = last_day(milestone.finalise_by, milestone.finalise_precision)
    if settled is None:
        return Standing(MilestoneStatus.ON_TRACK, _undated_reason(commitments, today))
    if today > settled:
        return Standing(MilestoneStatus.LATE, _late_reason((today - settled).days, lacks))
    behind = [reading for reading in read if reading.is_behind]
    if behind:
        return Standing(MilestoneStatus.AT_RISK, _risk_reason(min(behind, key=lambda reading: reading.ratio)))
    if not read:
        return Standing(MilestoneStatus.ON_TRACK, _("No objective in figures before this date."))
    return Standing(MilestoneStatus.ON_TRACK, _("Every objective has its share of today."))


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


def lacks_words(lacks: dict[str, int]) -> str:
    """« 48 jeunes et 6 places »."""
    return get_text_list([amount(measure, n) for measure, n in lacks.items()], _("and"))


def amount(measure: str, n: int) -> str:
    """So many of what a measure counts, in words."""
    if measure == YOUNG:
        said = ngettext("%(n)s young person", "%(n)s young people", n)
    elif measure == PLACES:
        said = ngettext("%(n)s place", "%(n)s places", n)
    elif measure == CONTENTS:
        said = ngettext("%(n)s validated content", "%(n)s validated contents", n)
    elif measure == DELIVERED:
        said = ngettext("%(n)s delivered activity", "%(n)s delivered activities", n)
    else:
        said = "%(n)s × %(label)s"
    return said % {"n": number(n), "label": str(MEASURES[measure].label) if measure in MEASURES else measure}


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
