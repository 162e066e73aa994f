"""Reads the table that somebody uploads: CSV as spreadsheets write it in any country, or XLSX. Rows of plain text."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from importlib import import_module
from itertools import islice
from typing import NamedTuple

from pressroom.errors import Refused
from pressroom.forms import many_lines
from pressroom.i18n import gettext as _
from pressroom.sheets import as_typed

MOST_BYTES = 5_000_000
MOST_UNPACKED = 40_000_000  # of an XLSX, which is a ZIP
MOST_TAGS = 1_500_000  # in its XML: a cell takes four, reading them some seconds
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_LETTERS = 5_001  # of one cell: one more than the longest notes
MOST_LINES = 200_000  # looked at, most of them empty: people format a million rows below their last one
MOST_IN_NAME = 100  # letters of a column's name
ABOVE = 20  # rows among which the header is looked for
XLSX = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"  # Excel until 2003, and every workbook that a password protects
PDF = b"%PDF"


class Table(NamedTuple):
    """A file's columns, by what it calls them, and its rows that hold anything: each with its number there."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def read(data: bytes) -> Table:
    """The table, all of its rows as long as its header. Raises Refused with what to do."""
    if len(data) > MOST_BYTES:
        raise Refused(_("The file is larger than 5 MB: split it."))
    if data.startswith(OLE):
        raise Refused(_("This workbook is in Excel’s old format, or has a password: save it as XLSX without one."))  # fmt: skip
    rows = _filled(_of_workbook(data) if data.startswith(XLSX) else _of_text(data))
    rows = list(islice(rows, MOST_ROWS + ABOVE + 1))
    at = _header_at([cells for _number, cells in rows[:ABOVE]])
    header, below = rows[at][1] if rows else [], rows[at + 1 :]
    if not below:
        raise Refused(_("The file has no row below its header."))
    if len(below) > MOST_ROWS:
        raise Refused(_("The file has more than 20,000 rows: split it."))
    width = _width(header)
    if width > MOST_COLUMNS or any("@" in name for name in header):
        raise Refused(_("The first row has to name the columns, 60 at most."))
    width = min(MOST_COLUMNS, max(width, *(_width(cells) for _number, cells in below)))
    padding, header = [""] * width, [" ".join(name.split())[:MOST_IN_NAME] for name in header]
    return Table((header + padding)[:width], [(number, (cells + padding)[:width]) for number, cells in below])


def _filled(rows: Iterable[Iterable[object]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, with their numbers."""
    for number, row in enumerate(rows, start=1):
        cells = [_cell(value) for value in row] if any(row) else []
        if any(cells):
            yield number, cells


def _header_at(rows: list[list[str]]) -> int:
    """Where the columns are named: in the first row that fills most of them, or above it when that is somebody's. Higher
    up stand titles, and names that several columns share."""
    filled = [sum(map(bool, cells)) for cells in rows]
    at = next((at for at, number in enumerate(filled) if 2 * number > max(filled)), 0)
    return at - 1 if at and any("@" in cell for cell in rows[at]) else at


def _width(cells: list[str]) -> int:
    return max((at for at, cell in enumerate(cells, 1) if cell), default=0)


def _cell(value: object) -> str:
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a telephone number that a spreadsheet took for one
    text = "" if value is None else str(value).replace("\0", "").encode(errors="ignore").decode()
    return many_lines(as_typed(text))[:MOST_LETTERS]


def _of_text(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    except csv.Error as error:
        raise _unreadable() from error


def _delimiter(text: str) -> str:
    """What stands the same number of times in most of the first lines: a title has signs of its own, and so do notes."""
    lines = text[:100_000].splitlines()[:ABOVE]
    usual = {sign: Counter(line.count(sign) for line in lines if sign in line) for sign in ";,\t"}
    return max(usual, key=lambda sign: max(((n, times) for times, n in usual[sign].items()), default=(0, 0)))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not data.startswith(PDF):
            return text
    raise _unreadable()


def _of_workbook(data: bytes) -> Iterator[Iterable[object]]:
    """The first sheet; formulas by the value that was last worked out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if (
                sum(part.file_size for part in parts) > MOST_UNPACKED
                or sum(packed.read(part).count(b"<") for part in parts) > MOST_TAGS
            ):
                raise Refused(
                    _("The workbook holds too much: keep the sheet with the people only, or split it.")
                )
        openpyxl = import_module("openpyxl")  # here: each process would start a tenth of a second later
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        yield from islice(
            book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), MOST_LINES
        )
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise _unreadable() from error


def _unreadable() -> Refused:
    return Refused(_("This is no table that can be read: save it as CSV or XLSX."))
