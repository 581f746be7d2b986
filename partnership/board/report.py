"""The report for both boards: the answer, six figures, five sentences, what is to be done next and by whom.

Every number comes from the board, the projections and the history; none is counted here again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..models import Commitment, Convention
from ..next_steps import Step
from .key_figures import KeyFigure, key_figures
from .lines import Line, focus_of
from .sentences import Sentence, Series, sentences
from .steps import DatedStep, next_moves
from .tables import Board


@dataclass(frozen=True)
class Report:
    """One page for both boards."""

    convention: Convention
    as_of: date
    board: Board
    focus: Line | None
    figures: list[KeyFigure]
    sentences: list[Sentence]
    steps: list[DatedStep]
    lines: list[Line]

    @property
    def title(self) -> str:
        """The verdict of the board: late or not."""
        return self.board.title


def report_of(
    convention: Convention,
    board: Board,
    lines: list[Line],
    *,
    today: date,
    commitments: Iterable[Commitment] = (),
    steps: Iterable[Step] = (),
    series: Series | None = None,
) -> Report:
    """Put together what the board says, what is projected, what was kept of the past and what waits for somebody."""
    focus = focus_of(lines)
    return Report(
        convention=convention,
        as_of=today,
        board=board,
        focus=focus,
        figures=key_figures(board, focus),
        sentences=sentences(board, lines, focus, series or {}, today=today),
        steps=next_moves(lines, commitments, steps, today=today),
        lines=lines,
    )
