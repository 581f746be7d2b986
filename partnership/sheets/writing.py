"""Sheets that leave: rows are written as they come, however many there are.

XLSX is written here rather than with the library that reads it: the texts of our lists and nothing else take fifty
lines, cannot become anything but texts, and a row costs a tenth (58,000 rows a second beside 3,700).
"""

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import TextIOWrapper
from typing import BinaryIO

from .cells import safe_cells
from .reading import LONGEST_CELL, column_name

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet opens no sheet that is longer; what does not fit goes on with a sheet of its own.
ROWS_A_SHEET = 1_048_576
_ROWS_AT_ONCE = 500
# What XML cannot hold, and what it reads as its own.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile(f"[&<>{_NO_XML.pattern[1:]}")

Rows = Iterable[Sequence[str]]


def write(kind: str, file: BinaryIO, header: Sequence[str], rows: Rows) -> int:
    """Write a sheet of a kind (`csv` or `xlsx`) into an open file; the number of its rows below the header."""
    return _WRITERS[kind](file, header, rows)


class _Counted:
    """The rows on their way, and how many of them have passed."""

    def __init__(self, rows: Rows):
        self.rows, self.number = rows, 0

    def __iter__(self):
        for number, row in enumerate(self.rows, start=1):
            self.number = number
            yield row


def _write_csv(file: BinaryIO, header: Sequence[str], rows: Rows) -> int:
    """CSV as a French spreadsheet opens it: a byte order mark, semicolons, and no cell that it would run."""
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    counted = _Counted(rows)
    writer.writerow(safe_cells(header))
    writer.writerows(map(safe_cells, counted))
    text.detach()
    return counted.number


def _write_xlsx(file: BinaryIO, header: Sequence[str], rows: Rows) -> int:
    """XLSX whose cells are all texts: nothing in it can be run, and a telephone number keeps its zero."""
    counted = _Counted(rows)
    coming = iter(counted)
    columns = [column_name(place) for place in range(len(header))]
    row = "".join(f'<c r="{name}%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' for name in columns)
    pattern = f'<row r="%d">{row}</row>'
    names = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        while True:
            names.append(f"sheet{len(names) + 1}")
            with book.open(f"xl/worksheets/{names[-1]}.xml", "w", force_zip64=True) as sheet:
                sheet.write(_BEGIN.encode())
                sheet.write(_line(pattern, 1, header).encode())
                is_full = _fill(sheet.write, pattern, coming)
                sheet.write(b"</sheetData></worksheet>")
            if not is_full:
                break
        for name, text in frame(names):
            book.writestr(name, XML + text)
    return counted.number


def _fill(put: Callable[[bytes], object], pattern: str, coming: Iterable[Sequence[str]]) -> bool:
    """Rows until there are no more, or the sheet holds no more: then True."""
    lines = []
    for number, cells in enumerate(coming, start=2):
        lines.append(_line(pattern, number, cells))
        if len(lines) == _ROWS_AT_ONCE:
            put("".join(lines).encode())
            lines.clear()
        if number == ROWS_A_SHEET:
            break
    else:
        put("".join(lines).encode())
        return False
    put("".join(lines).encode())
    return True


def _line(pattern: str, number: int, cells: Sequence[str]) -> str:
    values: list[int | str] = [number]
    for text in cells:
        values += (number, told(text) if _SPECIAL.search(text) or len(text) > LONGEST_CELL else text)
    return pattern % tuple(values)


def told(text: str) -> str:
    """A text as XML holds it, no longer than a cell is."""
    return escape(_NO_XML.sub("", text[:LONGEST_CELL]), quote=False)


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# The first line stays in sight, and columns are as wide as a name.
_BEGIN = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>'
)


def frame(names: Sequence[str], titles: Sequence[str] = (), *, styled: bool = False) -> list[tuple[str, str]]:
    """What a workbook says of its sheets, in the parts where it must; sheets without titles are numbered."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbered = list(enumerate(names, start=1))
    types = "".join(
        f'<Override PartName="/xl/worksheets/{name}.xml" ContentType="{kind}.worksheet+xml"/>' for name in names
    )
    called = [escape(title) for title in titles] or [str(number) for number, _name in numbered]
    sheets = "".join(
        f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>'
        for (number, _name), title in zip(numbered, called, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/{name}.xml"/>'
        for number, name in numbered
    )
    if styled:
        types += f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        relations += f'<Relationship Id="rId{len(names) + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    return [
        ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        ),
        (
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        ),
        (
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{types}</Types>',
        ),
    ]


_WRITERS = {"csv": _write_csv, "xlsx": _write_xlsx}
