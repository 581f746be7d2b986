"""The six figures of the report: each with what it is held against, or with why it is not known."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from ..projections import Projection
from ..states import MilestoneStatus
from ..templatetags.figures import number, rate, shortdate
from .lines import Line
from .outlooks import nothing_required
from .readings import Reading
from .tables import Board, Row


@dataclass(frozen=True)
class KeyFigure:
    """A number in large letters; without one, the note says why it is not known."""

    key: str
    label: str
    value: str = ""
    beside: str = ""
    note: str = ""
    status: MilestoneStatus | None = None


def key_figures(board: Board, focus: Line | None) -> list[KeyFigure]:
    """Confirmed, places, placed, expected, required a week: of one milestone; validated contents: of all."""
    if focus is None:
        unseen = _("Not known: no zone has an objective or a figure yet.")
        return [*(KeyFigure(key, label, note=unseen) for key, label in _labels().items()), _contents(board)]
    return [
        _confirmed(focus),
        _places(focus),
        _placed(focus),
        _expected(focus.row),
        _required(focus.row),
        _contents(board),
    ]


def _labels() -> dict[str, str]:
    return {
        "confirmed": _("Young people confirmed"),
        "host_places": _("Host places found"),
        "placed": _("Tandems formed"),
        "expected": _("Expected at the start"),
        "required": _("Applications needed"),
    }


def _figure(key: str, value: str = "", beside: str = "", note: str = "", status: MilestoneStatus | None = None):
    return KeyFigure(key, _labels()[key], value, beside, note, status)


# -- the two sides ----------------------------------------------------------------------------------------------------


def _confirmed(focus: Line) -> KeyFigure:
    side = focus.young
    target = side.target if side else 0
    words = npgettext("young people", "of %(n)s expected", "of %(n)s expected", target)
    return _figure("confirmed", number(focus.row.young), *_against(side, words % {"n": number(target)}))


def _places(focus: Line) -> KeyFigure:
    if not focus.has_hosts:
        return _figure("host_places", note=_("Does not apply: nobody of this milestone needs a host."))
    if focus.row.seats is None:
        return _figure("host_places", note=_("Not known: no host place has been promised, nor found."))
    side = focus.places
    target = side.target if side else 0
    words = npgettext("places", "of %(n)s expected", "of %(n)s expected", target)
    return _figure("host_places", number(focus.row.seats), *_against(side, words % {"n": number(target)}))


def _against(side: Reading | None, of_target: str) -> tuple[str, str, MilestoneStatus | None]:
    """What stands beside a figure, its note and its status."""
    if side is None:
        return _("without an objective"), _("No number was promised: nothing says whether this is enough."), None
    if not side.target:
        return of_target, _("The objective is nought: nobody is awaited."), None
    if side.is_reached:
        return of_target, _("The objective is reached."), MilestoneStatus.DONE
    said = {"needed": number(side.expected), "missing": number(side.missing)}
    status = MilestoneStatus.AT_RISK if side.is_behind else MilestoneStatus.ON_TRACK
    return of_target, _("%(needed)s needed by today; %(missing)s missing in all.") % said, status


def _placed(focus: Line) -> KeyFigure:
    if not focus.has_hosts:
        return _figure("placed", note=_("Does not apply: nobody of this milestone needs a host."))
    linked, young = focus.row.linked, focus.row.young
    words = ngettext("for %(n)s confirmed", "for %(n)s confirmed", young)
    note = _("A young person and a place that have found each other.")
    return _figure("placed", number(linked), words % {"n": number(young)}, note)


# -- what is to come --------------------------------------------------------------------------------------------------


def _expected(row: Row) -> KeyFigure:
    projection = row.forecast
    if projection is None:
        return _figure("expected", note=row.unknown)
    return _figure("expected", number(projection.likely), _present(projection), interval_words(projection))


def _present(projection: Projection) -> str:
    said = {"target": number(projection.target), "day": shortdate(projection.rentree)}
    return _("present on %(day)s") % said if projection.target is None else _("of %(target)s, on %(day)s") % said


def interval_words(projection: Projection) -> str:
    """« Huit chances sur dix : entre 71 et 88. »; of few people, that it is a small sample."""
    if projection.is_small:
        return _("About so many: too few people for an interval.")
    said = {"low": number(projection.low), "high": number(projection.high)}
    return _("Eight chances in ten: between %(low)s and %(high)s.") % said


def _required(row: Row) -> KeyFigure:
    projection = row.forecast
    if projection is None:
        return _figure("required", note=row.unknown)
    few = projection.few_places
    if projection.needed_per_week is None:
        _words, sentence = nothing_required(projection)
        return _figure("required", note=f"{sentence} {few}".rstrip())
    needed, weeks = projection.needed_per_week, projection.weeks_left
    left = ngettext("%(n)s week left", "%(n)s weeks left", weeks) % {"n": number(weeks)}
    note = _("As received in the last four weeks; %(left)s.") % {"left": left}
    # Applications are of no use where there is no place to put them.
    is_short = bool(few) or projection.received_per_week < needed
    return _figure(
        "required",
        number(needed),
        _("a week, for %(received)s received") % {"received": rate(projection.received_per_week)},
        few or (note if needed else _("The applications that have come are enough.")),
        MilestoneStatus.AT_RISK if is_short else MilestoneStatus.ON_TRACK,
    )


# -- contents ---------------------------------------------------------------------------------------------------------


def _contents(board: Board) -> KeyFigure:
    validated = sum(card.contents.validated for card in board.cards)
    total = sum(card.contents.total for card in board.cards)
    words = ngettext("of %(n)s, in every milestone", "of %(n)s, in every milestone", total) % {"n": number(total)}
    return KeyFigure(
        "contents", _("Contents validated"), number(validated), words, _contents_note(board), _contents_status(board)
    )


def _contents_note(board: Board) -> str:
    late, waiting = (sum(numbers) for numbers in ([c.late for c in board.cards], [c.waiting for c in board.cards]))
    told = []
    if late:
        words = ngettext("%(n)s content is not judged in time", "%(n)s contents are not judged in time", late)
        told.append(words % {"n": number(late)})
    if waiting:
        words = ngettext("%(n)s application waits for the content", "%(n)s applications wait for the content", waiting)
        told.append(words % {"n": number(waiting)})
    if told:
        return ", ".join(told) + "."
    if not any(card.contents.total for card in board.cards):
        return _("No programme has a content to be validated yet.")
    return _("Nobody waits for a content.")


def _contents_status(board: Board) -> MilestoneStatus | None:
    if any(card.late for card in board.cards):
        return MilestoneStatus.LATE
    if any(card.contents.missing for card in board.cards):
        return MilestoneStatus.ON_TRACK
    return MilestoneStatus.DONE if any(card.contents.total for card in board.cards) else None
