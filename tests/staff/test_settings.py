from datetime import date

import pytest

from pressroom.access import SYSTEM, Role
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.staff import queries, workflow
from pressroom.staff.models import Compliance
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


# --- the standing pages ---------------------------------------------------------------------------------------

PAGES = "/desk/settings/pages"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER, Role.DOOR])
def test_the_standing_pages_are_for_administrators(app, role):
    assert builders.signed_in(app, role=role).get(PAGES).status_code == 403


def test_the_standing_pages_are_filled_in_for_each_language(admin):
    sent = {
        "publisher_fr": "Fondation des Pins\r\nSIREN 000 000 000", "publisher_en": "Pines Foundation", "compliance": "partial",
        "audited_on": "2026-09-01", "auditor": "Cabinet Exemple", "privacy_email": "data@office.example",
    }  # fmt: skip

    answer = admin.post(PAGES, data=sent)

    assert (answer.status_code, answer.location) == (303, PAGES)
    office = queries.office()
    assert (office.compliance, office.audited_on, office.auditor, office.privacy_email) == (
        "partial", date(2026, 9, 1), "Cabinet Exemple", "data@office.example",
    )  # fmt: skip
    assert (office.texts["fr"].publisher, office.texts["en"].publisher, office.texts["en"].host) == (
        "Fondation des Pins\nSIREN 000 000 000", "Pines Foundation", "",
    )  # fmt: skip
    page = admin.get(PAGES).text
    assert 'value="Cabinet Exemple"' in page
    assert 'href="/fr/legal"' in page
    assert admin.post(PAGES, data={**sent, "publisher_en": "Pines"}).status_code == 303
    assert queries.office().texts["en"].publisher == "Pines"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"audited_on": ""}, "audited_on", "Enter the date of the audit: without one the site is not compliant"),
        ({"auditor": ""}, "auditor", "Enter who made the audit: without one the site is not compliant"),
        ({"audited_on": "2099-01-01"}, "audited_on", "Enter a date in the past"),
        ({"privacy_email": "data"}, "privacy_email", "Enter a full address, for example name@outlet.com"),
        ({"host_fr": "x" * 2001}, "host_fr", "Use at most 2000 characters."),
        ({"host_fr": "a\x00b"}, "host_fr", "Remove the line breaks and invisible characters."),
        ({"compliance": "very"}, "compliance-0", "Choose a state"),
        ({"compliance": ""}, "compliance-0", "Choose a state"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_at_its_field(admin, change, field, sentence):
    sent = {"compliance": "full", "audited_on": "2026-09-01", "auditor": "Cabinet", "director_fr": "Ada"}

    page = admin.post(PAGES, data={**sent, **change})

    assert page.status_code == 422
    assert f'<a href="#{field}">{sentence}</a>' in page.text
    assert ">\nAda</textarea>" in page.text.replace("\r", "")
    assert queries.office().compliance == "not"


def test_nobody_calls_the_site_compliant_without_an_audit(app):
    with pytest.raises(Refused):
        workflow.describe_office(
            compliance=Compliance.FULL, audited_on=None, auditor="", accessibility_email="", privacy_email="",
            texts={}, by=SYSTEM, at=builders.NOON,
        )  # fmt: skip


def test_officers_see_no_way_to_the_standing_pages_and_administrators_do(desk, admin):
    assert PAGES not in desk.get("/desk/settings/").text
    assert PAGES in admin.get("/desk/settings/").text
