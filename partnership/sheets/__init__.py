"""Sheets that come from elsewhere and sheets that go there: CSV and XLSX, read with care and written safely.

Pure: no record is read or written here, and nothing of a sheet is ever computed.
"""

from .books import Page, Value, write_book
from .cells import Cell, is_formula, safe_cell, safe_cells
from .reading import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Row, Sheet, Unreadable, column_name, read
from .writing import KINDS, write

__all__ = [
    "KINDS",
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Cell",
    "Page",
    "Row",
    "Sheet",
    "Unreadable",
    "Value",
    "column_name",
    "is_formula",
    "read",
    "safe_cell",
    "safe_cells",
    "write",
    "write_book",
]
