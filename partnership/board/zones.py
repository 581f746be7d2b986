"""Which zone is furthest behind: each is held against its own objectives, whatever milestone they are of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Zone
from ..states import MilestoneStatus
from .columns import PLACED, PLACES, YOUNG
from .readings import Reading
from .standings import lacks_words
from .tables import Board, Cell, Row

# The figures that stand beside the map.
MAPPED = (YOUNG, PLACES, PLACED)
BEHIND = (MilestoneStatus.LATE, MilestoneStatus.AT_RISK)


@dataclass(frozen=True)
class ZoneStanding:
    """A zone with its rows of the board, and how it stands by what was promised of it; no status where nothing was."""

    zone: Zone
    rows: list[Row]
    readings: list[Reading]
    status: MilestoneStatus | None

    @property
    def lacks(self) -> dict[str, int]:
        """How many young people and places are missing, of all its milestones together."""
        return _summed([self])

    @property
    def ratio(self) -> Fraction:
        """How far its furthest side is of what is needed today."""
        return min((reading.ratio for reading in self.readings if reading.missing), default=Fraction(1))

    @property
    def url(self) -> str:
        """The list of its young people, where the reader may open it."""
        cells = (cell for row in self.rows for cell in row.cells)
        return next((cell.url for cell in cells if cell.measure == YOUNG and cell.url), "")


def zone_standings(board: Board, zones: Iterable[Zone], *, today: date) -> list[ZoneStanding]:
    """Each zone by its objectives in young people and in places, those without any as well."""
    promised = [one for card in board.cards for one in card.readings if one.zone and one.measure in (YOUNG, PLACES)]
    made = []
    for zone in zones:
        read = [reading for reading in promised if reading.zone == zone]
        rows = [row for row in board.rows if row.zone == zone]
        made.append(ZoneStanding(zone, rows, read, _status(read, today)))
    return made


def _status(read: list[Reading], today: date) -> MilestoneStatus | None:
    if not read:
        return None
    lacking = [reading for reading in read if reading.missing]
    if not lacking:
        return MilestoneStatus.DONE
    if any(reading.due and reading.due < today for reading in lacking):
        return MilestoneStatus.LATE
    return MilestoneStatus.AT_RISK if any(reading.is_behind for reading in lacking) else MilestoneStatus.ON_TRACK


def _summed(standings: Iterable[ZoneStanding]) -> dict[str, int]:
    lacks: Counter[str] = Counter()
    for standing in standings:
        for reading in standing.readings:
            lacks[reading.measure] += reading.missing
    # Young people first, as everywhere; the order of the objectives is that of their names.
    return {measure: lacks[measure] for measure in (YOUNG, PLACES) if lacks[measure]}


def zone_verdict(standings: list[ZoneStanding]) -> str:
    """The title of the map: which zone is furthest behind, and what it lacks."""
    if not standings:
        return _("No zone yet: nothing stands on the map.")
    behind = [standing for standing in standings if standing.status in BEHIND]
    if behind:
        furthest = min(behind, key=lambda standing: (standing.ratio, -sum(standing.lacks.values())))
        lacks = furthest.lacks
        said = ngettext(
            "%(zone)s is the zone furthest behind: %(lacks)s is missing.",
            "%(zone)s is the zone furthest behind: %(lacks)s are missing.",
            sum(lacks.values()),
        )
        return said % {"zone": furthest.zone, "lacks": lacks_words(lacks)}
    promised = [standing for standing in standings if standing.status]
    if not promised:
        return _("No zone has an objective of its own: none is ahead or behind.")
    lacks = _summed(promised)
    if not lacks:
        return _("Every zone has reached its objectives.")
    return _("No zone is behind: still to find, %(lacks)s.") % {"lacks": lacks_words(lacks)}


def mapped(row: Row) -> list[Cell | None]:
    """The figures of a row that stand beside the map, in their order; none where it does not apply."""
    cells = {cell.measure: cell for cell in row.cells}
    return [cells.get(measure) for measure in MAPPED]
