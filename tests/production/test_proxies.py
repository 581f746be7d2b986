"""Behind a proxy the visitor's address is the one the proxy saw, whatever the visitor says; over real granian."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from config.embedded import dies_with_parent, free_port


def _served(trusted):
    """A server that trusts some proxies, and a function that asks it with some headers."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--no-ws", "--log-level", "error", "tests.production.visitors:application"],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, "TRUSTED_PROXIES": trusted},
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )

    def ask(*headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.putrequest("GET", "/")
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders()
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            ask()
            break
        except OSError:
            time.sleep(0.05)
    yield ask
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def ask():
    """We are a trusted proxy, and so is another one in front of us."""
    yield from _served("127.0.0.1,10.9.0.0/16")


@pytest.fixture(scope="module")
def ask_as_a_stranger():
    yield from _served("10.9.0.0/16")


HTTPS = ("X-Forwarded-Proto", "https")


@pytest.mark.parametrize(
    ("headers", "who"),
    [
        pytest.param([], "http 127.0.0.1", id="the proxy itself: a health check"),
        pytest.param([("X-Forwarded-For", "198.51.100.7"), HTTPS], "https 198.51.100.7", id="a visitor"),
        pytest.param([("X-Forwarded-For", "2001:db8::7"), HTTPS], "https 2001:db8::7", id="a visitor over IPv6"),
        pytest.param(
            [("X-Forwarded-For", "203.0.113.9, 198.51.100.7"), HTTPS], "https 198.51.100.7", id="who says another"
        ),
        pytest.param(
            [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "198.51.100.7"), HTTPS],
            "https 198.51.100.7",
            id="who says another on a line of its own",
        ),
        pytest.param(
            [("X-Forwarded-For", "203.0.113.9, 198.51.100.7, 10.9.0.3"), HTTPS],
            "https 198.51.100.7",
            id="through two proxies",
        ),
        pytest.param([("X-Forwarded-For", "127.0.0.1, 198.51.100.7"), HTTPS], "https 198.51.100.7", id="who says ours"),
        pytest.param([("X-Forwarded-For", "unknown"), HTTPS], "https 0.0.0.0", id="of whom it says no address"),
        pytest.param([("X-Forwarded-For", "198.51.100.7:4711"), HTTPS], "https 0.0.0.0", id="with a port"),
        pytest.param(
            [("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "ftp")], "http 198.51.100.7", id="oddly"
        ),
    ],
)
def test_a_trusted_proxy_tells_who_asks(ask, headers, who):
    assert ask(*headers) == who


def test_what_anybody_else_says_of_themselves_is_ignored(ask_as_a_stranger):
    told = [
        ("X-Forwarded-For", "198.51.100.7"),
        HTTPS,
        ("X-Real-IP", "198.51.100.7"),
        ("Forwarded", "for=198.51.100.7"),
    ]
    assert ask_as_a_stranger(*told) == "http 127.0.0.1"
