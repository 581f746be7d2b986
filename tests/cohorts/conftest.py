"""What several tests of recruitment ask for."""

from collections.abc import Callable, Iterator

import pytest

from partnership import clock, reminders
from partnership.models import Convention
from tests import factories

from .foreseeing import TODAY


@pytest.fixture
def only_reminders(monkeypatch) -> Callable[..., None]:
    """These reminders alone: where many days go by, asking all the others would cost the most."""

    def keep(*keys: str) -> None:
        monkeypatch.setattr(reminders, "REMINDERS", {key: reminders.REMINDERS[key] for key in keys})

    return keep


@pytest.fixture
def mid_june() -> Iterator[None]:
    """Three months before the first day of whoever is recruited now."""
    with clock.travel(TODAY):
        yield


@pytest.fixture
def convention(mid_june, db) -> Convention:
    """A convention in that June, with the planning rates of its forecast."""
    factories.planning_rates()
    return factories.convention()
