"""Who is probably one person, two side by side, and what holds of the one that stays."""

import time

import pytest
from sqlalchemy import insert

from pressroom import audit
from pressroom.contacts import duplicates, queries, workflow
from pressroom.contacts.models import Contact
from pressroom.database import db
from tests import builders
from tests.builders import NOON


def found():
    return [({pair.one.name, pair.other.name}, pair.why) for pair in duplicates.pairs()]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (
            ("Noémie Kervella", "a@x.example", "Gazette"),
            ("KERVELLA Noemie", "b@y.example", "GAZETTE"),
            ["name"],
        ),
        (("Noémie Kervella", "a@x.example", "Gazette"), ("Noémie Kervella", "b@y.example", ""), ["name"]),
        (("Noémie Kervella", "a@x.example", "Gazette"), ("Noémie Kervella", "b@y.example", "Nordic"), None),
        (("A", "noemie@telegraphe.example", ""), ("B", "Noemie+kit@telegraphe.test", ""), ["address"]),
        (("A", "noemie@telegraphe.example", ""), ("B", "noemie@telegrahpe.example", ""), ["address"]),
        (("A", "noemie@telegraphe.example", ""), ("B", "noemie@telegraph.example", ""), ["address"]),
        (("A", "noemie@telegraphe.example", ""), ("B", "noemie@gazette.example", ""), None),
        (("A", "noemie@telegraphe.example", ""), ("A", "noemie@telegraphe.test", ""), ["name", "address"]),
        (("A", "noemie@telegraphe.example", ""), ("B", "ben@telegraphe.example", ""), None),
    ],
)
def test_two_are_alike_by_name_and_outlet_or_by_address(app, one, other, why):
    for name, email, outlet in (one, other):
        builders.a_contact(name, email=email, outlet=outlet)

    assert found() == ([({one[0], other[0]}, why)] if why else [])


def test_what_very_many_share_is_no_sign(app):
    for n in range(duplicates.MOST_ALIKE + 1):
        builders.a_contact(f"Redaction {n}", email=f"redaction@gazette-{n}.example")

    assert found() == []


def test_outlets_are_alike_but_for_an_article_or_a_letter(app):
    for name in ("Le Télégraphe", "Télégraphe", "Nordic Wire", "Nordik Wire", "Gazette"):
        builders.a_contact(outlet=name)

    assert {frozenset((one.name, other.name)) for one, other in duplicates.outlets()} == {
        frozenset(("Le Télégraphe", "Télégraphe")), frozenset(("Nordic Wire", "Nordik Wire")),
    }  # fmt: skip


def test_ten_thousand_are_looked_through_at_once(app, desk):
    people = [
        {
            "id": f"c{n}", "email": f"first{n % 5000}.last@outlet-{n % 977}.example", "name": f"Élodie Marchand {n % 8000}",
            "phone": "", "language": "fr", "country": "", "notes": "", "outlet_id": None, "source": "import",
            "created_at": NOON, "last_action_at": NOON,
        }
        for n in range(10_000)
    ]  # fmt: skip
    for one in people:
        one["email"] = (
            one["email"].replace("@", f"{one['id']}@") if int(one["id"][1:]) > 9900 else one["email"]
        )
    people = list({one["email"]: one for one in people}.values())
    db.session.execute(insert(Contact), people)
    db.session.commit()
    began = time.process_time()

    page = desk.get("/desk/contacts/duplicates")

    assert (page.status_code, time.process_time() - began < 10) == (200, True)
    assert "The first 100 are shown." in page.text


def test_without_duplicates_the_page_says_so(desk):
    builders.a_contact()

    assert "No duplicate in sight" in desk.get("/desk/contacts/duplicates").text


@pytest.fixture
def two(app):
    """Two contacts of one person."""
    kept = builders.a_contact(
        "Anna Berg",
        email="anna@nordic.example",
        outlet="Nordic Wire",
        language="en",
        notes="One",
        country="SE",
    )
    other = builders.a_contact(
        "Anna B.",
        email="anna@gmail.example",
        outlet="Freelance",
        phone="+46 8 00",
        language="fr",
        notes="Two",
    )
    builders.a_list("Energy", other)
    return kept, other


