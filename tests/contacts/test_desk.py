import pytest

from pressroom.access import Role
from pressroom.contacts import workflow
from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db
from tests import builders


def remember(name, outlet="", **values):
    defaults = {"email": f"{name.split()[0].lower()}@outlet.example", "phone": "", "language": "fr"}
    contact = workflow.remember(
        name=name, outlet=outlet, source="accreditation", at=builders.NOON, **{**defaults, **values}
    )
    db.session.commit()
    return contact


def shown(client, query=""):
    page = client.get("/desk/contacts/" + query)
    assert page.status_code == 200
    return page.text


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DOOR])
def test_contacts_are_for_officers(app, role):
    assert builders.signed_in(app, role=role).get("/desk/contacts/").status_code == 403


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "No contact yet"), ("fr", "Aucun contact pour le moment")]
)
def test_empty_list_says_where_contacts_come_from(app, language, heading):
    assert heading in shown(builders.signed_in(app, language=language))


def test_search_reads_name_and_outlet(desk):
    remember("Noémie Kervella", "Le Télégraphe")
    remember("Anna Berg", "Nordic 100% Wire")
    remember("Ben Shaw")

    every = ("Noémie Kervella", "Anna Berg", "Ben Shaw")
    found = {
        query: tuple(name for name in every if name in shown(desk, query))
        for query in ("", "?q=kervella", "?q=nordic+berg", "?q=100%25", "?q=%25", "?q=_", "?q=zzz")
    }

    assert found == {
        "": every,
        "?q=kervella": ("Noémie Kervella",),
        "?q=nordic+berg": ("Anna Berg",),
        "?q=100%25": ("Anna Berg",),
        "?q=%25": ("Anna Berg",),
        "?q=_": (),
        "?q=zzz": (),
    }


def test_search_says_how_many_in_the_persons_language(app, desk):
    remember("Anna Berg")

    assert "1 contact for “anna”" in shown(desk, "?q=anna")
    french = shown(builders.signed_in(app, language="fr"), "?q=<b>")
    assert "0 contact pour «\N{NO-BREAK SPACE}&lt;b&gt;\N{NO-BREAK SPACE}»" in french


def test_list_is_paged_by_name_and_keeps_the_search(desk):
    for number in range(51):
        remember(f"Contact{number:02}", "Gazette")

    first, second = shown(desk, "?q=gazette"), shown(desk, "?q=gazette&page=2")

    assert ("Contact49" in first, "Contact50" in first) == (True, False)
    assert ("Contact49" in second, "Contact50" in second) == (False, True)
    assert "?q=gazette&amp;page=2" in first


def test_one_who_applies_again_is_brought_up_to_date_not_doubled(app):
    remember("Noémie Kervella", "Le Télégraphe", email="noemie@outlet.example")
    remember("Noémie K.", "LE TELEGRAPHE", email="noemie@outlet.example", language="en")

    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.name, contact.language, contact.outlet.name) == ("Noémie K.", "en", "Le Télégraphe")
    assert db.session.query(Outlet).count() == 1
