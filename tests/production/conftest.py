"""Settings as production reads them."""

import os
import runpy
from pathlib import Path

import pytest
from django.conf import settings

PRODUCTION = {
    "DATABASE_URL": "postgresql://tandem:x@postgres.invalid:5432/tandem",
    "REDIS_URL": "redis://valkey.invalid:6379/0",
    "SECRET_KEY": "0123456789" * 5,
    "ALLOWED_HOSTS": "tandem.example,127.0.0.1",
    "EMAIL_URL": "smtp+tls://user:password@mail.invalid:587",
    "PUBLIC_URL": "https://tandem.example",
    "DEFAULT_FROM_EMAIL": "Tandem <bonjour@tandem.example>",
}


@pytest.fixture
def read(monkeypatch):
    """Reads the settings in an environment of its own: the usable one, with some changes (None takes one out)."""

    def read(**changes: str | None) -> dict:
        for name in [*os.environ]:
            monkeypatch.delenv(name)
        for name, value in (PRODUCTION | changes).items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(Path(settings.BASE_DIR) / "config" / "settings.py"))

    yield read
    monkeypatch.undo()