def merged(client, kept, other, **chosen):
    address = f"/desk/contacts/{kept.id}/merge/{other.id}"
    page = client.get(address).text
    version = page.partition('name="version" value="')[2].partition('"')[0]
    return client.post(address, data={"version": version, **chosen})


def test_the_desk_chooses_what_holds_and_loses_nothing(desk, two):
    kept, other = two
    page = desk.get("/desk/contacts/duplicates").text
    page = desk.get(f"/desk/contacts/{kept.id}/merge/{other.id}").text
    for words in ("Anna Berg", "Anna B.", "anna@gmail.example", "Nordic Wire", "Freelance", "Energy"):
        assert words in page
    assert '<input type="radio" id="phone-other" name="phone" value="other" checked>' in page

    answer = merged(
        desk, kept, other, name="one", email="other", outlet="one", phone="other", language="one", country="x"
    )

    assert answer.location == f"/desk/contacts/{kept.id}"
    db.session.expire_all()
    stays = db.session.scalars(db.select(Contact)).one()
    assert (stays.id, workflow.facts_of(stays)) == (
        kept.id,
        workflow.Facts(
            email="anna@gmail.example", name="Anna Berg", language="en", phone="+46 8 00", outlet="Nordic Wire", country="SE",
            notes="One\nTwo", lists=(stays.lists[0].id,),
        ),
    )  # fmt: skip
    assert "anna@nordic.example" in desk.get(answer.location).text
    assert queries.former_addresses(kept.id) == ["anna@nordic.example"]


def test_what_was_changed_meanwhile_is_looked_at_again(desk, two):
    kept, other = two
    address = f"/desk/contacts/{kept.id}/merge/{other.id}"

    answer = desk.post(address, data={"version": "x", "name": "one"})

    assert (answer.status_code, "Someone else has just changed one of the two." in answer.text) == (409, True)
    assert db.session.query(Contact).count() == 2


def test_the_other_one_is_looked_for(desk, two):
    kept, other = two
    address = f"/desk/contacts/{kept.id}/merge"

    page = desk.get(f"{address}?q=anna").text
    assert (f"/merge/{other.id}" in page, f"/merge/{kept.id}" in page) == (True, False)
    assert "No other contact matches “zzz”." in desk.get(f"{address}?q=zzz").text
    assert "Anna B." not in desk.get(address).text
    assert [desk.get(f"{address}/{id}").status_code for id in (kept.id, "x")] == [404, 404]


def test_two_who_are_found_to_be_two_are_not_proposed_again(desk, two):
    one, other = two
    one.name = other.name
    one.outlet = other.outlet
    db.session.commit()
    address = f"/desk/contacts/{one.id}/apart/{other.id}"
    assert found() == [({"Anna B."}, ["name"])]
    assert f'action="{address}"' in desk.get(f"/desk/contacts/{one.id}/merge/{other.id}").text

    assert [desk.post(address).status_code, desk.post(address).status_code] == [303, 303]

    assert found() == []
    assert audit.history(workflow.subject(one))[-1].action == f"contact.tell_apart:{other.id}"
    assert desk.post(f"/desk/contacts/{one.id}/apart/{one.id}").status_code == 404
    builders.a_contact("Anna B.", email="anna@third.example", outlet="Freelance")
    assert len(found()) == 2  # each of them with the third


def test_two_outlets_that_are_found_to_be_two_are_not_proposed_again(desk):
    one, other = (builders.a_contact(outlet=name).outlet for name in ("Nordic Wire", "Nordik Wire"))
    page = desk.get(f"/desk/contacts/outlets/{one.id}/merge/{other.id}").text
    address = f"/desk/contacts/outlets/{other.id}/apart/{one.id}"
    assert address.replace(f"{other.id}/apart/{one.id}", f"{one.id}/apart/{other.id}") in page

    assert desk.post(address).location == "/desk/contacts/duplicates"

    assert duplicates.outlets() == []
