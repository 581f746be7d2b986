"""What a virus scanner says is followed; while it says nothing a paper waits and nobody opens it."""

import socketserver
import struct
import threading

import pytest
from django import forms
from django.core.files.base import ContentFile
from django.test import Client

from config.embedded import free_port
from partnership import papers
from partnership.models import Job
from partnership.papers import viruses
from partnership.states import Scan

from . import corpus
from .conftest import sent

VIRUS = b"SECRET-VIRUS"


class Clamd(socketserver.StreamRequestHandler):
    """The little of clamd that we speak to: INSTREAM, its pieces, its answer."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        received = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            received += self.rfile.read(length)
            if self.server.most and len(received) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.received.append(received)
        self.wfile.write(self.server.says(received))


def honest(received: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if VIRUS in received else b"stream: OK\0"


class Scanner(socketserver.ThreadingTCPServer):
    """Listens until the test is over."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, port: int = 0):
        super().__init__(("127.0.0.1", port), Clamd)
        self.says, self.most, self.received = honest, 0, []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class LocalScanner(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def scanner(settings):
    """A scanner that finds one virus."""
    with Scanner() as scanner:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{scanner.server_address[1]}"
        yield scanner
        scanner.shutdown()


def scan(content: bytes) -> Scan:
    return viruses.look_for_viruses(ContentFile(content))


def test_where_no_scanner_is_configured_papers_are_taken(settings):
    assert settings.CLAMAV_URL == ""
    assert scan(VIRUS) == Scan.CLEAN


def test_what_the_scanner_says_is_followed(scanner):
    large = b"x" * 200_000
    assert scan(large) == Scan.CLEAN
    assert scan(large + VIRUS) == Scan.INFECTED
    # It was given the whole, in pieces.
    assert scanner.received == [large, large + VIRUS]


def test_a_scanner_on_the_same_machine_is_spoken_to_through_its_socket(settings, tmp_path):
    settings.CLAMAV_URL = f"unix://{tmp_path}/clamd"
    with LocalScanner(f"{tmp_path}/clamd", Clamd) as scanner:
        scanner.says, scanner.most, scanner.received = honest, 0, []
        threading.Thread(target=scanner.serve_forever, args=(0.02,), daemon=True).start()
        assert (scan(b"x"), scan(VIRUS)) == (Scan.CLEAN, Scan.INFECTED)
        scanner.shutdown()


def test_a_scanner_that_is_away_lets_nothing_through(settings, tmp_path):
    for away in (f"tcp://127.0.0.1:{free_port()}", f"unix://{tmp_path}/nobody", "tcp://nobody.invalid:3310"):
        settings.CLAMAV_URL = away
        assert scan(b"x") == Scan.PENDING


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK, but ERROR\0",
        b"stream: lstat() failed ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"OK\0",
        b"stream: OKAY\0",
        b"x" * 9_000,
        b"\xff\0",
    ],
)
def test_what_is_no_answer_lets_nothing_through(scanner, answer):
    scanner.says = lambda received: answer
    assert scan(b"x") == Scan.PENDING


def test_a_scanner_that_takes_less_than_a_paper_lets_nothing_through(scanner):
    scanner.most = 100_000
    assert scan(b"x" * 5_000_000) == Scan.PENDING
    assert scan(b"x" * 50_000) == Scan.CLEAN


def test_a_scanner_that_says_nothing_is_not_waited_for(scanner, monkeypatch):
    monkeypatch.setattr(viruses, "PATIENCE", 0.2)
    over = threading.Event()
    scanner.says = lambda received: over.wait(10) and b""
    assert scan(b"x") == Scan.PENDING
    over.set()


# -- with the form and the page ---------------------------------------------------------------------------------------


def infected() -> bytes:
    pdf = corpus.plain()
    pdf.pages[0].Contents = corpus.Stream(pdf, b"% " + VIRUS)
    return corpus.saved(pdf, compress_streams=False)


def test_a_virus_is_an_error_of_the_form(scanner):
    with pytest.raises(forms.ValidationError) as refused:
        papers.PaperField().clean(sent(infected()))
    assert refused.value.code == "virus" and "photographiez" in refused.value.messages[0]


@pytest.mark.django_db
@pytest.mark.urls("tests.papers.urls")
def test_a_paper_waits_until_the_scanner_is_back_and_nobody_reads_it_before(settings, folder, stranger):
    visitor, port = Client(), free_port()
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{port}"
    answer = visitor.post("/fr/envoyer/", {"paper": sent(corpus.saved(corpus.plain()))})
    assert answer.content.decode().endswith("1 p., pending")
    row = Job.objects.get(kind="paper")
    assert visitor.get(f"/fr/lire/{row.pk}/").status_code == 422
    assert papers.look_again(row.result.name) == Scan.PENDING
    with Scanner(port) as scanner:
        row.state = papers.look_again(row.result.name)
        row.save()
        scanner.shutdown()
    assert row.state == Scan.CLEAN
    assert visitor.get(f"/fr/lire/{row.pk}/").getvalue().startswith(b"%PDF-")
