"""The convention at a glance: statuses, short sides and sentences, computed from figures and dates, never typed."""

from .columns import COLUMNS
from .dates import countdown, date_words, elapsed_share, last_day
from .opening import open_for
from .readings import Contents, Reading, contents_of, figure, missing, readings
from .standings import Standing, lacks_words, standing, verdict
from .tables import Board, Card, build, card_of, list_url, settlement_words, short_side
from .zones import ZoneStanding, mapped, zone_standings, zone_verdict

__all__ = [
    "COLUMNS",
    "Board",
    "Card",
    "Contents",
    "Reading",
    "Standing",
    "ZoneStanding",
    "build",
    "card_of",
    "contents_of",
    "countdown",
    "date_words",
    "elapsed_share",
    "figure",
    "lacks_words",
    "last_day",
    "list_url",
    "mapped",
    "missing",
    "open_for",
    "readings",
    "settlement_words",
    "short_side",
    "standing",
    "verdict",
    "zone_standings",
    "zone_verdict",
]
