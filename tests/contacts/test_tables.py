"""A table as people have it: of any program and country, with titles above it and empty rows in it, or no table at all."""

import csv
import io
import time
import zipfile

import openpyxl
import pytest

from pressroom import sheets
from pressroom.contacts import tables
from pressroom.errors import Refused

MESSY = [
    ["Liste de presse, mise à jour le 12 mars", "", "", ""],
    [],
    ["Personne", "", "Rédaction", ""],
    ["Nom", "Courriel", "Média", "Note"],
    ["Noémie", "n@ouest.example", "Ouest, Matin", "a, b, c"],
    [],
    ["Tom", "t@north.example", "", "", "", "x"],
]
READ = tables.Table(
    ["Nom", "Courriel", "Média", "Note", "", ""],
    [
        (5, ["Noémie", "n@ouest.example", "Ouest, Matin", "a, b, c", "", ""]),
        (7, ["Tom", "t@north.example", "", "", "", "x"]),
    ],
)


def as_csv(rows, delimiter, encoding):
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue().encode(encoding)


def as_workbook(rows):
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A1:D1")
    book.save(target)
    return target.getvalue()


def with_sheet(xml):
    """A workbook whose sheet holds just this."""
    target, head = (
        io.BytesIO(),
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
    )
    with zipfile.ZipFile(io.BytesIO(as_workbook(MESSY))) as whole, zipfile.ZipFile(target, "w", 8) as made:
        for name in whole.namelist():
            is_sheet = name.endswith("sheet1.xml")
            made.writestr(name, head + xml + b"</sheetData></worksheet>" if is_sheet else whole.read(name))
    return target.getvalue()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_messy_file_is_read_by_the_row_that_names_its_columns(app, delimiter, encoding):
    assert tables.read(as_csv(MESSY, delimiter, encoding)) == READ


def test_a_messy_workbook_reads_like_the_same_table_in_csv(app):
    assert tables.read(as_workbook(MESSY)) == READ


def test_a_header_that_names_few_of_the_columns_is_one_all_the_same(app):
    data = as_csv([["Liste"], ["email", "name"], ["a@x.example", "Ana", "1", "2", "3", "4"]], ";", "utf-8")

    assert tables.read(data) == (
        ["email", "name", "", "", "", ""],
        [(3, ["a@x.example", "Ana", "1", "2", "3", "4"])],
    )


def test_a_column_has_a_short_name_on_one_line(app):
    data = as_csv([["E-\nmail", "x" * 200], ["a@x.example", "deux\nlignes"]], ";", "utf-8")

    assert tables.read(data) == (["E- mail", "x" * 100], [(2, ["a@x.example", "deux\nlignes"])])


def test_numbers_and_days_of_a_workbook_are_words(app):
    header, rows = ("email", "name", "phone"), [("é@outlet.example", "Zoé", 33199000001.0)]

    assert tables.read(sheets.xlsx_bytes({"People": (header, rows)})) == tables.read(
        sheets.csv_bytes(header, [("é@outlet.example", "Zoé", 33199000001)])
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no row below its header"),
        (b"email,name\n", "no row below its header"),
        (b"\x00\x01\x02\xff\xfe", "no table that can be read"),
        (b"PK\x03\x04 not a workbook", "no table that can be read"),
        (b"%PDF-1.4\n1 0 obj\n", "no table that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old format, or has a password"),
        ("email\tname\na@b.example\tA\n".encode("utf-16-le"), "no table that can be read"),
        (b"x" * (tables.MOST_BYTES + 1), "larger than 5 MB"),
        (b"email,name\n" + b"a@b.example,A\n" * 20_001, "more than 20,000 rows"),
        (",".join(f"c{n}" for n in range(61)).encode() + b"\na\n", "60 at most"),
        (b"a@b.example,Ana\nb@b.example,Ben\n", "has to name the columns"),
    ],
)
def test_what_is_no_table_says_what_to_do(app, data, sentence):
    with pytest.raises(Refused, match=sentence):
        tables.read(data)


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"<row/>" * 2_000_000, "holds too much"),
        (b"<row>" + b"<c/>" * 2_000_000 + b"</row>", "holds too much"),
        (b" " * 45_000_000, "holds too much"),
        (b"<row r='1'/><row r='999999999'><c r='A999999999'><v>1</v></c></row>", "no row below its header"),
    ],
)
def test_a_small_workbook_that_unpacks_into_much_is_refused_at_once(app, xml, sentence):
    data, began = with_sheet(xml), time.process_time()

    with pytest.raises(Refused, match=sentence):
        tables.read(data)
    assert time.process_time() - began < 5
