"""Real processes that tests start and kill: a mail server with a ledger, the relay, the worker, the web, the whole."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection

from tests import factories

from .processes import MailServer, Program
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
def programs(transactional_db, tmp_path):
    """Start programs on the tests' own database; each is killed at the end, by its own number."""
    started: list[Program] = []
    place = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()

    def start(*command: str, **environment: str) -> Program:
        own = {**os.environ, "DATABASE_URL": place, "PYTHONWARNINGS": "ignore", **environment}
        program = Program(*command, environment=own, log=tmp_path / "programs.log")
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()


@pytest.fixture
def mail_server(tmp_path):
    """Start a mail server; each is killed at the end."""
    started: list[MailServer] = []

    def start(**options) -> MailServer:
        started.append(MailServer(tmp_path, len(started), **options))
        return started[-1]

    yield start
    for server in started:
        server.program.kill()


@pytest.fixture
def smtp(mail_server, settings):
    """A mail server to which this very process sends."""
    server = mail_server()
    send_to(server, settings)
    return server


def send_to(server: MailServer, settings) -> None:
    """Let this very process send to a server, over real SMTP."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 3


@pytest.fixture
def reader():
    """A person with a chosen address."""
    return lambda address: factories.user(email=address)
