from datetime import UTC, datetime, timedelta

import pytest

from pressroom import clock
from pressroom.database import db
from pressroom.staff import passwords, queries, workflow
from pressroom.staff.models import SignInAttempt, Staff
from tests import builders

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "une phrase assez longue"
HASH = passwords.hashed(PASSWORD)
WRONG = "This email address and this password do not go together."


@pytest.fixture
def staff(app):
    return builders.a_member_of_staff(email="zoe@press.example", password_hash=HASH)


@pytest.fixture
def at(monkeypatch):
    """Sets the clock."""

    def set_clock(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(NOW)
    return set_clock


def sign_in(client, email="zoe@press.example", password=PASSWORD, address="203.0.113.5", language="en"):
    return client.post(
        "/desk/sign-in",
        data={"email": email, "password": password},
        headers={"Accept-Language": language},
        environ_overrides={"REMOTE_ADDR": address},
    )


def fail(client, times, **values):
    return [sign_in(client, password="wrong", **values).status_code for _ in range(times)]


def failures(times, email="zoe@press.example", address="203.0.113.5"):
    """What that many failed tries leave behind, without the time that a password takes."""
    for _ in range(times):
        for key in queries.attempt_keys(email, address).values():
            builders.stored(SignInAttempt(key=key, at=NOW))


@pytest.mark.parametrize(("language", "heading"), [("en", "Sign in"), ("fr", "Se connecter")])
def test_form_speaks_the_visitors_language(client, language, heading):
    page = client.get("/desk/sign-in", headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{heading}</h1>" in page.text


def test_empty_form_names_both_fields(client):
    page = client.post("/desk/sign-in", data={}, headers={"Accept-Language": "fr"})

    assert page.status_code == 422
    assert "Indiquez votre adresse électronique" in page.text
    assert "Indiquez votre mot de passe" in page.text


def test_wrong_password_unknown_and_deactivated_account_answer_alike(client, staff):
    builders.a_member_of_staff(email="new@press.example")
    gone = {"email": "left@press.example", "password_hash": staff.password_hash, "deactivated_at": NOW}
    builders.a_member_of_staff(**gone)
    tries = [
        sign_in(client, password="wrong"),
        sign_in(client, "nobody@press.example"),
        sign_in(client, "new@press.example"),
        sign_in(client, "left@press.example"),
    ]

    assert {answer.status_code for answer in tries} == {422}
    assert all(WRONG in answer.text for answer in tries)
    masked = {
        answer.text.replace(email, "…")
        for answer, email in zip(
            tries,
            ["zoe@press.example", "nobody@press.example", "new@press.example", "left@press.example"],
            strict=True,
        )
    }
    nonces = {text.partition('name="csrf_token"')[0] for text in masked}
    assert len(nonces) == 1


def test_password_is_never_shown_again(client, staff):
    assert "very secret" not in sign_in(client, password="very secret").text


def test_sixth_try_is_refused_even_with_the_password(client, staff, at):
    assert fail(client, 5) == [422] * 5

    at(NOW + timedelta(minutes=3, seconds=30))
    answer = sign_in(client)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "690")
    assert "Too many attempts. Try again in 12 minutes." in answer.text
    assert client.get("/desk/profile/").status_code == 303


def test_refusal_is_in_french_for_a_french_visitor(client, staff, at):
    failures(5)

    at(NOW + timedelta(minutes=14, seconds=30))

    assert "Trop d’essais. Réessayez dans 1\N{NO-BREAK SPACE}minute." in sign_in(client, language="fr").text


def test_account_opens_again_after_fifteen_minutes(client, staff, at):
    failures(5)
    assert sign_in(client).status_code == 429

    at(NOW + timedelta(minutes=15))

    assert sign_in(client).status_code == 303


def test_refused_tries_do_not_prolong_the_wait(client, staff, at):
    failures(5)
    at(NOW + timedelta(minutes=10))
    fail(client, 3)

    at(NOW + timedelta(minutes=15))

    assert sign_in(client).status_code == 303


def test_other_accounts_are_not_touched(client, staff, at):
    builders.a_member_of_staff(email="mael@press.example", password_hash=staff.password_hash)
    failures(6)

    assert sign_in(client, "mael@press.example").status_code == 303


def test_unknown_account_is_counted_like_a_known_one(client, at):
    assert fail(client, 6, email="nobody@press.example") == [422] * 5 + [429]


def test_one_client_cannot_try_many_accounts(client, staff, at):
    for number in range(19):
        failures(1, f"guess{number}@press.example")
    assert sign_in(client, "guess@press.example").status_code == 422

    assert sign_in(client).status_code == 429
    assert sign_in(client, address="203.0.113.6").status_code == 303


def test_tries_hold_no_address_and_do_not_pile_up(client, staff, at):
    fail(client, 2)
    assert {len(row.key) for row in db.session.scalars(db.select(SignInAttempt))} == {64}

    at(NOW + timedelta(minutes=20))
    fail(client, 1)

    assert [row.at for row in db.session.scalars(db.select(SignInAttempt))] == [
        NOW + timedelta(minutes=20)
    ] * 2


def test_signing_out_when_nobody_is_signed_in_is_harmless(client):
    assert client.post("/desk/sign-out").location == "/desk/sign-in"


def test_sign_out_is_a_button_not_a_link(client):
    assert client.get("/desk/sign-out").status_code == 405


@pytest.fixture
def invited(app, at):
    staff = builders.a_member_of_staff(email="new@press.example", language="fr")
    link = workflow.set_up_link(staff, at=NOW)
    db.session.commit()
    return staff, link.removeprefix("http://press.example")


def test_set_up_page_is_private_and_changes_nothing(client, invited):
    staff, link = invited
    for _ in range(2):
        page = client.get(link, headers={"Accept-Language": "fr"})

    assert page.status_code == 200
    assert "Choisir votre mot de passe" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "private, no-store"
    db.session.refresh(staff)
    assert staff.password_hash is None


def test_set_up_link_sets_the_password_once(client, invited):
    _staff, link = invited
    answer = client.post(link, data={"password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")
    assert sign_in(client, "new@press.example").status_code == 303
    assert client.post(link, data={"password": "another long password"}).status_code == 404
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("", "Choose a password"), ("too short!!", "Use a password of at least 12 characters.")],
)
def test_set_up_refuses_a_weak_password_at_its_field(client, invited, password, sentence):
    staff, link = invited
    page = client.post(link, data={"password": password}, headers={"Accept-Language": "en"})

    assert page.status_code == 422
    assert sentence in page.text
    db.session.refresh(staff)
    assert staff.password_hash is None


def test_set_up_link_expires_after_seven_days(client, invited, at):
    _staff, link = invited
    at(NOW + timedelta(days=7))

    page = client.get(link, headers={"Accept-Language": "fr"})

    assert page.status_code == 410
    assert "Ce lien a expiré." in page.text
    assert client.post(link, data={"password": PASSWORD}).status_code == 410


def test_unknown_set_up_link_is_not_found(client):
    assert client.get("/desk/set-up/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_new_link_replaces_the_earlier_one(client, invited):
    staff, link = invited
    newer = workflow.set_up_link(db.session.get(Staff, staff.id), at=NOW + timedelta(seconds=1))
    db.session.commit()

    assert client.get(link).status_code == 404
    assert client.get(newer).status_code == 200
