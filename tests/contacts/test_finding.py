"""What an address of the list asks for, and whom it finds."""

import time

import pytest
from sqlalchemy import insert
from werkzeug.datastructures import MultiDict

from pressroom.access import SYSTEM
from pressroom.contacts import finding, workflow
from pressroom.contacts.finding import NONE, Asked
from pressroom.contacts.models import Contact, Outlet, contact_listing
from pressroom.database import db
from tests import builders
from tests.builders import NOON
from tests.counting import statements


def names(**asked):
    return [one.name for one in db.session.scalars(finding.found(Asked(**asked)))]


@pytest.fixture
def people(app):
    """Three contacts with something to find each by."""
    energy = builders.a_topic("Energy")
    zoe = builders.a_contact(
        "Zoë Œrsted", email="zoe@nordic.example", outlet="Nordic Wire", language="en", country="DK", topics=[energy.id]
    )  # fmt: skip
    emile = builders.a_contact(
        "Émile Naïr", email="redaction@echo.example", outlet="L’Écho du Sud", country="FR"
    )
    ben = builders.a_contact("Ben Shaw", email="ben@shaw.example")
    listed = builders.a_list("Energy press", zoe, ben)
    workflow.note_consent(zoe, True, "stand", by=SYSTEM, at=NOON)
    workflow.note_consent(emile, True, "stand", by=SYSTEM, at=NOON)
    workflow.note_consent(emile, False, "telephone", by=SYSTEM, at=NOON)
    db.session.commit()
    return {"topic": energy.id, "list": listed.id, "outlet": emile.outlet_id}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ["Ben Shaw", "Émile Naïr", "Zoë Œrsted"]),
        ("emile", ["Émile Naïr"]),
        ("ÉMILE NAIR", ["Émile Naïr"]),
        ("oersted", ["Zoë Œrsted"]),
        ("l'echo", ["Émile Naïr"]),
        ("redaction@", ["Émile Naïr"]),
        ("nordic zoe", ["Zoë Œrsted"]),
        ("nordic ben", []),
        ("%", []),
        ("_", []),
    ],
)
def test_words_are_found_in_names_addresses_and_outlets_without_accents(people, words, expected):
    assert names(q=words) == expected


def test_each_filter_narrows_and_each_has_its_contrary(people):
    found = {
        (name, value): names(**{name: value})
        for name, value in (
            ("list", people["list"]), ("list", NONE), ("list", "x"), ("topic", people["topic"]), ("topic", NONE),
            ("outlet", people["outlet"]), ("outlet", NONE), ("language", "en"), ("country", "DK"), ("country", NONE),
            ("consent", "given"), ("consent", "taken_back"), ("consent", NONE),
        )
    }  # fmt: skip

    ben, emile, zoe = "Ben Shaw", "Émile Naïr", "Zoë Œrsted"
    assert list(found.values()) == [
        [ben, zoe], [emile], [], [zoe], [ben, emile], [emile], [ben], [zoe], [zoe], [ben], [zoe], [emile], [ben],
    ]  # fmt: skip
    assert names(list=people["list"], language="en", q="nordic") == [zoe]


def test_what_makes_no_sense_asks_for_nothing():
    args = MultiDict({"q": "  a\0b  " + "x" * 9000, "consent": "perhaps", "page": "x", "list": ""})

    asked = finding.from_args(args)

    assert asked == Asked(q="a b " + "x" * 193)
    assert Asked(q="a", list="b").arguments() == {"q": "a", "list": "b"}


def test_ten_thousand_contacts_are_listed_at_once(app, desk):
    """The list, a filter and a search of ten thousand people: as many statements as for ten, and in no time."""
    outlets = [{"id": f"o{n}", "name": f"Gazette {n}", "key": f"gazette{n}"} for n in range(500)]
    people = [
        {
            "id": f"c{n}", "email": f"c{n}@x.example", "name": f"Élodie Marchand {n}", "phone": "", "language": "fr",
            "country": "FR", "notes": "", "outlet_id": f"o{n % 500}", "source": "import", "created_at": NOON,
            "last_action_at": NOON,
        }
        for n in range(10_000)
    ]  # fmt: skip
    listed = builders.a_list("All")
    db.session.execute(insert(Outlet), outlets)
    db.session.execute(insert(Contact), people[:10])
    on_it = [{"contact_id": one["id"], "list_id": listed.id} for one in people]
    db.session.execute(insert(contact_listing), on_it[:10])
    db.session.commit()
    address = f"/desk/contacts/?q=marchand&list={listed.id}&consent=none"
    few = statements(desk, address)
    db.session.execute(insert(Contact), people[10:])
    db.session.execute(insert(contact_listing), on_it[10:])
    db.session.commit()

    many = statements(desk, address)
    began = time.process_time()
    page = desk.get(address + "&page=200").text

    assert ("10000 contacts" in page, "Élodie Marchand 9999" in page) == (True, True)
    assert time.process_time() - began < 5
    assert many <= few + 1 < 20  # a BEGIN more or less
