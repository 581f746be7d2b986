"""Each race is run once, and twice more with `--full`; its naive control once, for it fails each time."""

import pytest

TURNS = [pytest.param(1), *(pytest.param(turn, marks=pytest.mark.full) for turn in range(2, 4))]


def pytest_generate_tests(metafunc):
    """Say how often each test is run."""
    is_control = metafunc.function.__name__.startswith("test_without_")
    metafunc.parametrize("turn", TURNS[:1] if is_control else TURNS, indirect=True, ids=lambda turn: f"turn {turn}")


@pytest.fixture(autouse=True)
def turn(request, transactional_db, folder) -> int:
    """Which time this is; the database is real, committed to, and emptied between two times, like the folder."""
    return request.param


@pytest.fixture(autouse=True)
def promises(request, turn):
    """Whoever raced, what must hold holds at the end; a control breaks it on purpose."""
    if not request.node.originalname.startswith("test_without_"):
        request.getfixturevalue("promises_hold")
