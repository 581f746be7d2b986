"""The lines of the board as the report reads them: each with its two sides and its forecast; and the one in focus."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ..states import MilestoneStatus
from .columns import PLACED, PLACES, YOUNG
from .dates import last_day
from .readings import Reading
from .tables import Board, Card, Row, _side


@dataclass(frozen=True)
class Line:
    """A milestone in a zone or in all: its row of the board, each side beside its objective, who is expected."""

    card: Card
    row: Row
    young: Reading | None
    places: Reading | None

    @property
    def is_behind(self) -> bool:
        """Whether a side is below its share of today."""
        return any(side is not None and side.is_behind for side in (self.young, self.places))

    @property
    def lacks(self) -> dict[str, int]:
        """What lacks of each side that lacks something, the short side first."""
        sides = [self.young, self.places]
        if self.row.short_side == _("Hosting"):
            sides.reverse()
        return {side.measure: side.missing for side in sides if side and side.missing}

    @property
    def has_hosts(self) -> bool:
        """Whether its young people sit with hosts at all."""
        return any(cell.measure in (PLACES, PLACED) for cell in self.row.cells)


def lines_of(board: Board) -> list[Line]:
    """Every line of the board's tables, zones first and their total after them."""
    cards = {card.milestone: card for card in board.cards}
    lines = []
    for row in [row for table in board.tables for row in [*table.rows, *table.totals]]:
        card, zone = cards[row.milestone], row.zone
        young, places = (_side(key, row.milestone, zone, card.readings, board.counts) for key in (YOUNG, PLACES))
        lines.append(Line(card, row, young, places))
    return lines


def focus_of(lines: list[Line]) -> Line | None:
    """The line that opens the report: of the tandem to be settled next, in all its zones; None without any."""
    return min(lines, key=_rank, default=None)


def _rank(line: Line) -> tuple:
    milestone = line.card.milestone
    promised = {reading.measure for reading in line.card.readings} & {YOUNG, PLACES}
    return (
        not promised,  # what has a number to reach,
        line.card.standing.status == MilestoneStatus.DONE,  # and is not done,
        -len(promised),  # both young people and places before one of them,
        last_day(milestone.finalise_by, milestone.finalise_precision) or date.max,  # then what is due first
        milestone.order,
        line.row.zone is not None,  # in all zones rather than in one.
    )
