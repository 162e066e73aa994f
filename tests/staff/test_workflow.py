from datetime import UTC, datetime, timedelta

import pytest

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.errors import Refused
from pressroom.staff import passwords, queries, workflow
from pressroom.staff.models import PressContact
from tests import builders

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "une phrase assez longue"
ADMIN = Actor(Role.ADMIN, "Ada Admin", "a1")


def add(email="Zoe.Martin@Press.Example", **values):
    defaults = {"name": "Zoé Martin", "role": Role.OFFICER, "language": "fr", "at": NOW, "by": ADMIN}
    return workflow.add(email=email, **{**defaults, **values})


def an_admin(**values):
    return builders.a_member_of_staff(role=Role.ADMIN, password_hash="x", **values)


def journal(subject):
    return [(entry.action, entry.actor_name) for entry in audit.history(subject)]


def test_add_stores_the_address_in_lower_case_without_a_password(app):
    staff = add()
    db.session.commit()

    assert (staff.email, staff.role, staff.language) == ("zoe.martin@press.example", Role.OFFICER, "fr")
    assert staff.password_hash is None
    assert not passwords.matches(staff, "")
    assert journal(f"staff:{staff.id}") == [("staff.add", "Ada Admin")]


def test_add_with_a_password_opens_the_account(app):
    staff = add(password=PASSWORD)

    assert staff.password_hash.startswith("$argon2id$")
    assert passwords.matches(staff, PASSWORD)
    assert not passwords.matches(staff, PASSWORD + " ")


@pytest.mark.parametrize(
    "address", ["", "zoe", "zoe@", "a@press.example, b@press.example", "zoé@press.example", "z@\nx.example"]
)
def test_add_refuses_a_malformed_address(app, address):
    with pytest.raises(Refused, match=r"^Enter a full address, for example name@outlet\.com$"):
        add(address)


def test_add_refuses_an_address_that_has_an_account(app):
    add()

    with pytest.raises(Refused, match=r"^This address already has an account\.$"):
        add("ZOE.martin@press.example")


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 201])
def test_add_refuses_a_password_of_the_wrong_size(app, password):
    with pytest.raises(Refused, match=r"^Use a password of at least 12 characters\.$"):
        add(password=password)


def test_set_up_link_is_absolute_and_only_its_digest_is_stored(app):
    staff = add()
    link = workflow.set_up_link(staff, at=NOW, by=ADMIN)
    token = link.rpartition("/")[2]

    assert link == f"http://press.example/desk/set-up/{token}"
    assert token not in (staff.set_up_digest, staff.password_hash)
    assert queries.invited(token) is staff
    assert staff.set_up_until == NOW + timedelta(days=7)


def test_set_up_link_cannot_be_used_after_seven_days(app):
    staff = add()
    workflow.set_up_link(staff, at=NOW)

    with pytest.raises(Refused, match=r"^This link has expired\.$"):
        workflow.set_up(staff, password=PASSWORD, at=NOW + timedelta(days=7))


def test_set_up_needs_a_link(app):
    with pytest.raises(Refused):
        workflow.set_up(add(), password=PASSWORD, at=NOW)


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        (
            "fr",
            "Choisissez votre mot de passe – Bureau de presse",
            "jusqu’au 29 novembre 2026, 13\N{NO-BREAK SPACE}h.",
        ),
        ("en", "Choose your password – Press office", "until 29 November 2026, 13:00."),
    ],
)
def test_invite_writes_to_the_person_in_their_language(app, language, subject, sentence):
    staff = add(language=language)
    link = workflow.invite(staff, at=NOW, by=ADMIN)
    db.session.commit()

    message = db.session.scalars(db.select(Message)).one()
    assert (message.recipient, message.language, message.subject) == (staff.email, language, subject)
    assert link in message.text
    assert sentence in message.text
    assert f'href="{link}"' in message.html
    assert message.about == f"staff:{staff.id}"


