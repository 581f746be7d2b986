"""The report for both boards: the answer, six figures, five sentences, what is to be done next and by whom.

Every number comes from the board, the projections and the history; none is counted here again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..models import Commitment, Convention
from ..next_steps import Step, most_urgent
from ..states import Precision
from .dates import countdown, date_words
from .key_figures import KeyFigure, key_figures
from .lines import Line, focus_of
from .sentences import Sentence, Series, sentences
from .steps import behind, promised
from .tables import Board


@dataclass(frozen=True)
class DatedStep:
    """A step, by when in words, and whether that day has passed."""

    step: Step
    due: str
    is_late: bool


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
    own = [*promised(commitments), *steps, *behind(lines)]
    return Report(
        convention=convention,
        as_of=today,
        board=board,
        focus=focus,
        figures=key_figures(board, focus),
        sentences=sentences(board, lines, focus, series or {}, today=today),
        steps=[_dated(step, today) for step in most_urgent(own)],
        lines=lines,
    )


def _dated(step: Step, today: date) -> DatedStep:
    if step.due_on is None:
        return DatedStep(step, date_words(None, Precision.NONE), is_late=False)
    due = f"{date_words(step.due_on, Precision.DAY)}, {countdown(step.due_on, today)}"
    return DatedStep(step, due, is_late=step.due_on < today)
