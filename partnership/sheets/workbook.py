"""Reads a workbook in a process of its own, which may use so much memory and so much time and knows nothing of ours.

Run with the file as its input, it says one JSON value a line: how many sheets hold something, then each row of the
first of them as [line, cells], then the end; or what is wrong. A day is a list of one text; a formula is its text.
"""

import json
import re
import resource
import sys
import zipfile
from datetime import date, datetime
from typing import Any, BinaryIO

from openpyxl import load_workbook

MEMORY = 400 * 1024 * 1024
SECONDS = 60
# What a workbook may be once it is unpacked, as its own table of contents says; the unpacker holds it to that.
MOST_UNPACKED = 200 * 1024 * 1024
MOST_SHARED = 60 * 1024 * 1024
MOST_PARTS = 2_000
LAST_LINE = 1_048_576
# A pattern of figures and nothing else (00000, 0#" "##" "##): it says how the number was written.
_FIGURES = re.compile(r"(?:[0#? /()-]|\\.|\"[^\"]*\")+")
_TOKEN = re.compile(r"\\(.)|\"([^\"]*)\"|(.)")


class Wrong(Exception):
    """What is wrong with the workbook: `kind`, `damaged` or `heavy`."""


def as_written(number: float, pattern: str) -> str:
    """A number as the sheet shows it where its figures are laid out, as those of telephones and postcodes are."""
    text = str(int(number)) if float(number).is_integer() else repr(number)
    pattern = pattern.partition(";")[0]
    if not text.isdecimal() or "0" not in pattern or not _FIGURES.fullmatch(pattern):
        return text
    tokens = [(escaped or quoted, sign) for escaped, quoted, sign in _TOKEN.findall(pattern)]
    places = [place for place, (_literal, sign) in enumerate(tokens) if sign and sign in "0#?"]
    figures = text.rjust(len(places))
    # The first place takes whatever is too long for the others; an empty one is a zero where the pattern has one.
    shown = dict(zip(places, [figures[: len(figures) - len(places) + 1], *figures[-len(places) :][1:]], strict=True))
    parts, begun = [], False
    for place, (literal, sign) in enumerate(tokens):
        if place in shown:
            figure = shown[place].strip() or ("0" if sign == "0" else "")
            begun = begun or bool(figure)
            parts.append(figure)
        elif begun:
            parts.append(literal or sign)
    return "".join(parts).strip()


def said(cell: Any) -> Any:
    """A cell as it travels: a text, or a list of one day."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return [value.date().isoformat()] if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, int | float):
        return as_written(value, cell.number_format)
    return value if isinstance(value, str) else str(getattr(value, "text", value))


def check(file: BinaryIO) -> None:
    """Wrong unless the package is a workbook that unpacks to something that a list of people can be."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError) as problem:
        raise Wrong("damaged") from problem
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Wrong("kind")
    shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    if sum(part.file_size for part in parts) > MOST_UNPACKED or shared > MOST_SHARED or len(parts) > MOST_PARTS:
        raise Wrong("heavy")


def tell(value: object) -> None:
    """One JSON value on a line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def rows(file: BinaryIO) -> None:
    """Tell the rows of the first sheet that has some, and how many sheets have."""
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    for sheet in sheets:
        # What a sheet says of its own size is not believed.
        sheet.reset_dimensions()
    filled = [sheet for sheet in sheets if _first(sheet)]
    tell({"sheets": len(filled)})
    for line, cells in enumerate(filled[0].iter_rows() if filled else (), start=1):
        if line > LAST_LINE:
            raise Wrong("damaged")
        if any(cell.value is not None for cell in cells):
            tell([line, [said(cell) for cell in cells]])


def _first(sheet: Any) -> bool:
    """Whether something stands in the first lines of a sheet."""
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell.value is not None for cell in cells):
            return True
        if line > 1_000:
            break
    return False


def main() -> None:
    """Bind ourselves, then read; whoever asked ends us once they have read enough."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    file = open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        check(file)
        rows(file)
        tell({"end": True})
    except Wrong as problem:
        tell({"wrong": str(problem)})
    except MemoryError:
        tell({"wrong": "heavy"})
    except Exception:
        # The library fails in as many ways as a package can be wrong: each is the package's.
        tell({"wrong": "damaged"})


if __name__ == "__main__":
    main()
