import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import DataError, OperationalError

from pressroom.database import db
from pressroom.errors import Refused
from tests.conftest import make_app


@pytest.fixture
def failing(migrated, tmp_path):
    """The application with views that go wrong, as it answers when it is not under test."""
    (tmp_path / "pressroom.db").write_bytes(migrated.read_bytes())
    app: Flask = make_app(tmp_path, TESTING=False)

    @app.get("/fr/refused")
    def refused():
        raise Refused("Cette demande a évolué.")

    @app.get("/fr/broken")
    def broken():
        raise RuntimeError("CANARY /secret/path")

    @app.get("/fr/busy")
    def busy():
        raise OperationalError("SELECT CANARY", {}, sqlite3.OperationalError("database is locked"))

    @app.get("/fr/unfit")
    def unfit():
        raise DataError("SELECT CANARY", {}, sqlite3.DataError("text fields cannot contain NUL bytes"))

    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


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
