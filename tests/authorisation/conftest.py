"""The two zones are built once: each test leaves them as it found them."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from . import making
from .world import World


@pytest.fixture(scope="package")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    files = tmp_path_factory.mktemp("files")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": files}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with (
        django_db_blocker.unblock(),
        override_settings(MAILBOX_DIR=str(files), STORAGES=storages, DATA_DIR=files),
        transaction.atomic(),
    ):
        yield making.build(files)
        transaction.set_rollback(True)


@pytest.fixture
def world(built, db) -> World:
    return built
