"""P8: a proposal from rows to explained lines beside the bare solver; seats and fits beside placing by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from . import seating
from .measure import Line, at_most, no_more

if TYPE_CHECKING:
    from .bench import Bench


def measure(bench: "Bench") -> Iterator[Line]:
    """Each size in a process of its own, whose memory is then the proposal's."""
    for number in bench.scale.proposed:
        found = seating.apart(number)
        work = f"proposal, {number:,} students × {found['sites']:,.0f} sites"
        for what, cost in (
            (f"{work}, from rows to explained lines", found["ours"]),
            ("… and every sentence of all of them", found["ours"] + found["words"]),
        ):
            line = at_most("P8", what, cost, found["bare"], 5)
            # A hundred are solved in no time, and no page tells thousands at once: one line has a goal.
            has_goal = number >= 10_000 and cost == found["ours"]
            yield line if has_goal else replace(line, goal="–", holds=True)
        yield no_more("P8", "… its memory", round(found["memory"]), seating.MOST_MEMORY, "MB")
        yield no_more("P8", "… its duality gap", found["gap"], 0, "")
        yield more("… students placed, beside by hand", found["placed"], found["hand_placed"])
        yield more("… points of fit, beside by hand", found["fit"], found["hand_fit"])


def more(work: str, ours: float, by_hand: float) -> Line:
    """A line whose goal is not to be surpassed by hand."""
    return Line("P8", work, f"{ours:,.0f}", f"{by_hand:,.0f}", f"{ours / by_hand:.2f}×", "≥ 1×", ours >= by_hand)
