"""Sheets from everywhere are read as they were meant, or refused in a sentence; those we write run nothing."""

import codecs
import csv
import io
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import psutil
import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from partnership import sheets
from partnership.sheets import reading, workbook, writing

HEADER = ["Nom", "Prénom", "Téléphone", "Ville"]
ROWS = [
    ["Lefèvre", "Zoé", "06 12 34 56 78", "Besançon"],
    ["Ancelin", "Maël", "+32 2 555 12 12", "Saint-Étienne"],
    ["Da Silva", "Inès", "0465712036", "Œuilly, à côté"],
]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def text(rows, delimiter=";", encoding="utf-8", end="\r\n") -> bytes:
    page = io.StringIO()
    csv.writer(page, delimiter=delimiter, lineterminator=end).writerows(rows)
    return page.getvalue().encode(encoding)


def book(rows, **formats) -> bytes:
    """A workbook as a spreadsheet saves it; `formats` are the number formats of columns by their letter."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for letter, pattern in formats.items():
        for cell in made.active[letter]:
            cell.number_format = pattern
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def opened(content: bytes):
    with sheets.read(io.BytesIO(content)) as sheet:
        return sheet.header, list(sheet.rows), sheet


def refusal(content: bytes) -> str:
    with pytest.raises(sheets.Unreadable) as refused:
        opened(content)
    return str(refused.value)


# -- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", list(";,\t|"))
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "utf-32"]
)
def test_any_usual_delimiter_and_encoding_gives_the_same_rows(delimiter, encoding):
    rows = [[cell.replace("Œ", "Oe") for cell in row] for row in ROWS]
    header, found, sheet = opened(text([HEADER, *rows], delimiter, encoding))
    assert header == HEADER
    assert [cells for _line, cells in found] == rows
    assert sheet.delimiter == delimiter


def test_latin_1_and_an_older_machine_are_read():
    without = [[cell.replace("Œ", "Oe") for cell in row] for row in ROWS]
    for encoding in ("latin-1", "cp850"):
        assert [cells for _line, cells in opened(text([HEADER, *without], encoding=encoding))[1]] == without


def test_an_accent_on_the_last_line_alone_decides_the_encoding():
    plain = [["Martin", "Tom", "0465712036", "Lyon"]] * 4_000
    found = opened(text([HEADER, *plain, ROWS[0]], encoding="cp1252"))[1]
    assert found[-1][1] == ROWS[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_they_stand_in_the_file(end):
    page = end.join(["Nom;Note", "", "A;une", 'B;"deux', 'lignes"', ";", "C;fin"]).encode()
    assert opened(page)[1] == [(3, ["A", "une"]), (4, ["B", f"deux{end}lignes"]), (7, ["C", "fin"])]


def test_a_title_above_the_headings_is_not_one_of_them():
    header, rows, _sheet = opened(text([["Forum de Lyon, 12 mars"], [], ["Nom", "Tél"], ["A", "06"]]))
    assert header == ["Nom", "Tél"]
    assert rows == [(4, ["A", "06"])]


def test_what_excel_writes_about_its_delimiter_is_no_row():
    assert opened("sep=|\r\nNom|Tél;fixe\r\nA|06".encode())[:2] == (["Nom", "Tél;fixe"], [(3, ["A", "06"])])


def test_a_sheet_of_one_column_is_one():
    assert opened(b"E-mail\na@exemple.test\nb@exemple.test")[:2] == (
        ["E-mail"],
        [(2, ["a@exemple.test"]), (3, ["b@exemple.test"])],
    )


def test_a_quotation_mark_left_open_is_told_with_its_line():
    page = 'Nom;Note\nA;une\nB;"deux\n' + "encore une ligne\n" * 10_000
    assert "line 3" in refusal(page.encode())
    assert "line 3" in refusal((page[:60_000]).encode())


# -- workbooks --------------------------------------------------------------------------------------------------------


def test_a_workbook_gives_the_same_rows_as_a_text():
    header, rows, sheet = opened(book([HEADER, *ROWS]))
    assert (header, [cells for _line, cells in rows]) == (HEADER, ROWS)
    assert rows[0][0] == 2 and sheet.kind == "xlsx"


@pytest.mark.parametrize(
    ("number", "pattern", "shown"),
    [
        (612345678, "General", "612345678"),
        (612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
        (612345678, r"0#\ ##\ ##\ ##\ ##", "06 12 34 56 78"),
        (612345678, "0000000000", "0612345678"),
        (1000, "00000", "01000"),
        (69100, "00000", "69100"),
        (6912345, "00000", "6912345"),
        (33612345678, "General", "33612345678"),
        (33612345678.0, "0", "33612345678"),
        (1500, "#,##0", "1500"),
        (12.5, "0.00", "12.5"),
        (-4, "00000", "-4"),
    ],
)
def test_a_number_comes_back_as_it_was_written(number, pattern, shown):
    assert workbook.as_written(number, pattern) == shown
    assert opened(book([["A", "B"], ["x", number]], B=pattern))[1] == [(2, ["x", shown])]


def test_a_day_is_a_day_and_a_moment_its_text():
    rows = opened(book([["Né le", "Vu"], [date(2008, 4, 15), datetime(2027, 3, 12, 14, 30)]]))[1]
    assert rows == [(2, [date(2008, 4, 15), "2027-03-12 14:30"])]


def test_a_formula_is_its_text_and_never_its_result():
    rows = opened(book([["A", "B"], ["x", "=1+1"], ["y", '=HYPERLINK("http://exemple.test")']]))[1]
    assert [cells[1] for _line, cells in rows] == ["=1+1", '=HYPERLINK("http://exemple.test")']


def test_only_the_first_sheet_that_holds_something_is_read_and_the_others_are_told():
    made = Workbook()
    for name in ("Lyon", "Paris"):
        made.create_sheet(name).append(["Nom", name])
    file = io.BytesIO()
    made.save(file)
    header, _rows, sheet = opened(file.getvalue())
    assert header == ["Nom", "Lyon"]
    assert sheet.other_sheets == 1


def test_blank_rows_do_not_shift_the_lines():
    assert opened(book([["A", "B"], [], ["x", "y"]]))[1] == [(3, ["x", "y"])]


# -- what is no sheet -------------------------------------------------------------------------------------------------


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n \r\n", "no row"),
        (b"%PDF-1.7\n%\xe2\xe3", "not a sheet"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a sheet"),
        (bytes(range(256)) * 20, "not a sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Excel"),
        (b"<!DOCTYPE html><table><tr><td>Nom</td></tr></table>", "a page"),
        (b"PK\x03\x04 not a package", "damaged"),
        (packed(**{"word/document.xml": b"<w/>"}), "can be read here"),
        (packed(**{"xl/workbook.xml": b"<not-one/>"}), "damaged"),
        (packed(**{"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "can be read here"),
    ],
)
def test_a_file_that_is_not_a_sheet_is_refused_in_a_sentence(content, words):
    assert words in refusal(content)


def test_a_file_of_more_than_twenty_megabytes_is_refused_unread():
    class Large(io.BytesIO):
        def read(self, *_size):
            raise AssertionError

    large = Large()
    large.seek(sheets.MOST_BYTES)
    large.write(b"x")
    with pytest.raises(sheets.Unreadable, match="20 MB"), sheets.read(large):
        pass


def test_more_rows_or_columns_than_a_list_has_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert len(opened(text([HEADER, *ROWS]))[1]) == 3
    assert "rows" in refusal(text([HEADER, *ROWS, ROWS[0]]))
    wide = ["x"] * 201
    assert "Line 2" in refusal(text([wide[:200], wide]))
    assert "Line 2" in refusal(book([wide[:200], wide]))


def test_a_cell_longer_than_a_spreadsheet_keeps_is_refused():
    assert opened(text([["A", "B"], ["x", "y" * 32_767]]))[1]
    assert "line 2" in refusal(text([["A", "B"], ["x", "y" * 32_768]]))


_SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s'
    b"</sheetData></worksheet>"
)


def bombed(**parts: bytes) -> bytes:
    """A workbook of which some parts are others."""
    whole = zipfile.ZipFile(io.BytesIO(book([HEADER, *ROWS])))
    kept = {name: whole.read(name) for name in whole.namelist()}
    return packed(**kept | parts)


SHEET = "xl/worksheets/sheet1.xml"


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked():
    large = bombed(**{SHEET: _SHEET % (b" " * (210 * 1024 * 1024))})
    assert len(large) < 2_000_000
    assert "far more than a list" in refusal(large)


def test_a_workbook_that_would_take_all_the_memory_is_stopped():
    # One row of six million cells: small enough by its table of contents, and no list.
    assert "far more than a list" in refusal(bombed(**{SHEET: _SHEET % (b"<row>%s</row>" % (b"<c/>" * 6_000_000))}))


def test_a_workbook_whose_rows_are_far_apart_is_refused():
    far = b'<row r="1"><c t="inlineStr"><is><t>Nom</t></is></c></row><row r="9999999999999"><c><v>1</v></c></row>'
    assert "damaged" in refusal(bombed(**{SHEET: _SHEET % far}))


def test_a_workbook_whose_words_multiply_is_refused():
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    bomb = b'<!DOCTYPE x [<!ENTITY l0 "ha">%s]>' % laughs
    sheet = (_SHEET % b'<row r="1"><c t="inlineStr"><is><t>&l11;</t></is></c></row>').replace(b"?>", b"?>" + bomb, 1)
    assert "workbook" in refusal(bombed(**{SHEET: sheet}))


def test_a_workbook_names_no_file_of_ours():
    steal = b'<!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/passwd">]>'
    sheet = (_SHEET % b'<row r="1"><c t="inlineStr"><is><t>&s;</t></is></c></row>').replace(b"?>", b"?>" + steal, 1)
    assert "workbook" in refusal(bombed(**{SHEET: sheet}))


def test_whoever_reads_only_the_headings_leaves_no_process_behind():
    with sheets.read(io.BytesIO(book([HEADER, *ROWS * 500]))) as sheet:
        assert sheet.header == HEADER
        assert len(psutil.Process().children()) == 1
    assert psutil.Process().children() == []


def test_one_workbook_is_opened_at_a_time(monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0)
    with sheets.read(io.BytesIO(book([HEADER, *ROWS]))):
        assert "send yours again" in refusal(book([HEADER, *ROWS]))
    assert opened(book([HEADER, *ROWS]))[0] == HEADER


def test_a_workbook_that_lies_about_what_it_unpacks_to_is_refused():
    content = bombed(**{SHEET: _SHEET % (b" " * 100_000)})
    size = len(_SHEET) - 2 + 100_000
    assert "damaged" in refusal(content.replace(struct.pack("<L", size), struct.pack("<L", 90)))


# -- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠", "｜", "  =", "\u00a0@"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(start):
    assert sheets.safe_cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert sheets.safe_cells(["a", f"{start}HYPERLINK(1)"]) == ["a", f"'{start}HYPERLINK(1)"]


@pytest.mark.parametrize("text", ["", "Vasseur-Fictif", "+33465712036", "a=b", "12", "CV-27-0001", "'tis"])
def test_any_other_cell_stays_as_it_is(text):
    assert sheets.safe_cells([text]) == [sheets.safe_cell(text)] == [text]


STRANGE = [
    ["=cmd|' /C calc'!A0", "+33465712036", "a;b", "deux\nlignes"],
    ["  @SUM(1)", "06 12 34 56 78", '"dit-elle"', "<b>&amp;</b>"],
    ["\tx", "01000", " espaces ", "🪑"],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_written_is_read_again_intact(kind):
    file = io.BytesIO()
    assert sheets.write(kind, file, HEADER, iter(STRANGE)) == 3
    header, rows, _sheet = opened(file.getvalue())
    assert header == HEADER
    assert [cells for _line, cells in rows] == STRANGE


def test_a_csv_opens_in_a_spreadsheet_and_runs_nothing():
    file = io.BytesIO()
    sheets.write("csv", file, HEADER, STRANGE)
    page = file.getvalue()
    assert page.startswith(codecs.BOM_UTF8)
    cells = list(csv.reader(io.StringIO(page.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[0] for row in cells[1:]] == ["'=cmd|' /C calc'!A0", "'  @SUM(1)", "'\tx"]
    assert cells[1][1] == "+33465712036"


def test_a_workbook_holds_texts_alone():
    file = io.BytesIO()
    sheets.write("xlsx", file, HEADER, [["=1+1", "+33465712036", "42", "a\x00b\x0bc\ud800d"]])
    cells = load_workbook(file).active[2]
    assert [cell.data_type for cell in cells] == ["s"] * 4
    assert [cell.value for cell in cells] == ["=1+1", "+33465712036", "42", "abcd"]


def test_what_is_too_long_for_a_sheet_goes_on_with_a_sheet_of_its_own(monkeypatch):
    monkeypatch.setattr(writing, "ROWS_A_SHEET", 3)
    file = io.BytesIO()
    assert sheets.write("xlsx", file, HEADER, ROWS) == 3
    found = [[cell.value for cell in sheet["B"]] for sheet in load_workbook(file)]
    assert found == [["Prénom", "Zoé", "Maël"], ["Prénom", "Inès"]]


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_a_column_is_called_as_a_spreadsheet_does(place, name):
    assert sheets.column_name(place) == name


# -- figures ----------------------------------------------------------------------------------------------------------


def figures(*pages: sheets.Page):
    file = io.BytesIO()
    sheets.write_book(file, pages)
    return load_workbook(file)


def test_in_a_workbook_of_figures_a_number_is_a_number_and_a_day_a_day():
    row = [7, 1.5, Fraction(7, 3), Decimal("2.25"), date(2027, 6, 14), None, ""]
    made = figures(sheets.Page("Chiffres", ["a"] * len(row), [row]))
    assert [cell.value for cell in made["Chiffres"][2]] == [7, 1.5, 2.33, 2.25, datetime(2027, 6, 14), None, None]
    assert made["Chiffres"]["E2"].is_date


def test_in_a_workbook_of_figures_a_text_is_never_run_whatever_it_begins_with():
    texts = ["=1+1", "+33 1", "-x", "@a", "\t=1", "<b>&\x01", date(1850, 1, 1)]
    made = figures(sheets.Page("=1+1", texts, [texts]))
    assert [cell.data_type for row in made.active.iter_rows() for cell in row] == ["s"] * 14
    assert [cell.value for cell in made.active[2]] == [*texts[:5], "<b>&", "1850-01-01"]


def test_sheets_of_a_workbook_have_titles_that_spreadsheets_take():
    titles = ["Dates: [a]/b*?", "x" * 40, "Même", "même", ""]
    made = figures(*(sheets.Page(title, ["a"], []) for title in titles))
    assert made.sheetnames == ["Dates   a  b", "x" * 31, "Même", "4", "5"]
