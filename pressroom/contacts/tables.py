"""Reads the table that somebody uploads: CSV as spreadsheets write it in any country, or XLSX. Rows of plain text."""

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl

from pressroom.errors import Refused
from pressroom.i18n import gettext as _

MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000  # of an XLSX, which is a ZIP
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_LETTERS = 500  # in one cell
XLSX = b"PK\x03\x04"


def read(data: bytes) -> list[list[str]]:
    """The rows that hold anything, the header first, all as long as the header. Raises Refused with what to do."""
    if len(data) > MOST_BYTES:
        raise Refused(_("The file is larger than 5 MB: split it."))
    rows = _of_workbook(data) if data.startswith(XLSX) else _of_text(data)
    rows = [[_cell(value) for value in row] for row in rows if any(str(value or "").strip() for value in row)]
    if len(rows) < 2:
        raise Refused(_("The file has no row below its header."))
    if len(rows) > MOST_ROWS + 1:
        raise Refused(_("The file has more than 20,000 rows: split it."))
    width = max((at for at, name in enumerate(rows[0], 1) if name), default=0)
    if not 0 < width <= MOST_COLUMNS:
        raise Refused(_("The first row has to name the columns, 60 at most."))
    return [(row + [""] * width)[:width] for row in rows]


def _cell(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a telephone number that a spreadsheet took for one
    return " ".join("" if value is None else str(value).replace("\0", "").split(" ")).strip()[:MOST_LETTERS]


def _of_text(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Refused(_("This is no table that can be read: save it as CSV or XLSX.")) from error


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
        if "\0" not in text:
            return text
    raise Refused(_("This is no table that can be read: save it as CSV or XLSX."))


def _of_workbook(data: bytes) -> list[list[object]]:
    """The first sheet; formulas by the value that was last worked out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise Refused(_("The file is larger than 5 MB: split it."))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [
            list(row)
            for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
        ]
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise Refused(_("This is no table that can be read: save it as CSV or XLSX.")) from error
