"""The whole of Tandem, for the tests that hurt it."""

import os
from pathlib import Path

import pytest
from django.conf import settings as configured

from tests import factories

from .tandem import Site


@pytest.fixture(scope="session")
def whole_site():
    """Tandem on two machines, started once for all the tests that hurt it."""
    site = Site(Path(configured.DATA_DIR).parent / f"site-{os.getpid()}")
    try:
        site.wait_until_ready(seconds=180)
        yield site
    finally:
        site.stop()


@pytest.fixture
def site(whole_site):
    """The whole site, well before a test; after it, all that must hold holds."""
    whole_site.wait_until_ready(seconds=120)
    yield whole_site
    whole_site.settle(seconds=60)
    assert whole_site.broken() == []


@pytest.fixture
def reader():
    """A person with a chosen address."""
    return lambda address: factories.user(email=address)
