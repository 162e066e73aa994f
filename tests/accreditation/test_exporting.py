"""What leaves an event's queue: pages of figures and of attendance, and files, each noted in the journal."""

import csv
import io

import openpyxl
import pypdf
import pytest

from pressroom import audit, clock
from pressroom.access import Role
from pressroom.accreditation.models import ReviewerScope, State
from pressroom.database import db
from tests import builders


def place(event, what):
    return f"/desk/accreditation/{event.id}/{what}"


def rows_of(response):
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def journal(event):
    return [entry.action for entry in audit.history(f"event:{event.id}")]


def test_the_figures_are_a_sentence_then_tables_with_bars(desk):
    event = builders.an_event()
    builders.an_application(event, state=State.APPROVED)
    builders.an_application(event)

    page = desk.get(place(event, "figures")).text

    assert "2 requests: 1 accepted, 1 to review." in page
    assert page.index("2 requests:") < page.index("By status") < page.index("By role")
    assert '<rect width="100.0"' in page


def test_an_event_without_requests_says_so(desk):
    assert "No figures yet" in desk.get(place(builders.an_event(), "figures")).text


def test_figures_as_files_name_nobody(desk):
    event = builders.an_event()
    builders.an_application(event, name="Canari Jaune", email="canari@x.example")

    sheet, book = desk.get(place(event, "figures.csv")), desk.get(place(event, "figures.xlsx"))

    assert rows_of(sheet)[:2] == [["Breakdown", "Value", "Requests"], ["By status", "Received", "1"]]
    workbook = openpyxl.load_workbook(io.BytesIO(book.data))
    assert [[cell.value for cell in row] for row in workbook["By role"]] == [
        ["Role", "Requests"],
        ["Written press", 1],
    ]
    assert "canari" not in sheet.text.lower()
    assert sheet.headers["Content-Disposition"].startswith("attachment; filename=")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_requests_are_exported_without_proofs_needs_or_notes_and_noted(desk, kind):
    event = builders.an_event()
    builders.an_application(
        event, name="=cmd|' /C calc'!A0", needs="CANARI-BESOIN", needs_answer="CANARI-REPONSE"
    )

    response = desk.post(place(event, f"requests.{kind}"))

    if kind == "csv":
        header, row = rows_of(response)
        assert row[2] == "'=cmd|' /C calc'!A0"
    else:
        header, row = [
            [cell.value for cell in line] for line in openpyxl.load_workbook(io.BytesIO(response.data)).active
        ]
        assert row[2] == "=cmd|' /C calc'!A0"
    assert header == [
        "Reference", "Status", "Name", "Outlet", "Role", "Country", "Email address", "Telephone", "Language", "Days",
        "Received", "Decided", "Came",
    ]  # fmt: skip
    assert "CANARI" not in str(row)
    assert journal(event) == ["accreditation.export:1"]


def test_an_export_is_not_a_link_and_not_for_reviewers(app, desk):
    event = builders.an_event()
    reviewer = builders.signed_in(app, role=Role.REVIEWER)

    assert desk.get(place(event, "requests.csv")).status_code == 404
    assert reviewer.post(place(event, "requests.csv")).status_code == 403
    assert "All requests (CSV)" not in reviewer.get(place(event, "figures")).text


def test_the_list_for_the_door_names_the_accredited_and_nobody_else(desk):
    event = builders.an_event()
    builders.an_accredited(event, name="Noémie Zola", reference="AAA-0001", email="canari@x.example")
    builders.an_accredited(event, name="Zélie Abadie", reference="BBB-0002", days=["2026-12-24"])
    for state in set(State) - {State.APPROVED}:
        builders.an_application(event, name=f"Absent {state}", state=state)

    response = desk.post(place(event, "door.pdf"))

    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.data)).pages)
    assert text.index("Zélie Abadie") < text.index("Noémie Zola")
    assert ("AAA-0001" in text, "24 December" in text) == (True, True)
    assert ("Absent" in text, "canari" in text) == (False, False)
    assert journal(event) == ["accreditation.door_list"]


def test_a_door_list_of_nobody_says_so(desk):
    response = desk.post(place(builders.an_event(), "door.pdf"))

    assert "Nobody is accredited yet." in pypdf.PdfReader(io.BytesIO(response.data)).pages[0].extract_text()


def test_who_came_is_marked_and_taken_back(desk):
    event = builders.an_event(starts_at=clock.now(), ends_at=clock.now())
    here, away = builders.an_accredited(event), builders.an_accredited(event)
    other = builders.an_accredited()
    form = {"shown": [here.id, away.id, other.id], "came": [here.id, other.id]}

    response = desk.post(place(event, "attendance"), data=form, follow_redirects=True)

    assert "1 mark saved." in response.text
    marks = [bool(db.session.get(type(here), one.id).came_at) for one in (here, away, other)]
    assert marks == [True, False, False]
    desk.post(place(event, "attendance"), data={"shown": [here.id]})
    assert db.session.get(type(here), here.id).came_at is None
    assert [entry.action for entry in audit.history(here.subject)] == [
        "accreditation.came",
        "accreditation.not_come",
    ]


def test_nobody_came_before_the_event(desk):
    event = builders.an_event()
    application = builders.an_accredited(event)

    page = desk.get(place(event, "attendance")).text
    refused = desk.post(
        place(event, "attendance"), data={"shown": [application.id], "came": [application.id]}
    )

    assert ("disabled" in page, "Save this page" in page, refused.status_code) == (True, False, 409)
    assert db.session.get(type(application), application.id).came_at is None


def test_a_reviewer_of_another_event_gets_none_of_it(app):
    event = builders.an_event()
    builders.an_accredited(event)
    reviewer = builders.signed_in(app, role=Role.REVIEWER)
    builders.stored(ReviewerScope(staff_id=reviewer.staff_id, event_id=builders.an_event().id))

    gets = [reviewer.get(place(event, what)).status_code for what in ("figures", "figures.csv", "attendance")]
    posts = [
        reviewer.post(place(event, what)).status_code for what in ("requests.csv", "door.pdf", "attendance")
    ]

    assert (gets, posts) == ([404] * 3, [404] * 3)
