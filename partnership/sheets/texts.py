"""How a text is written down: its encoding by tests that are sure, then by resemblance; and what parts its cells."""

import codecs
import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import BinaryIO

DELIMITERS = ";,\t|"
_CHUNK = 1 << 16
_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# In Windows' own encoding, what French and its neighbours write beyond ASCII; older machines put accents elsewhere.
_WESTERN = set("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåçèéêëìíîïñòóôõöøùúûüýÿŒœ€…‘’“”–—«»°·\u00a0²³ºª¡¿§®©".encode("cp1252"))
_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b"))
_RECORDS = 60


def encoding_of(file: BinaryIO) -> str | None:
    """The encoding in which the whole file can be read; None for what is no text."""
    file.seek(0)
    head = file.read(_CHUNK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name if _decodes(file, name) else None
    if b"\0" in head:
        name = _two_bytes_a_letter(head)
        return name if name and _decodes(file, name) else None
    if head.translate(None, _CONTROLS) != head:
        return None
    if _decodes(file, "utf-8"):
        return "utf-8"
    high = _high_bytes(file)
    if high is None:
        return None
    if high <= _WESTERN:
        return "cp1252"
    return next((name for name in (_resembles(_sample(file)), "cp1252") if name and _decodes(file, name)), None)


def _resembles(sample: bytes) -> str:
    """What a text looks like to the library, which is asked so rarely that no process of ours keeps it in memory."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("resemblance.py"))]
    return subprocess.run(command, input=sample, capture_output=True, check=True, env={}).stdout.decode()


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _decodes(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        for chunk in _chunks(file):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _two_bytes_a_letter(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of a Western text is nought."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _high_bytes(file: BinaryIO) -> set[int] | None:
    """Which bytes beyond ASCII there are; None where there are noughts too."""
    found: set[int] = set()
    for chunk in _chunks(file):
        if b"\0" in chunk:
            return None
        found.update(chunk.translate(None, _ASCII))
    return found


def _sample(file: BinaryIO) -> bytes:
    """Some lines that say something of the encoding."""
    file.seek(0)
    lines = (line for line in file if not line.isascii())
    return b"".join(islice(lines, 400))[:_CHUNK]


def delimiter_of(text: TextIOWrapper) -> tuple[int, str]:
    """How many lines stand before the sheet, and what parts its cells: the sign that makes the rows most alike."""
    lines = list(islice(text, 4 * _RECORDS))
    declared = lines[0].lstrip("\ufeff").strip("\r\n").lower() if lines else ""
    if len(declared) == 5 and declared.startswith("sep=") and declared[4] in DELIMITERS:
        return 1, declared[4]
    return 0, max(DELIMITERS, key=lambda sign: _likeness(lines, sign))


def _likeness(lines: list[str], sign: str) -> float:
    try:
        records = list(islice((record for record in csv.reader(lines, delimiter=sign) if any(record)), _RECORDS))
    except csv.Error:
        return 0
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0
    width, number = max(widths.items(), key=lambda pair: (pair[1] * pair[0], pair[0]))
    return width * number / len(records)
