"""Each race is run once, and twenty times with `--full`."""

import pytest

TURNS = [pytest.param(1), *(pytest.param(turn, marks=pytest.mark.full) for turn in range(2, 21))]


@pytest.fixture(autouse=True, params=TURNS, ids=lambda turn: f"turn {turn}")
def turn(request, transactional_db) -> int:
    """Which time this is; the database is real, committed to, and emptied between two times."""
    return request.param
