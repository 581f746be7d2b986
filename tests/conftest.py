"""Personas by role, and the few fixtures every folder shares."""

import gc
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import translation

from partnership import invariants, tombstones
from partnership.models import JournalEntry, User
from partnership.states import Role

from . import factories, runs
from .faults.processes import MailServer, Program, send_to


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database with the figures of its reference tables; of the others, which are empty, nothing is known."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture(autouse=True)
def usual_language():
    """A page asked for in English leaves the thread speaking it: the next test begins in French."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nobody_erased_before():
    """Whoever a test has erased is written down beside the database, where no rollback takes it away."""
    yield
    tombstones.path().unlink(missing_ok=True)


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """Where this test alone keeps its files and its tombstones."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    storage = settings.STORAGES["default"] | {"OPTIONS": {"location": settings.DATA_DIR}}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    return settings.DATA_DIR


@pytest.fixture
def coordinator(db) -> User:
    return factories.user(Role.COORDINATOR, name="Hélène Brossard")


@pytest.fixture
def smt_coordinator(db) -> User:
    return factories.user(Role.COORDINATOR, party_code="smt", name="Paul Vernet")


@pytest.fixture
def recruiter(db) -> User:
    """Recruits in every zone."""
    return factories.user(Role.RECRUITER, name="Claire Devaux")


@pytest.fixture
def lyon_recruiter(db) -> User:
    return factories.user(Role.RECRUITER, zone=factories.zone("lyon"), name="Mehdi Ancelin")


@pytest.fixture
def author(db) -> User:
    return factories.user(Role.AUTHOR, name="Irène Castel")


@pytest.fixture
def reviewer(db) -> User:
    return factories.user(Role.REVIEWER, party_code="smt", name="Paul Armangaud")


@pytest.fixture
def lyon_lead(db) -> User:
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"), name="Karim Sautel")


@pytest.fixture
def paris_lead(db) -> User:
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("paris"), name="Anne Morvan")


@pytest.fixture
def administrator(db) -> User:
    return factories.user(Role.ADMINISTRATOR, name="Odile Ferrand")


@pytest.fixture
def stranger(db) -> User:
    """Has an account and no role."""
    return factories.user(name="Sans Rôle")


@pytest.fixture
def client_of():
    """A signed-in test client for a user."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def promises_hold(db):
    """At the end of the test everything holds that must; what only a factory made has no state in the journal."""
    yield
    findings = invariants.check()
    flows = {model._meta.label_lower: model.FLOW for model in apps.get_models() if hasattr(model, "FLOW")}
    states = {state for flow in flows.values() for state in flow}
    told = set(JournalEntry.objects.filter(after__in=states).values_list("subject", flat=True))
    assert not [f for f in findings if f.reference.partition(":")[0] not in flows or f.reference in told]


# -- processes that a test starts -------------------------------------------------------------------------------------


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


# -- tests that need a browser, tests that need an hour ----------------------------------------------------------------


# A quarter of an hour and more: with `--full` they begin at once, side by side.
WAITS_FOR_SECONDS = "tests/faults/test_site.py"
LONGEST = (WAITS_FOR_SECONDS, "tests/browser/test_pages.py", "tests/journeys/test_season.py")


def pytest_runtest_setup(item):
    """In the long run everything else makes way for the tests that count the seconds a site takes to recover."""
    if runs.IS_LONG and not item.nodeid.startswith(WAITS_FOR_SECONDS) and os.nice(0) == 0:
        os.nice(10)


def pytest_collection_finish():
    """Leave alone what lives until the end: looking through it again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def pytest_collection_modifyitems(config, items):
    """Leave out the long tests, or with `--full` all others unless a path is named; skip the browser's without one."""
    if runs.IS_LONG:
        items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    if runs.RUN != runs.EVERYTHING:
        left_out = {item for item in items if not _belongs(item)}
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    if not os.environ.get("BROWSER"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def _belongs(item) -> bool:
    """Whether a test is one of this run's."""
    if item.get_closest_marker("full"):
        return runs.IS_LONG
    return not runs.IS_LONG or item.get_closest_marker("both") is not None


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Say how many browser tests ran: a green run without them is not the same."""
    ran, not_run = (_of_the_browser(terminalreporter, *kinds) for kinds in (("passed", "failed"), ("skipped",)))
    if ran or not_run:
        terminalreporter.line(f"browser tests: {len(ran)} ran, {len(not_run - ran)} did not")


def pytest_sessionfinish(session):
    """Under CI=true, browser tests that did not run fail the whole."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and _of_the_browser(reporter, "skipped") and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _of_the_browser(reporter, *kinds: str) -> set[str]:
    reports = [report for kind in kinds for report in reporter.stats.get(kind, [])]
    return {report.nodeid for report in reports if "browser" in report.keywords}
