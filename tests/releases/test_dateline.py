from datetime import date

import pytest

from pressroom.releases.dateline import Dateline, find


@pytest.mark.parametrize(
    ("line", "place", "dated"),
    [
        ("Lyon, 18 October 2006", "Lyon", date(2006, 10, 18)),
        ("Sophia Antipolis, le 17 novembre 2006 –", "Sophia Antipolis", date(2006, 11, 17)),
        ("RALEIGH, NC – 5 December 2023", "Raleigh, NC", date(2023, 12, 5)),
        ("Paris, le 1er décembre 2026", "Paris", date(2026, 12, 1)),
        ("(Nantes, le mardi 3 aout 2026)", "Nantes", date(2026, 8, 3)),
        ("Leeds, Friday, 2nd Feb. 2024.", "Leeds", date(2024, 2, 2)),
        ("AIX-EN-PROVENCE, 03/02/2026", "Aix-en-Provence", date(2026, 2, 3)),
        ("Lille - 2026-02-03", "Lille", date(2026, 2, 3)),
        ("Dole\N{NO-BREAK SPACE}: le 3 mai 2026", None, None),
        ("18 octobre 2006", "", date(2006, 10, 18)),
        ("Communiqué – 18 octobre 2006", "Communiqué", date(2006, 10, 18)),
    ],
)
def test_a_line_of_its_own(line, place, dated):
    assert find(line) == (Dateline(place, dated, len(line)) if dated else None)


@pytest.mark.parametrize(
    ("line", "place", "dated"),
    [
        ("BREST, le 18 novembre 2026 – L’école", "Brest", date(2026, 11, 18)),
        ("Lyon (France), le 2 mai 2026 : L’école", "Lyon (France)", date(2026, 5, 2)),
        ("DURHAM, NC / A WIRE / December 5, 2023 / L’école", "Durham, NC", date(2023, 12, 5)),
        ("TRENTON, NJ--November 30, 2005-- L’école", "Trenton, NJ", date(2005, 11, 30)),
        ("QUÉBEC, le 8 janv. 2026 /FIL/ - L’école", "Québec", date(2026, 1, 8)),
    ],
)
def test_the_beginning_of_a_paragraph(line, place, dated):
    assert find(line) == Dateline(place, dated, line.index("L’école"))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "To be held on 17 November 2026 in Lyon",
        "The fair opened on 17 November 2026 – and closed",
        "17 November 2026, Lyon, France",
        "Le 3 mai 2026, la foire ouvre",
        "Paris, 31 February 2026",
        "Paris, 12 Brumaire 2026",
        "Paris, October 2026",
        "yesterday, 3 May 2026",
        "Lyon, 3 May 2026 and after",
        "A line of many more words than any place, 3 May 2026",
    ],
)
def test_what_is_no_date_line(line):
    assert find(line) is None
