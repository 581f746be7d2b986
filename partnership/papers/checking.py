"""What was sent, as a paper of ours: one PDF that a process of its own has made, or a sentence that says what to do."""

import errno
import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File

from ..states import Scan
from ..uploads import Room
from .sentences import SENTENCES, sentence

MEGABYTE = 1024 * 1024
# What a telephone's photo may weigh; twenty pages of scans come to less than the whole.
ROOM = Room(each=15 * MEGABYTE, together=40 * MEGABYTE)
MOST_PAGES = 20
# Forty-eight megapixels are the largest that telephones take; a page of A4 at 210 dpi has four.
MOST_PIXELS = 50_000_000
# The largest of those photos takes 480 MB of addresses to decode (HEIC), a PDF far less.
MEMORY = 640 * MEGABYTE
# Of the processor: a photo of that size takes three, twenty usual ones twenty.
SECONDS, SECONDS_FOR_SEVERAL = 10, 30
# One paper is opened at a time in each web process, so that their memory adds up to what the container has.
_TURN = threading.BoundedSemaphore()
PATIENCE = 30
SANDBOX = Path(__file__).with_name("sandbox")
# How it ends when it used up its seconds, its memory or its hour.
TOO_MUCH = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL, signal.SIGABRT}
ANSWER = re.compile(rb"(?P<why>%s) (?P<number>\d{1,2})" % "|".join([*SENTENCES, "room", "fine"]).encode())
LONGEST_ANSWER = 40
PDF = "PDF"
# What files begin with.
MARKS = {b"%PDF-": PDF, b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


class Unacceptable(ValidationError):
    """What was sent is no paper; its message is the sentence, its code one of `SENTENCES`."""

    def __init__(self, why: str, *, which: int = 0, of: int = 1):
        size = ROOM.together if why == "together" else ROOM.each
        said = {"n": which + 1, "total": of, "pages": MOST_PAGES, "size": size // MEGABYTE}
        super().__init__(sentence(why, which=which, of=of), code=why, params=said)


class Answer(NamedTuple):
    """What the sandbox found: `fine` and the number of pages, or why there is no paper and the photo's number."""

    why: str
    number: int = 0


class Paper(ContentFile):
    """A paper as it is kept: the bytes of a PDF, and how many pages it has."""

    def __init__(self, content: bytes, pages: int):
        super().__init__(content, name="paper.pdf")
        self.pages = pages
        # What the virus scanner says; until it is asked nobody opens the paper.
        self.scan = Scan.PENDING


def check(files: Sequence[File]) -> Paper:
    """The paper that was sent, as one PDF or as photos; Unacceptable if it is none, OSError if our disk is full."""
    kinds = _kinds(files)
    with ExitStack() as opened:
        output = opened.enter_context(tempfile.TemporaryFile())
        inputs = [[kind, _open(file, opened)] for kind, file in zip(kinds, files, strict=True)]
        order = {
            "inputs": inputs,
            "output": output.fileno(),
            "pages": MOST_PAGES,
            "pixels": MOST_PIXELS,
            "memory": MEMORY,
            "seconds": SECONDS if len(files) == 1 else SECONDS_FOR_SEVERAL,
            "bytes": ROOM.together,
        }
        with _turn():
            answer = _run("pdf" if kinds == [PDF] else "photos", order)
        if answer.why == "room":
            raise OSError(errno.ENOSPC, "no room for a paper")
        if answer.why != "fine":
            raise Unacceptable(answer.why, which=answer.number, of=len(files))
        output.seek(0)
        return Paper(output.read(), answer.number)


def _kinds(files: Sequence[File]) -> list[str]:
    """What each file is by its first bytes: neither its name nor what the browser says of it decides."""
    if sum(file.size for file in files) > ROOM.together:
        raise Unacceptable("together")
    kinds = [_kind(file, which, len(files)) for which, file in enumerate(files)]
    if len(files) > 1 and PDF in kinds:
        raise Unacceptable("mixed")
    if len(files) > MOST_PAGES:
        raise Unacceptable("pages")
    return kinds


def _kind(file: File, which: int, of: int) -> str:
    if not file.size:
        raise Unacceptable("empty", which=which, of=of)
    if file.size > ROOM.each:
        raise Unacceptable("size", which=which, of=of)
    file.seek(0)
    head = file.read(12)
    for mark, kind in MARKS.items():
        if head.startswith(mark):
            return kind
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "HEIF"
    raise Unacceptable("kind", which=which, of=of)


def _open(file: File, opened: ExitStack) -> int:
    """The descriptor of a file on our disk; of one in memory a copy is written."""
    try:
        return file.fileno()
    except OSError:  # io.UnsupportedOperation
        copy = opened.enter_context(tempfile.TemporaryFile())
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        return copy.fileno()


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURN.acquire(timeout=PATIENCE):
        raise Unacceptable("busy")
    try:
        yield
    finally:
        _TURN.release()


def _run(kind: str, order: dict[str, Any]) -> Answer:
    """Let the sandbox work, and read its answer as what it is: something that a stranger may have written."""
    command = [sys.executable, "-I", "-B", str(SANDBOX), kind, json.dumps(order)]
    given = [order["output"], *(descriptor for _kind, descriptor in order["inputs"])]
    # Its answer goes to a file, whose size is bounded as that of the paper is.
    with tempfile.TemporaryFile() as said:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                pass_fds=given,
                env={},
                cwd="/",
                timeout=2 * order["seconds"] + 5,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Answer("heavy")
        if done.returncode < 0:  # it was ended, by its bounds or by what it read
            why = "heavy" if -done.returncode in TOO_MUCH else "broken" if kind == "pdf" else "blurred"
            return Answer(why)
        said.seek(0)
        words = ANSWER.fullmatch(said.read(LONGEST_ANSWER))
    if not words:
        # Ours to repair: a library is missing, or an order is not understood.
        raise RuntimeError(f"the sandbox of the papers ended with {done.returncode} and no answer")
    return Answer(words["why"].decode(), int(words["number"]))
