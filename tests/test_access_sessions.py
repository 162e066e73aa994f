"""Sessions of the desk: what the cookie holds, when it opens something, and that it stops doing so at once."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from pressroom import clock, links
from pressroom.access import Role, safe_next
from pressroom.database import db
from pressroom.staff import passwords, workflow
from pressroom.staff.models import Staff, StaffSession
from tests import builders

PASSWORD = "une phrase assez longue"
HASH = passwords.hashed(PASSWORD)


@pytest.fixture
def officer(app):
    return builders.a_member_of_staff(email="officer@press.example", password_hash=HASH)


def sign_in(client, email="officer@press.example", password=PASSWORD, **values):
    return client.post("/desk/sign-in", data={"email": email, "password": password}, **values)


def cookie(client):
    return client.get_cookie("session", domain="localhost").value


def status(client, address="/desk/profile/"):
    return client.get(address).status_code


def test_sign_in_opens_the_desk_and_sign_out_closes_it(client, officer):
    answer = sign_in(client)

    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert status(client) == 200

    answer = client.post("/desk/sign-out")

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")
    assert client.get("/desk/profile/").location == "/desk/sign-in?next=/desk/profile/"


def test_address_of_the_account_is_read_in_any_case(client, officer):
    assert sign_in(client, "Officer@Press.example ").status_code == 303


def test_cookie_captured_before_sign_out_opens_nothing_afterwards(app, client, officer):
    sign_in(client)
    captured = cookie(client)
    client.post("/desk/sign-out")

    thief = app.test_client()
    thief.set_cookie("session", captured)

    assert status(thief) == 303
    assert db.session.query(StaffSession).count() == 0


def test_signing_out_in_one_browser_leaves_the_other_one_open(app, client, officer):
    other = app.test_client()
    sign_in(client)
    sign_in(other)

    client.post("/desk/sign-out")

    assert (status(client), status(other)) == (303, 200)


def test_session_is_new_at_sign_in_and_nothing_planted_survives(client, officer):
    with client.session_transaction() as session:
        session["_user_id"], session["planted"] = "a-token-known-to-somebody", True

    sign_in(client)

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "a-token-known-to-somebody"
        token = session["_user_id"]
    stored = db.session.scalars(db.select(StaffSession)).one()
    assert (stored.digest, stored.staff_id) == (links.digest(token), officer.id)


def test_cookie_is_for_this_site_and_no_script(client, officer):
    header = sign_in(client).headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))


def test_session_ends_twelve_hours_after_it_began(client, officer, monkeypatch):
    began = clock.now()
    sign_in(client)

    monkeypatch.setattr(clock, "now", lambda: began + timedelta(hours=11, minutes=59))
    assert status(client) == 200
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(hours=12, minutes=1))
    assert status(client) == 303


def test_reading_the_desk_writes_nothing_about_the_session(desk):
    before = [(row.digest, row.created_at) for row in db.session.scalars(db.select(StaffSession))]

    desk.get("/desk/")

    db.session.expire_all()
    assert [(row.digest, row.created_at) for row in db.session.scalars(db.select(StaffSession))] == before


def test_deactivated_member_of_staff_is_refused_at_once(client, officer):
    sign_in(client)
    assert status(client) == 200

    officer.deactivated_at = clock.now()
    db.session.commit()

    assert status(client) == 303
    assert sign_in(client).status_code == 422


def test_new_role_counts_from_the_next_page_on(desk):
    assert status(desk, "/desk/settings/") == 200

    db.session.get(Staff, desk.staff_id).role = Role.DOOR
    db.session.commit()

    assert status(desk, "/desk/settings/") == 403


def test_change_of_password_ends_every_other_session(app, client, officer):
    other = app.test_client()
    sign_in(client)
    sign_in(other)

    new = {"current": PASSWORD, "new": "une autre phrase longue"}
    assert client.post("/desk/profile/password", data=new).status_code == 303

    assert (status(client), status(other)) == (200, 303)
    assert sign_in(other).status_code == 422
    assert sign_in(other, password="une autre phrase longue").status_code == 303


def test_set_up_link_ends_every_session(client, officer):
    sign_in(client)
    link = workflow.set_up_link(officer, at=clock.now())
    workflow.set_up(officer, password="une autre phrase longue", at=clock.now())
    db.session.commit()

    assert status(client) == 303
    assert client.get(link).status_code == 404


def test_signed_in_page_asks_one_query_for_the_person(app, desk):
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    desk.get("/desk/profile/")

    assert ["JOIN staff_session" in statement for statement in asked if "staff" in statement] == [True]


@pytest.mark.parametrize(
    ("target", "lands_on"),
    [
        ("/desk/profile/?a=1", "/desk/profile/?a=1"),
        ("/desk/", "/desk/"),
        ("https://evil.example/desk/", "/desk/"),
        ("//evil.example/desk/", "/desk/"),
        ("/desk/\\evil.example", "/desk/"),
        ("/en/", "/desk/"),
        ("/desk/\nSet-Cookie: a=b", "/desk/"),
    ],
)
def test_next_leads_only_to_the_desk_of_this_site(client, officer, target, lands_on):
    data = {"email": officer.email, "password": PASSWORD}

    answer = client.post("/desk/sign-in", query_string={"next": target}, data=data)

    assert (answer.status_code, answer.location) == (303, lands_on)
    assert safe_next(target) in (None, target)


def test_form_keeps_next_through_a_failed_try(client, officer):
    answer = client.post(
        "/desk/sign-in?next=/desk/profile/", data={"email": officer.email, "password": "wrong"}
    )

    assert 'action="/desk/sign-in?next=/desk/profile/"' in answer.text


def test_whoever_is_signed_in_is_sent_on(desk):
    assert desk.get("/desk/sign-in?next=/desk/profile/").location == "/desk/profile/"
