"""Sheets that come from elsewhere: what they are is found out, how large they may be is held to, a row at a time."""

import csv
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import SEEK_END, TextIOWrapper
from itertools import chain
from pathlib import Path
from string import ascii_uppercase
from tempfile import TemporaryFile
from typing import BinaryIO

from django.utils.translation import gettext as _

from . import texts
from .cells import Cell, as_typed

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
# What a spreadsheet keeps in one cell.
LONGEST_CELL = 32_767
# One workbook is opened at a time in each process, so that what they may use adds up to what the machine has.
_TURN = threading.BoundedSemaphore()
PATIENCE = 20
# Above the headings there may be a title or two, alone on their lines.
_LINES_OF_TITLE = 10

Row = tuple[int, list[Cell]]


class Unreadable(Exception):
    """A file that cannot be read as a sheet; its text says why and what helps, in the reader's language."""


@dataclass(frozen=True)
class Sheet:
    """The headings of a sheet and its rows, each with the line it stands on; how it was read, and what was not."""

    header: list[str]
    rows: Iterator[Row]
    kind: str
    encoding: str = ""
    delimiter: str = ""
    other_sheets: int = 0


def column_name(place: int) -> str:
    """The letters that a spreadsheet gives a column, counted from 0: A, Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters


@contextmanager
def read(file: BinaryIO) -> Iterator[Sheet]:
    """Open a sheet, whatever it is; Unreadable, here or at any row, for what is none or is too large."""
    file.seek(0, SEEK_END)
    if file.tell() > MOST_BYTES:
        raise Unreadable(_("This file is larger than 20 MB: cut the list into several files."))
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head:
        raise Unreadable(_("This file is empty."))
    if refusal := _not_a_sheet(head):
        raise Unreadable(refusal)
    with _workbook(file) if head.startswith(b"PK") else _text(file) as sheet:
        yield sheet


def _not_a_sheet(head: bytes) -> str:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _("This is an old Excel file, or one with a password: save it as .xlsx, without a password.")
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        return _("This file is not a sheet. Choose a CSV or XLSX file.")
    if head.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        return _("This file is a page and not a sheet: open it in a spreadsheet, then save it as .xlsx.")
    return ""


def _checked(found: Iterator[Row], **about: object) -> Sheet:
    """The sheet of some rows, none of which is blank or too large."""
    held = _held(found)
    first = []
    for row in held:
        first.append(row)
        if sum(map(bool, row[1])) > 1 or len(first) > _LINES_OF_TITLE:
            break
    if not first:
        raise Unreadable(_("This file holds no row."))
    # A title stands alone on its line; where no line has two cells, the sheet has one column.
    several = (place for place, (_line, cells) in enumerate(first) if sum(map(bool, cells)) > 1)
    begin = next(several, 0)
    return Sheet([str(cell).strip() for cell in first[begin][1]], chain(first[begin + 1 :], held), **about)


def _held(found: Iterator[Row]) -> Iterator[Row]:
    number = 0
    for line, cells in found:
        while cells and isinstance(cells[-1], str) and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        if number > MOST_ROWS:
            raise Unreadable(_("This list has more than 50,000 rows: cut it into several files."))
        if len(cells) > MOST_COLUMNS:
            raise Unreadable(
                _("Line %(line)s has more than %(most)s columns: keep those of the list.")
                % {"line": line, "most": MOST_COLUMNS}
            )
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            raise Unreadable(_too_long(line))
        number += 1
        yield line, cells


def _too_long(line: int) -> str:
    return _(
        "A cell that begins on line %(line)s is longer than a spreadsheet can keep: is a quotation mark left open?"
    ) % {"line": line}


# -- delimited text ---------------------------------------------------------------------------------------------------


@contextmanager
def _text(file: BinaryIO) -> Iterator[Sheet]:
    encoding = texts.encoding_of(file)
    if encoding is None:
        raise Unreadable(_("This file is not a sheet. Choose a CSV or XLSX file."))
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        start, delimiter = texts.delimiter_of(text)
        text.seek(0)
        yield _checked(_records(text, start, delimiter), kind="csv", encoding=encoding, delimiter=delimiter)
    finally:
        text.detach()


def _records(text: TextIOWrapper, skipped: int, delimiter: str) -> Iterator[Row]:
    for _number in range(skipped):
        next(text)
    reader = csv.reader(text, delimiter=delimiter)
    line = skipped
    try:
        for record in reader:
            yield line + 1, [as_typed(cell) for cell in record]
            line = skipped + reader.line_num
    except csv.Error as problem:
        raise Unreadable(_too_long(line + 1)) from problem


# -- workbooks --------------------------------------------------------------------------------------------------------


@contextmanager
def _workbook(file: BinaryIO) -> Iterator[Sheet]:
    command = [sys.executable, "-I", "-W", "ignore", str(Path(__file__).with_name("workbook.py"))]
    with _turn(), TemporaryFile() as copy:
        # What was uploaded may be in memory, or far away: the other process needs a file.
        shutil.copyfileobj(file, copy)
        copy.flush()
        child = subprocess.Popen(
            command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="ascii", env={}
        )
        try:
            told = _told(child)
            number = next(told)["sheets"]
            yield _checked(told, kind="xlsx", other_sheets=max(0, number - 1))
        finally:
            child.kill()
            child.stdout.close()
            child.wait()


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURN.acquire(timeout=PATIENCE):
        raise Unreadable(_("Other workbooks are being opened at this moment: nothing is lost, send yours again."))
    try:
        yield
    finally:
        _TURN.release()


def _told(child: subprocess.Popen) -> Iterator:
    for line in child.stdout:
        value = json.loads(line)
        if isinstance(value, list):
            number, cells = value
            yield number, [as_typed(cell) if isinstance(cell, str) else date.fromisoformat(cell[0]) for cell in cells]
        elif "sheets" in value:
            yield value
        elif "end" in value:
            return
        else:
            raise Unreadable(_WRONG[value["wrong"]]())
    # It was stopped before it could say why: too much memory, or too much time.
    raise Unreadable(_WRONG["heavy"]())


_WRONG = {
    "kind": lambda: _("This file is not a sheet that can be read here: save it as .xlsx or as CSV."),
    "damaged": lambda: _("This workbook is damaged: open it in a spreadsheet and save it again, as .xlsx."),
    "heavy": lambda: _("This workbook unpacks to far more than a list: copy its rows into a new one."),
}
