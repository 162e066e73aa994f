"""Tables to take along: what somebody typed stays text in every spreadsheet."""

import csv
import io

import openpyxl
import pytest

from pressroom import sheets

FORMULAS = [
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "\ufeff=1", "\u00a0=1", "＝1+1", "＋1", "－1", "＠x",
    "=cmd|' /C calc'!A0", "\0=1",
]  # fmt: skip
HONEST = ["Noémie Kervella", "L’Écho, du Midi", 'dit "Zoé"', "a-b", "", "deux\nlignes", "n°47"]


def read(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_cell_of_a_csv_begins_a_formula(typed):
    rows = read(sheets.csv_bytes(["Nom"], [[typed]]))

    assert rows == [["Nom"], [f"'{typed}"]]


@pytest.mark.parametrize("typed", HONEST)
def test_honest_words_come_through_a_csv_as_they_are(typed):
    data = sheets.csv_bytes(["Nom", "Nombre"], [[typed, 3]])

    assert (data[:3], read(data)) == (b"\xef\xbb\xbf", [["Nom", "Nombre"], [typed, "3"]])


@pytest.mark.parametrize("typed", [*FORMULAS[:-1], *HONEST, "http://evil.example", "123"])
def test_what_was_typed_is_text_in_a_workbook(typed):
    data = sheets.xlsx_bytes({"Demandes": (["Nom", "Nombre"], [[typed, 3]])})

    sheet = openpyxl.load_workbook(io.BytesIO(data))["Demandes"]
    cell, number = sheet["A2"], sheet["B2"]
    assert (cell.value or "").replace("_x000D_", "\r") == typed
    assert (cell.data_type in ("s", "n") and not cell.hyperlink, number.value) == (True, 3)
    assert cell.data_type == "s" or typed == ""


@pytest.mark.parametrize(
    ("name", "shown"), [("Forum : 2026/27 [FR]", "Forum   2026 27  FR"), ("", "Sheet"), ("x" * 40, "x" * 31)]
)
def test_a_sheet_has_a_name_that_workbooks_accept(name, shown):
    book = openpyxl.load_workbook(io.BytesIO(sheets.xlsx_bytes({name: (["A"], [])})))

    assert book.sheetnames == [shown]
