"""The one rule about what a spreadsheet would run: quoted on its way out, taken as typed on its way in."""

import re
from collections.abc import Iterable
from datetime import date

# What is read: a text as it was written, or the day that a spreadsheet keeps as one.
Cell = str | date
# Spreadsheets run a cell that begins like this, after spaces; a telephone number is no formula.
_FORMULA = re.compile(r"\s*[=+\-@|＝＋－＠｜]|[ ]*[\t\r]")
_NUMBER = re.compile(r"\+\d{6,15}")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text instead of showing it."""
    return _FORMULA.match(text) is not None and not _NUMBER.fullmatch(text)


def safe_cell(text: str) -> str:
    """The text, with a quote in front if a spreadsheet would run it; telephone numbers stay as they are."""
    return f"'{text}" if is_formula(text) else text


def safe_cells(cells: Iterable[str]) -> list[str]:
    """Each cell of a row made safe; a first letter or figure is enough to know that it already is."""
    return [text if text[:1].isalnum() or not text else safe_cell(text) for text in cells]


def as_typed(text: str) -> str:
    """The text as it was before a quote was put in front of it."""
    return text[1:] if text[:1] == "'" and is_formula(text[1:]) else text
