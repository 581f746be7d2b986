"""What several tests of recruitment ask for."""

from collections.abc import Callable

import pytest

from partnership import reminders


@pytest.fixture
def only_reminders(monkeypatch) -> Callable[..., None]:
    """These reminders alone: where many days go by, asking all the others would cost the most."""

    def keep(*keys: str) -> None:
        monkeypatch.setattr(reminders, "REMINDERS", {key: reminders.REMINDERS[key] for key in keys})

    return keep
