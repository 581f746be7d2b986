"""The convention at a glance: statuses, short sides and sentences, computed from figures and dates, never typed."""

from .amounts import amount, lacks_words
from .columns import COLUMNS, PLACES, YOUNG
from .dates import countdown, date_words, elapsed_share, last_day
from .lines import Line, focus_of, lines_of
from .next_dates import NextDate, next_date
from .opening import open_for
from .readings import Contents, Reading, contents_of, figure, missing, readings
from .report import Report, report_of
from .standings import Standing, standing, verdict
from .steps import DatedStep, next_moves
from .tables import Board, Card, Row, build, card_of, list_url, settlement_words, short_side
from .terms import TERMS
from .zones import ZoneStanding, mapped, zone_standings, zone_verdict

__all__ = [
    "COLUMNS",
    "PLACES",
    "TERMS",
    "YOUNG",
    "Board",
    "Card",
    "Contents",
    "DatedStep",
    "Line",
    "NextDate",
    "Reading",
    "Report",
    "Row",
    "Standing",
    "ZoneStanding",
    "amount",
    "build",
    "card_of",
    "contents_of",
    "countdown",
    "date_words",
    "elapsed_share",
    "figure",
    "focus_of",
    "lacks_words",
    "last_day",
    "lines_of",
    "list_url",
    "mapped",
    "missing",
    "next_date",
    "next_moves",
    "open_for",
    "readings",
    "report_of",
    "settlement_words",
    "short_side",
    "standing",
    "verdict",
    "zone_standings",
    "zone_verdict",
]
