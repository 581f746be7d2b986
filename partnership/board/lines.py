"""The lines of the board as the report reads them: each with its two sides and its forecast; and the one in focus."""

from dataclasses import dataclass
from datetime import date

from ..states import MilestoneStatus
from .columns import PLACED, PLACES, YOUNG
from .dates import last_day
from .readings import Reading
from .tables import Board, Card, Row, short_first


@dataclass(frozen=True)
class Line:
    """A milestone in a zone or in all: its row of the board, and the card of its milestone."""

    card: Card
    row: Row

    @property
    def young(self) -> Reading | None:
        return self.row.young_side

    @property
    def places(self) -> Reading | None:
        return self.row.places_side

    @property
    def is_behind(self) -> bool:
        """Whether a side is below its share of today."""
        return any(side is not None and side.is_behind for side in (self.young, self.places))

    @property
    def lacks(self) -> dict[str, int]:
        """What lacks of each side that lacks something, the short side first."""
        return {side.measure: side.missing for side in short_first(self.young, self.places) if side.missing}

    @property
    def has_hosts(self) -> bool:
        """Whether its young people sit with hosts at all."""
        return any(cell.measure in (PLACES, PLACED) for cell in self.row.cells)


def lines_of(board: Board) -> list[Line]:
    """Every line of the board's tables, zones first and their total after them."""
    cards = {card.milestone: card for card in board.cards}
    return [Line(cards[row.milestone], row) for table in board.tables for row in [*table.rows, *table.totals]]


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
