"""The five sentences of the report, by rules: each milestone, the short side, what changed, who waits, what comes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ..states import MilestoneStatus
from ..templatetags.figures import longdate, number
from .amounts import lacks_words
from .columns import PLACES, YOUNG
from .dates import last_day
from .key_figures import interval_words
from .lines import Line
from .tables import Board, Card

MOST = 5
# So many milestones have a sentence each; of more, the worst have, and one more tells of the others.
MOST_MILESTONES = 3
# So many zones of a side are named.
MOST_ZONES = 4
FOUR_WEEKS = timedelta(weeks=4)
_WORST_FIRST = [MilestoneStatus.LATE, MilestoneStatus.AT_RISK, MilestoneStatus.ON_TRACK, MilestoneStatus.DONE]

# By measure, a figure and the day it was kept, the oldest first.
Series = Mapping[str, list[tuple[date, int]]]


@dataclass(frozen=True)
class Sentence:
    """What is said, of what, and how that stands."""

    topic: str
    text: str
    status: MilestoneStatus | None = None


def sentences(board: Board, lines: list[Line], focus: Line | None, series: Series, *, today: date) -> list[Sentence]:
    """At most five, in the order in which they matter; what a rule cannot say, it says that it does not know."""
    told = _of_milestones(board.cards)
    if focus is not None:
        told.append(Sentence(_("Short side"), short_sides(lines, focus)))
        told.append(Sentence(_("In four weeks"), what_changed(focus, series, today=today)))
    told += _waiting(board.cards)
    if focus is not None:
        told += _to_come(focus, today)
    return told[:MOST]


def joined(parts: Iterable[str]) -> str:
    """Parts of a sentence, one after the other as the language parts them."""
    return pgettext("between parts of a sentence", "; ").join(parts)


# -- milestones -------------------------------------------------------------------------------------------------------


def _of_milestones(cards: list[Card]) -> list[Sentence]:
    if len(cards) <= MOST_MILESTONES:
        return [_of(card) for card in cards]
    worst = sorted(cards, key=lambda card: _WORST_FIRST.index(card.standing.status))
    others = sorted(card.standing.status.label for card in worst[MOST_MILESTONES - 1 :])
    counted = [_("%(status)s: %(n)s") % {"status": label, "n": len(list(same))} for label, same in groupby(others)]
    return [*map(_of, worst[: MOST_MILESTONES - 1]), Sentence(_("Other milestones"), ", ".join(counted) + ".")]


def _of(card: Card) -> Sentence:
    return Sentence(card.milestone.short_title, card.standing.reason, card.standing.status)


# -- sides ------------------------------------------------------------------------------------------------------------


def short_sides(lines: list[Line], focus: Line) -> str:
    """Which side is behind in which zones, and what lacks there; or that none is."""
    milestone = focus.card.milestone
    zones = [line for line in lines if line.card.milestone == milestone and line.row.zone] or [focus]
    behind = [line for line in zones if line.is_behind]
    if behind:
        sides = dict.fromkeys(line.row.short_side for line in behind)
        told = [_short(side, [line for line in behind if line.row.short_side == side]) for side in sides]
        return joined(told) + "."
    if not any(line.young or line.places for line in zones):
        return _("Not known: no zone has an objective.")
    return _("None: each zone has its share of today on both sides.")


def _short(side: str, lines: list[Line]) -> str:
    named = [_lacking(line) for line in lines[:MOST_ZONES]]
    if more := len(lines) - len(named):
        named.append(ngettext("%(n)s other zone", "%(n)s other zones", more) % {"n": more})
    return _("%(side)s: %(zones)s") % {"side": side, "zones": get_text_list(named, _("and"))}


def _lacking(line: Line) -> str:
    zone = line.row.zone or _("All zones")
    return _("%(zone)s (%(lacks)s missing)") % {"zone": zone, "lacks": lacks_words(line.lacks)}


# -- what changed -----------------------------------------------------------------------------------------------------


def what_changed(focus: Line, series: Series, *, today: date) -> str:
    """The figures of today beside those of four weeks ago; or since when figures have been kept."""
    then = {measure: point for measure in (YOUNG, PLACES) if (point := _before(series, measure, today - FOUR_WEEKS))}
    if YOUNG not in then:
        first = min((day for points in series.values() for day, _n in points), default=None)
        if first is None:
            return _("Not known: no figure has been kept yet.")
        return _("Not known: figures have been kept since %(day)s only.") % {"day": longdate(first)}
    day, young = then[YOUNG]
    said = [
        ngettext(
            "%(now)s young person confirmed, against %(then)s",
            "%(now)s young people confirmed, against %(then)s",
            focus.row.young,
        )
        % {"now": number(focus.row.young), "then": number(young)}
    ]
    if PLACES in then and focus.row.seats is not None:
        words = ngettext("%(now)s place, against %(then)s", "%(now)s places, against %(then)s", focus.row.seats)
        said.append(words % {"now": number(focus.row.seats), "then": number(then[PLACES][1])})
    return _("%(figures)s on %(day)s.") % {"figures": joined(said), "day": longdate(day)}


def _before(series: Series, measure: str, day: date) -> tuple[date, int] | None:
    return next((point for point in reversed(series.get(measure, [])) if point[0] <= day), None)


# -- what waits, what comes -------------------------------------------------------------------------------------------


def _waiting(cards: list[Card]) -> Iterator[Sentence]:
    told = [
        _("%(milestone)s: %(words)s") % {"milestone": card.milestone.short_title, "words": words}
        for card in cards
        for words in (card.waiting_words, card.late_words)
        if words
    ]
    if told:
        yield Sentence(_("Contents"), joined(told) + ".")


def _to_come(focus: Line, today: date) -> Iterator[Sentence]:
    projection = focus.row.projection
    if focus.row.forecast:
        words = ngettext("%(n)s young person present", "%(n)s young people present", projection.likely)
        said = {"young": words % {"n": number(projection.likely)}, "day": longdate(projection.rentree)}
        yield Sentence(_("Forecast"), _("%(young)s on %(day)s.") % said + " " + interval_words(projection))
    milestone = focus.card.milestone
    settled = last_day(milestone.finalise_by, milestone.finalise_precision)
    if settled is not None and settled >= today:
        said = {"milestone": milestone.short_title, "date": focus.card.date}
        yield Sentence(_("Next date"), _("%(milestone)s, %(date)s.") % said)
