import re

import pytest

from pressroom.access import Role
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.staff import queries
from pressroom.staff.models import Staff, StaffSession
from tests import builders

PERSON = {"name": "Anna Berg", "email": "anna@press.example", "role": "reviewer", "language": "en"}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER, Role.DOOR])
def test_people_are_for_administrators(app, role):
    client = builders.signed_in(app, role=role)

    assert client.get("/desk/staff/").status_code == 403
    assert client.post("/desk/staff/", data=PERSON).status_code == 403
    assert client.post(f"/desk/staff/{client.staff_id}/deactivate").status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("People", "Review of requests", "Deactivated")),
        ("fr", ("Équipe", "Examen des demandes", "Désactivé")),
    ],
)
def test_list_shows_role_language_and_state(app, language, words):
    admin = builders.signed_in(app, role=Role.ADMIN, language=language)
    builders.a_member_of_staff(role=Role.REVIEWER, deactivated_at=builders.NOON, email="left@press.example")

    page = admin.get("/desk/staff/").text

    assert [word for word in (*words, "left@press.example") if word not in page] == []


def test_adding_a_person_shows_the_link_once_and_mails_it(admin):
    answer = admin.post("/desk/staff/", data=PERSON)

    assert (answer.status_code, answer.location) == (303, "/desk/staff/")
    link = re.search(r"http://press\.example/desk/set-up/[\w-]{22}", admin.get("/desk/staff/").text)[0]
    assert "/desk/set-up/" not in admin.get("/desk/staff/").text
    staff = queries.by_email("anna@press.example")
    assert (staff.name, staff.role, staff.language) == ("Anna Berg", Role.REVIEWER, "en")
    message = db.session.scalars(db.select(Message)).one()
    assert (message.notice, message.recipient, link in message.text) == (
        "staff_invited",
        "anna@press.example",
        True,
    )
    assert queries.invited(link.rpartition("/")[2]) is staff


def test_wrong_person_is_refused_at_the_fields_and_what_was_typed_stays(app):
    admin = builders.signed_in(app, role=Role.ADMIN, language="fr")
    builders.a_member_of_staff(email="anna@press.example")

    page = admin.post(
        "/desk/staff/", data={**PERSON, "email": "ANNA@press.example", "role": "system", "language": ""}
    )

    assert page.status_code == 422
    assert "Cette adresse a déjà un compte." in page.text
    assert "Choisissez une langue" in page.text
    assert 'value="Anna Berg"' in page.text
    assert db.session.query(Staff).count() == 2


def test_new_link_for_somebody_who_forgot_the_password(admin):
    staff = builders.a_member_of_staff()

    assert admin.post(f"/desk/staff/{staff.id}/invite").status_code == 303

    assert "http://press.example/desk/set-up/" in admin.get("/desk/staff/").text


def test_deactivating_ends_the_sessions_at_once_and_can_be_undone(app, admin):
    officer = builders.signed_in(app, role=Role.OFFICER)

    assert admin.post(f"/desk/staff/{officer.staff_id}/deactivate").status_code == 303

    assert officer.get("/desk/profile/").status_code == 303
    assert db.session.query(StaffSession).filter_by(staff_id=officer.staff_id).count() == 0

    admin.post(f"/desk/staff/{officer.staff_id}/reactivate")

    db.session.expire_all()
    assert db.session.get(Staff, officer.staff_id).deactivated_at is None


def test_own_account_cannot_be_deactivated(admin):
    answer = admin.post(f"/desk/staff/{admin.staff_id}/deactivate")

    assert answer.status_code == 409
    assert "Ask another administrator to deactivate your own account." in answer.text
    assert admin.get("/desk/staff/").status_code == 200


@pytest.mark.parametrize("action", ["invite", "deactivate", "reactivate"])
def test_unknown_person_is_not_found(admin, action):
    assert admin.post(f"/desk/staff/nobody/{action}").status_code == 404
