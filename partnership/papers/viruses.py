"""What ClamAV says of a paper, where there is one (CLAMAV_URL); while it does not answer nobody opens the paper."""

import logging
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files import File

from ..states import Scan

log = logging.getLogger(__name__)
# Of each step of the conversation: somebody waits for the page.
PATIENCE = 10
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


def look_for_viruses(file: File) -> Scan:
    """Clean or infected by what clamd says; pending where it says nothing, clean where none is configured."""
    if not settings.CLAMAV_URL:
        return Scan.CLEAN
    try:
        with _clamd() as clamd:
            said = _ask(clamd, file)
    except OSError as problem:
        log.warning("clamd does not answer, a paper waits: %s", type(problem).__name__)
        return Scan.PENDING
    if said == b"stream: OK":
        return Scan.CLEAN
    if said.startswith(b"stream: ") and said.endswith(b" FOUND"):
        log.warning("clamd found a virus in a paper")
        return Scan.INFECTED
    log.error("clamd could not read a paper, which waits (is StreamMaxLength less than 40M?)")
    return Scan.PENDING


@contextmanager
def _clamd() -> Iterator[socket.socket]:
    url = urlsplit(settings.CLAMAV_URL)
    if url.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as clamd:
            clamd.settimeout(PATIENCE)
            clamd.connect(url.path)
            yield clamd
    else:
        with socket.create_connection((url.hostname, url.port or 3310), timeout=PATIENCE) as clamd:
            yield clamd


def _ask(clamd: socket.socket, file: File) -> bytes:
    """Send a file in pieces, each after its length, the last of none (clamd's INSTREAM); its answer."""
    clamd.sendall(b"zINSTREAM\0")
    file.seek(0)
    while piece := file.read(PIECE):
        clamd.sendall(struct.pack("!L", len(piece)) + piece)
    clamd.sendall(struct.pack("!L", 0))
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER and (more := clamd.recv(LONGEST_ANSWER)):
        said += more
    return said.partition(b"\0")[0]
