"""Workbooks of figures: several sheets with their titles, in which a number is a number and a day is a day.

As in our lists, a text is written as nothing but a text: whatever it begins with, nothing in it is run.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import BinaryIO

from .reading import column_name
from .writing import MAIN, XML, frame, told

# What a cell may hold; None is an empty one.
Value = str | int | float | Decimal | Fraction | date | None
# A spreadsheet counts days from here; before March 1900 it counts a day that never was.
_FIRST_DAY, _COUNTED_SINCE = date(1899, 12, 30), date(1900, 3, 1)
# Of a sheet's title: what none may hold, and how long one may be.
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_TITLE = 31
# In characters: a column is as wide as its longest text, within reason.
_NARROWEST, _WIDEST = 9, 60
# The styles of the cells by their place below: plain, a day, a heading.
_DAY, _HEADING = 1, 2
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook: its title, its headings and its rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]


def write_book(file: BinaryIO, pages: Sequence[Page]) -> None:
    """Write a workbook of figures into an open file."""
    names = [f"sheet{number}" for number in range(1, len(pages) + 1)]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, page in zip(names, pages, strict=True):
            book.writestr(f"xl/worksheets/{name}.xml", XML + _sheet(page))
        book.writestr("xl/styles.xml", XML + _STYLES)
        for part, text in frame(names, _titles(pages), styled=True):
            book.writestr(part, XML + text)


def _titles(pages: Iterable[Page]) -> list[str]:
    """Titles as a workbook takes them, each once."""
    taken: list[str] = []
    for number, page in enumerate(pages, start=1):
        title = _NOT_IN_TITLES.sub(" ", page.title)[:_LONGEST_TITLE].strip(" '")
        taken.append(title if title and title.lower() not in map(str.lower, taken) else str(number))
    return taken


def _sheet(page: Page) -> str:
    rows = [list(page.header), *page.rows]
    lines = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{column_name(place)}{number}", value, number == 1) for place, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{_width(column)}" customWidth="1"/>'
        for place, column in enumerate(zip(*rows, strict=True), start=1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{lines}</sheetData></worksheet>"
    )


def _width(column: Iterable[Value]) -> int:
    longest = max(len(value) if isinstance(value, str) else _NARROWEST for value in column)
    return min(max(longest, _NARROWEST), _WIDEST) + 2


def _cell(name: str, value: Value, is_heading: bool) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, date) and value >= _COUNTED_SINCE:
        return f'<c r="{name}" s="{_DAY}"><v>{(value - _FIRST_DAY).days}</v></c>'
    if isinstance(value, int | float | Decimal | Fraction):
        return f'<c r="{name}"><v>{round(float(value), 2) if isinstance(value, Fraction) else value}</v></c>'
    style = f' s="{_HEADING}"' if is_heading else ""
    return f'<c r="{name}"{style} t="inlineStr"><is><t xml:space="preserve">{told(str(value))}</t></is></c>'
