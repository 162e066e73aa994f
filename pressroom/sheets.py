"""Tables to take along, as CSV and XLSX, in which nothing that somebody typed becomes a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

# A spreadsheet takes a cell that begins like this, perhaps after spaces, for a formula (OWASP, CSV injection).
DANGEROUS = frozenset("=+-@\t\r\n\0＝＋－＠")
INVISIBLE = "\ufeff \u00a0\u202f\u200b"


def harmless(value: object) -> str:
    """The value as text that no spreadsheet evaluates: an apostrophe goes before what looks like a formula."""
    text = "" if value is None else str(value)
    first = text.lstrip(INVISIBLE)[:1] or text[:1]
    return f"'{text}" if first in DANGEROUS and first else text


def as_typed(text: str) -> str:
    """What `harmless` was given, from what it made of it: a file of ours that comes back says what it said."""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def csv_bytes(header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file (RFC 4180) in UTF-8 with a byte order mark, so that spreadsheets see the accents."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([harmless(value) for value in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    return value if isinstance(value, int | float) else harmless(value)


def xlsx_bytes(sheets: dict[str, tuple[Sequence[object], Iterable[Sequence[object]]]]) -> bytes:
    """A workbook with a sheet for each name (31 characters count): numbers as numbers, all else as plain text.

    Text is written as text, never as a formula or a link, so that it stays as it was typed.
    """
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        bold = book.add_format({"bold": True})
        for name, (header, rows) in sheets.items():
            sheet = book.add_worksheet(_sheet_name(name))
            sheet.freeze_panes(1, 0)
            for column, value in enumerate(header):
                sheet.write_string(0, column, str(value), bold)
            for line, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, int | float):
                        sheet.write_number(line, column, value)
                    else:
                        sheet.write_string(line, column, "" if value is None else str(value))
    return target.getvalue()


def table_bytes(kind: str, name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """One table as a file of this kind, "csv" or "xlsx"; `name` is that of its sheet."""
    return csv_bytes(header, rows) if kind == "csv" else xlsx_bytes({name: (header, rows)})


def _sheet_name(name: str) -> str:
    """A name that a workbook accepts: 31 characters, without the signs that it forbids."""
    return (
        "".join(" " if character in "[]:*?/\\'" else character for character in name)[:31].strip() or "Sheet"
    )
