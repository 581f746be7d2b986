"""The lines of the board as the report reads them: each with its two sides and its forecast; and the one in focus."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ..measures import Counts
from ..projections import Cell, Projection
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
    projection: Projection | None = None

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

    @property
    def is_projected(self) -> bool:
        """Whether anything can be said of who will be there."""
        return self.projection is not None and not self.projection.unknown

    @property
    def forecast(self) -> tuple[int, int, int] | None:
        """The likely number and its interval, where there is one."""
        if not self.is_projected or self.projection.is_small:
            return None
        return self.projection.likely, self.projection.low, self.projection.high


def lines_of(board: Board, counts: Counts, projections: Mapping[Cell, Projection] | None = None) -> list[Line]:
    """Every line of the board's tables, zones first and their total after them."""
    cards = {card.milestone: card for card in board.cards}
    lines = []
    for row in [row for table in board.tables for row in [*table.rows, *table.totals]]:
        card, zone = cards[row.milestone], row.zone
        young, places = (_side(key, row.milestone, zone, card.readings, counts) for key in (YOUNG, PLACES))
        projection = (projections or {}).get((row.milestone.pk, zone.pk if zone else None))
        lines.append(Line(card, row, young, places, projection))
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