def test_deactivate_closes_the_account_and_its_link(app):
    an_admin()
    staff = add(password=PASSWORD)
    token = workflow.set_up_link(staff, at=NOW).rpartition("/")[2]

    workflow.deactivate(staff, by=ADMIN, at=NOW)

    assert not passwords.matches(staff, PASSWORD)
    assert queries.invited(token) is None
    with pytest.raises(Refused, match=r"^This account is deactivated\.$"):
        workflow.set_up_link(staff, at=NOW)


def test_reactivate_opens_it_again(app):
    staff = add(password=PASSWORD)
    workflow.deactivate(staff, by=ADMIN, at=NOW)

    workflow.reactivate(staff, by=ADMIN, at=NOW)

    assert passwords.matches(staff, PASSWORD)
    assert [action for action, _name in journal(f"staff:{staff.id}")] == [
        "staff.add",
        "staff.deactivate",
        "staff.reactivate",
    ]


def test_nobody_deactivates_themselves(app):
    staff = an_admin()
    an_admin()

    with pytest.raises(Refused, match="your own account"):
        workflow.deactivate(staff, by=Actor(Role.ADMIN, staff.name, staff.id), at=NOW)


def test_the_last_administrator_stays(app):
    last = an_admin()
    builders.a_member_of_staff(role=Role.ADMIN)  # has not chosen a password yet
    an_admin(deactivated_at=NOW)

    with pytest.raises(Refused, match="the last administrator"):
        workflow.deactivate(last, by=ADMIN, at=NOW)

    an_admin()
    workflow.deactivate(last, by=ADMIN, at=NOW)
    assert last.deactivated_at == NOW


def test_office_has_a_name_before_anybody_gives_it_one(app):
    assert queries.office().names == {"fr": "Bureau de presse", "en": "Press office"}
    assert queries.office().name == "Press office"

    workflow.name_office({"fr": "Fondation des pôles", "en": "Clusters Foundation"}, by=ADMIN, at=NOW)
    db.session.commit()

    assert queries.office().name == "Clusters Foundation"
    assert journal("office:1") == [("office.rename", "Ada Admin")]


def a_contact(**values):
    facts = {
        "name": "Maël Quéré",
        "email": "mael@press.example",
        "phone": "+33 1 99 00 00 01",
        "languages": ["fr", "en"],
        "texts": {"fr": ("Relations médias", "9 h à 18 h"), "en": ("Media relations", "09:00 to 18:00")},
    }
    return {**facts, **values}


def test_press_contacts_keep_their_order_and_speak_each_language(app):
    first = workflow.add_contact(**a_contact(), by=ADMIN, at=NOW)
    workflow.add_contact(**a_contact(name="Anna Berg", languages=["en"]), by=ADMIN, at=NOW)
    db.session.commit()

    assert [contact.name for contact in queries.press_contacts()] == ["Maël Quéré", "Anna Berg"]
    assert first.words("fr") == (
        "Maël Quéré", "Relations médias", "9 h à 18 h", "français, anglais", "+33 1 99 00 00 01", "mael@press.example",
    )  # fmt: skip
    assert first.words("en").languages == "French, English"


def test_press_contact_without_words_in_a_language_is_still_shown(app):
    contact = workflow.add_contact(**a_contact(texts={"fr": ("Relations médias", "")}), by=ADMIN, at=NOW)

    assert contact.words("en")[:3] == ("Maël Quéré", "", "")


def test_edit_contact_replaces_its_facts(app):
    contact = workflow.add_contact(**a_contact(), by=ADMIN, at=NOW)
    workflow.edit_contact(
        contact, **a_contact(phone="+33 1 99 00 00 02", texts={"fr": ("Presse", "")}), by=ADMIN, at=NOW
    )
    db.session.commit()

    db.session.expire_all()
    stored = db.session.scalars(db.select(PressContact)).one()
    assert (stored.phone, stored.position) == ("+33 1 99 00 00 02", 1)
    assert {code: (text.role, text.hours) for code, text in stored.texts.items()} == {
        "fr": ("Presse", ""),
        "en": ("Media relations", "09:00 to 18:00"),
    }
