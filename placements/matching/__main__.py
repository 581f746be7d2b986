"""The solver as a program of its own: `python -m placements.matching` reads a stored problem, writes what it answers.

Its libraries take a hundred megabytes, which no process that serves pages or sends letters has to carry.
"""

import json
import sys
from typing import Any

from .answer import plan_as_data
from .plan import fingerprint
from .proposing import propose
from .ranking import ranks
from .shortlists import shortlists
from .stored import from_data


def answer(data: dict[str, Any]) -> dict[str, Any]:
    """The plan of a stored problem, its fingerprint, the lists for hosts who choose, and each student's hosts."""
    problem = from_data(data)
    plan = propose(problem)
    lists = shortlists(problem)
    return {
        "plan": plan_as_data(plan),
        "fingerprint": fingerprint(plan),
        "lists": lists.lists,
        "left_out": lists.left_out,
        "ranks": ranks(problem, plan),
    }


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout, separators=(",", ":"))
