"""A body too large for any form, sent to the real server: answered before it is read, and nothing of it is kept."""

import os
import socket
import time

import psutil
import pytest

from config.embedded import free_port

from ..faults.processes import Program, until

HUGE = 200 * 1024 * 1024
PIECE = b"x" * 65_536
# What a worker may grow by, whatever is thrown at it: buffers of sockets and one piece of a body.
MOST_GROWTH = 20 * 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The web server as production starts it, with one worker; no page of these tests needs the database."""
    port, log = free_port(), tmp_path_factory.mktemp("web") / "web.log"
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command += ["--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"]
    program = Program(*command, environment=dict(os.environ), log=log)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers, "the web server listens", seconds=60)
        until(lambda: status_of(exchange(port, b"GET /livez HTTP/1.1")) == 200, "it answers", seconds=60)
        yield port, program
    finally:
        program.kill()


def exchange(port: int, head: bytes, *, send: int = 0, chunked: bool = False) -> bytes:
    """Send a request and as much of a body as the server takes before it answers; the beginning of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(head + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        line.setblocking(False)
        piece = b"10000\r\n" + PIECE + b"\r\n" if chunked else PIECE
        sent, answer, ends = 0, b"", time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                read = line.recv(65_536)
                answer += read
                if not read or b"</html>" in answer:
                    return answer
            except BlockingIOError:
                pass
            except ConnectionError:
                return answer
            if sent < send:
                try:
                    sent += line.send(piece)
                    continue
                except BlockingIOError:
                    pass
                except ConnectionError:
                    # The server has stopped listening: what it had said may still be read.
                    send = 0
            time.sleep(0.001)
        raise AssertionError("no answer within a minute")


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def weight(program: Program) -> int:
    """The memory of the web server and its worker, in bytes."""
    return sum(psutil.Process(pid).memory_info().rss for pid in [program.process.pid, *program.children()])


FORM = b"\r\nContent-Type: application/x-www-form-urlencoded"
FILE = b"\r\nContent-Type: multipart/form-data; boundary=limit"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", [FORM, FILE, b"\r\nContent-Type: application/json"])
def test_two_hundred_megabytes_are_refused_unread(server, kind, language):
    port, program = server
    before = weight(program)
    head = f"POST /{language}/connexion/ HTTP/1.1\r\nContent-Length: {HUGE}".encode() + kind
    for _time in range(3):
        began = time.monotonic()
        answer = exchange(port, head, send=HUGE)
        assert status_of(answer) == 413
        assert f'<html lang="{language}"'.encode() in answer
        assert time.monotonic() - began < 5
    assert weight(program) - before < MOST_GROWTH


@pytest.mark.parametrize("kind", [FORM, FILE])
def test_a_body_in_chunks_without_end_is_refused_unread(server, kind):
    port, program = server
    before = weight(program)
    for _time in range(3):
        began = time.monotonic()
        head = b"POST /fr/connexion/ HTTP/1.1\r\nTransfer-Encoding: chunked" + kind
        assert status_of(exchange(port, head, send=HUGE, chunked=True)) == 411
        assert time.monotonic() - began < 5
    assert weight(program) - before < MOST_GROWTH


@pytest.mark.parametrize(
    "head",
    [
        b"GET /fr/ HTTP/1.1\r\nX-Long: " + b"x" * 1_000_000,
        b"GET /fr/ HTTP/1.1\r\nCookie: " + b"a=b; " * 200_000,
        b"GET /fr/?q=" + b"x" * 1_000_000 + b" HTTP/1.1",
        b"GET /fr/ HTTP/1.1\r\n" + b"\r\n".join(b"X-%d: 1" % number for number in range(5_000)),
        b"GET /fr/ HTTP/1.1\r\nX-Nul: a\0b",
        b"GET /fr/\0 HTTP/1.1",
        b"POST /fr/connexion/ HTTP/1.1\r\nContent-Length: abc",
        b"POST /fr/connexion/ HTTP/1.1\r\nContent-Length: -1",
        b"POST /fr/connexion/ HTTP/1.1\r\nContent-Length: 99999999999999999999999",
        b"POST /fr/connexion/ HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6",
        b"GET /fr/ HTTP/9.9",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["header", "cookies", "address", "headers", "nul", "nul in path", "abc", "-1", "beyond", "two", "http", "tls"],
)
def test_a_head_that_is_none_is_refused_and_the_server_lives(server, head):
    port, program = server
    before = weight(program)
    answer = exchange(port, head)
    assert 400 <= status_of(answer) < 500 or answer == b""
    assert status_of(exchange(port, b"GET /livez HTTP/1.1")) == 200
    assert weight(program) - before < MOST_GROWTH
