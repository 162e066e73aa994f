import errno
import html
import re
import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import DataError, OperationalError

from pressroom.errors import Refused


@pytest.fixture
def failing(its_own):
    """The application with views that go wrong, as it answers when it is not under test."""
    app: Flask = its_own(TESTING=False, WTF_CSRF_ENABLED=False)

    @app.get("/fr/refused")
    def refused():
        raise Refused("Cette demande a évolué.")

    @app.get("/fr/broken")
    def broken():
        raise RuntimeError("CANARY /secret/path")

    @app.route("/fr/busy", methods=["GET", "POST"])
    def busy():
        raise OperationalError("SELECT CANARY", {}, sqlite3.OperationalError("database is locked"))

    @app.route("/fr/full", methods=["GET", "POST"])
    def full():
        raise OSError(errno.ENOSPC, "CANARY", "/secret/path")

    @app.get("/fr/unfit")
    def unfit():
        raise DataError("SELECT CANARY", {}, sqlite3.DataError("text fields cannot contain NUL bytes"))

    return app.test_client()


def test_a_refusal_is_a_page_with_its_sentence(failing):
    response = failing.get("/fr/refused")

    assert response.status_code == 409
    assert "Cette demande a évolué." in response.text


def test_a_failure_gives_a_number_and_nothing_else_away(failing):
    response = failing.get("/fr/broken")

    assert response.status_code == 500
    assert "CANARY" not in response.text
    assert "Numéro de l’erreur" in response.text


def test_what_the_database_cannot_hold_is_the_askers_fault(failing):
    response = failing.get("/fr/unfit")

    assert response.status_code == 400
    assert "CANARY" not in response.text


def test_a_busy_database_says_to_come_back(failing):
    response = failing.get("/fr/busy")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "CANARY" not in response.text


def test_a_full_disk_is_said_in_the_reader_s_language(failing):
    response = failing.get("/fr/full")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert "Nothing can be recorded" in response.text or "Rien ne peut être enregistré" in response.text
    assert "CANARY" not in response.text
    assert "<form" not in response.text.partition("<main")[2]


@pytest.mark.parametrize("path", ["/fr/busy", "/fr/full"])
def test_what_was_typed_can_be_sent_again_as_it_was(failing, path):
    typed = {
        "name": 'Zoé "Z" <b>',
        "needs": "a\nb",
        "days": ["1", "2"],
        "password": "CANARY",
        "action": "send",
    }

    response = failing.post(f"{path}?x=1", data=typed)

    main = response.text.partition("<main")[2]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', main)
    assert f'action="{path}?x=1"' in main
    assert [(name, html.unescape(value)) for name, value in fields] == [
        ("name", 'Zoé "Z" <b>'), ("needs", "a\nb"), ("days", "1"), ("days", "2"), ("action", "send"),
    ]  # fmt: skip
    assert "CANARY" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.only_sqlite
def test_the_error_page_needs_no_database(failing, tmp_path):
    (tmp_path / "pressroom.db").unlink()
    (tmp_path / "pressroom.db-wal").unlink(missing_ok=True)

    response = failing.get("/fr/broken")

    assert response.status_code == 500
    assert "Numéro de l’erreur" in response.text


def test_what_is_too_large_is_said(failing):
    response = failing.post(
        "/fr/refused", data=b"x" * 65 * 1024 * 1024, content_type="multipart/form-data; boundary=x"
    )

    assert response.status_code == 413
    assert "Votre envoi est trop lourd" in response.text
