"""The five sentences of the report, by rules: the milestones, the short side, the forecast, what changed, what is next.

Milestones have what the others leave of the five, and one at least: it names the worst of them with its reason.
"""

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
from .key_figures import interval_words
from .lines import Line
from .next_dates import NextDate, next_commitment
from .tables import Board, Card

MOST = 5
# So many milestones that stand alike are named, and so many zones of a side; of more, the number is told.
MOST_NAMED = 3
MOST_ZONES = 4
FOUR_WEEKS = timedelta(weeks=4)
# A date as near as that goes before a content for which somebody waits, but for one that is not judged in time.
SOON = timedelta(days=14)
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
    told: list[Sentence] = []
    if focus is not None:
        told.append(Sentence(_("Short side"), short_sides(lines, focus)))
        told += _forecast(focus)
        told.append(Sentence(_("In four weeks"), what_changed(focus, series, today=today)))
    told = [*told, *_most_urgent_first(board, today)][: MOST - 1]
    return [*_of_milestones(board.cards, MOST - len(told)), *told]


def joined(parts: Iterable[str]) -> str:
    """Parts of a sentence, one after the other as the language parts them."""
    return pgettext("between parts of a sentence", "; ").join(parts)


# -- milestones -------------------------------------------------------------------------------------------------------


def _of_milestones(cards: list[Card], room: int) -> list[Sentence]:
    """Each milestone, where there is room; else the worst, and with the last sentence how the others stand."""
    if len(cards) <= room:
        return [_of(card) for card in cards]
    worst = sorted(cards, key=lambda card: _WORST_FIRST.index(card.standing.status))
    if room > 1:
        last = Sentence(_("Other milestones"), _together(worst[room - 1 :]))
        return [*map(_of, worst[: room - 1]), last]
    (first, *others) = worst
    told = f"{first.standing.reason} {_together(others)}"
    return [Sentence(first.milestone.short_title, told, first.standing.status)]


def _of(card: Card) -> Sentence:
    return Sentence(card.milestone.short_title, card.standing.reason, card.standing.status)


def _together(cards: list[Card]) -> str:
    """« À risque : certificat. Dans les temps : chaire. »: which stand alike, the worst first."""
    told = []
    for status, same in groupby(cards, key=lambda card: card.standing.status):
        names = [card.milestone.short_title for card in same]
        more = ngettext("%(n)s other milestone", "%(n)s other milestones", len(names)) % {"n": number(len(names))}
        which = get_text_list(names, _("and")) if len(names) <= MOST_NAMED else more
        told.append(_("%(status)s: %(milestones)s.") % {"status": status.label, "milestones": which})
    return " ".join(told)


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


# -- what is expected, what changed -----------------------------------------------------------------------------------


def _forecast(focus: Line) -> Iterator[Sentence]:
    projection = focus.row.forecast
    if projection is not None:
        words = ngettext("%(n)s young person present", "%(n)s young people present", projection.likely)
        said = {"young": words % {"n": number(projection.likely)}, "day": longdate(projection.rentree)}
        yield Sentence(_("Forecast"), _("%(young)s on %(day)s.") % said + " " + interval_words(projection))


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


def _most_urgent_first(board: Board, today: date) -> list[Sentence]:
    """The contents and the next date, what presses more before the other: there may be room for one of them."""
    contents, (card, coming) = list(_contents(board.cards)), _coming(board, today)
    if coming is None:
        return contents
    if coming.day - today <= SOON and not any(one.late for one in board.cards):
        return [_next_date(card, coming), *contents]
    return [*contents, _next_date(card, coming)]


def _contents(cards: list[Card]) -> Iterator[Sentence]:
    told = [
        _("%(milestone)s: %(words)s") % {"milestone": card.milestone.short_title, "words": words}
        for card in cards
        if (words := ", ".join(filter(None, [card.late_words, card.waiting_words])))
    ]
    if told:
        yield Sentence(_("Contents"), joined(told) + ".")


def _coming(board: Board, today: date) -> tuple[Card | None, NextDate | None]:
    """The date that comes first and the card of its milestone, if it has one; of what is done after all others."""
    whole = next_commitment((one for one in board.commitments if one.milestone_id is None), today=today)
    dated = [(card, card.standing.next_date) for card in board.cards] + [(None, whole)]
    return min((pair for pair in dated if pair[1]), key=lambda pair: _rank(*pair), default=(None, None))


def _rank(card: Card | None, coming: NextDate) -> tuple[bool, date]:
    return (card is not None and card.standing.status == MilestoneStatus.DONE, coming.day)


def _next_date(card: Card | None, coming: NextDate) -> Sentence:
    said = {"what": coming.brief, "date": coming.when}
    if card is None:
        return Sentence(_("Next date"), _("%(what)s: %(date)s") % said + ".")
    said["milestone"] = card.milestone.short_title
    return Sentence(_("Next date"), _("%(milestone)s – %(what)s: %(date)s.") % said)
