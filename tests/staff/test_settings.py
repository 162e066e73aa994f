import pytest

from pressroom.access import Role
from pressroom.database import db
from pressroom.staff import queries
from tests import builders

CONTACT = {
    "name": "Maël Quéré",
    "email": "mael@press.example",
    "phone": "+33 1 99 00 00 01",
    "languages": ["fr", "en"],
    "role_fr": "Relations médias",
    "hours_fr": "9 h à 18 h",
    "role_en": "Media relations",
    "hours_en": "09:00 to 18:00",
}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DOOR])
def test_settings_are_for_officers(app, role):
    client = builders.signed_in(app, role=role)

    addresses = ("/desk/settings/", "/desk/settings/contacts/new", "/desk/settings/contacts/x")
    assert [client.get(address).status_code for address in addresses] == [403, 403, 403]


def test_office_is_named_in_each_language(desk):
    answer = desk.post(
        "/desk/settings/", data={"name_fr": "Fondation des pôles", "name_en": "Clusters Foundation"}
    )

    assert (answer.status_code, answer.location) == (303, "/desk/settings/")
    assert queries.office().names == {"fr": "Fondation des pôles", "en": "Clusters Foundation"}
    assert 'value="Fondation des pôles"' in desk.get("/desk/settings/").text


def test_office_needs_a_name_in_each_language(app):
    desk = builders.signed_in(app, language="fr")

    page = desk.post("/desk/settings/", data={"name_fr": "Fondation des pôles", "name_en": ""})

    assert page.status_code == 422
    assert "Indiquez le nom de l’organisation" in page.text
    assert queries.office().names["fr"] == "Bureau de presse"


def test_empty_list_says_what_to_do(desk):
    assert "Journalists look for a person to call: name one." in desk.get("/desk/settings/").text


def test_contact_is_added_then_shown_in_the_readers_language(app, desk):
    answer = desk.post("/desk/settings/contacts/new", data=CONTACT)

    assert (answer.status_code, answer.location) == (303, "/desk/settings/")
    page = builders.signed_in(app, language="fr").get("/desk/settings/").text
    shown = ("Maël Quéré", "Relations médias", "français, anglais", 'href="tel:+33199000001"')
    assert [word for word in shown if word not in page] == []


def test_contact_is_edited(desk):
    contact = builders.a_press_contact()
    address = f"/desk/settings/contacts/{contact.id}"
    assert 'value="Relations médias"' in desk.get(address).text

    assert (
        desk.post(address, data={**CONTACT, "role_en": "Spokesperson", "languages": ["en"]}).status_code
        == 303
    )

    db.session.expire_all()
    [contact] = queries.press_contacts()
    assert (contact.words("en").role, contact.languages) == ("Spokesperson", ["en"])


def test_incomplete_contact_is_refused_and_what_was_typed_stays(desk):
    page = desk.post(
        "/desk/settings/contacts/new", data={"name": "Maël", "email": "mael", "languages": ["xx"]}
    )

    assert page.status_code == 422
    assert 'value="Maël"' in page.text
    for sentence in (
        "Enter a full address, for example name@outlet.com",
        "Enter the contact’s telephone number",
    ):
        assert sentence in page.text
    assert queries.press_contacts() == []


def test_unknown_contact_is_not_found(desk):
    assert desk.get("/desk/settings/contacts/nobody").status_code == 404
