"""What is done with everybody whom the list shows."""

import csv
import io

import pytest
from openpyxl import load_workbook

from pressroom import audit
from pressroom.access import SYSTEM
from pressroom.contacts import workflow
from pressroom.contacts.models import ContactList
from pressroom.database import db
from tests import builders
from tests.builders import NOON


@pytest.fixture
def people(app):
    energy = builders.a_topic()
    anna = builders.a_contact(
        "=Anna Berg", email="anna@nordic.example", outlet="+Nordic", phone="+46 8 00", language="en", country="SE",
        topics=[energy.id], notes="@home\nnever on Monday",
    )  # fmt: skip
    builders.a_list("Energy press", anna)
    workflow.note_consent(anna, True, "stand", by=SYSTEM, at=NOON)
    db.session.commit()
    return [anna, builders.a_contact("Ben Shaw", email="ben@shaw.example", source="import")]


ANNA = [
    "'=Anna Berg", "'+Nordic", "anna@nordic.example", "'+46 8 00", "English", "SE", "Energy press", "Energy",
    "Agreed to be written to", "2026-11-22", "card left at our stand", "2026-11-22", "'@home\nnever on Monday",
]  # fmt: skip
BEN = ["Ben Shaw", "", "ben@shaw.example", "", "français", "", "", "", "Never said anything", "", "Imported list", "2026-11-22", ""]  # fmt: skip


def test_exactly_what_is_shown_is_taken_along_and_nothing_becomes_a_formula(desk, people):
    whole = desk.post("/desk/contacts/export.csv")
    some = desk.post("/desk/contacts/export.csv", data={"q": "ben"})

    header, *rows = csv.reader(io.StringIO(whole.data.decode("utf-8-sig"), newline=""))
    assert (len(header), rows) == (13, [ANNA, BEN])
    assert list(csv.reader(io.StringIO(some.data.decode("utf-8-sig"), newline="")))[1:] == [BEN]
    assert "attachment; filename=contacts-" in whole.headers["Content-Disposition"]
    assert [(one.action, one.actor_name) for one in audit.history("contact:all")] == [
        ("contact.export:2", "Zoé Martin"), ("contact.export:1", "Zoé Martin"),
    ]  # fmt: skip


def test_the_workbook_says_the_same_as_plain_text(desk, people):
    answer = desk.post("/desk/contacts/export.xlsx", data={"list": "none"})

    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert [[value or "" for value in row] for row in rows[1:]] == [BEN]


def test_nothing_is_taken_along_by_looking(desk, people):
    assert desk.get("/desk/contacts/export.csv").status_code in (404, 405)


def test_whom_the_list_shows_is_put_on_a_new_list_then_taken_off(desk, people):
    put = desk.post("/desk/contacts/put", data={"q": "ben", "count": 1, "name": "  Weekly  "})
    weekly = db.session.scalar(db.select(ContactList).filter_by(name="Weekly"))

    assert put.location == f"/desk/contacts/?list={weekly.id}"
    assert "1 contact was put on the list “Weekly”." in desk.get(put.location).text
    db.session.expire_all()
    assert [one.lists for one in people][1] == [weekly]

    off = desk.post("/desk/contacts/take-off", data={"count": 2, "to": weekly.id})
    assert "1 contact was taken off the list “Weekly”." in desk.get(off.location).text


@pytest.mark.parametrize(
    ("address", "typed", "sentence"),
    [
        ("put", {"count": 7, "name": "Weekly"}, "held 7 contacts when you saw it, and holds 2 now"),
        ("take-off", {"count": ""}, "held 0 contacts when you saw it, and holds 2 now"),
        ("put", {"count": 2}, "Choose a list, or type the name of a new one."),
        ("put", {"count": 2, "name": "Energy press"}, "There is already a list of this name."),
        ("put", {"count": 2, "name": "x" * 121}, "Use at most 120 characters."),
    ],
)
def test_what_is_not_what_was_seen_is_refused_with_both_numbers(desk, people, address, typed, sentence):
    answer = desk.post(f"/desk/contacts/{address}", data=typed)

    assert (answer.status_code, sentence in answer.text) == (409, True)
    db.session.expire_all()
    assert [len(one.lists) for one in people] == [1, 0]
    assert db.session.query(ContactList).count() == 1


def test_an_unknown_list_is_none(desk, people):
    assert desk.post("/desk/contacts/put", data={"count": 2, "to": "x"}).status_code == 404
