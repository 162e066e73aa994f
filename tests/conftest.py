"""The application over a real SQLite file, its clients, and nothing else."""

import shutil

import pytest
from flask import g
from flask.testing import FlaskClient
from flask_migrate import upgrade

from pressroom import create_app
from pressroom.access import Role
from pressroom.database import db
from tests import builders
from tests.smtp import smtp_server  # noqa: F401 - a fixture


class Client(FlaskClient):
    """A client whose requests remember nothing of each other, although tests keep one application context open."""

    def open(self, *args, **kwargs):
        if g:
            for name in list(g):
                g.pop(name)
        return super().open(*args, **kwargs)


def make_app(folder, **settings):
    """An application of its own, in test mode for mail, with an undo delay of five minutes."""
    defaults = {"ENV": "development", "DATA_DIR": folder, "SECRET_KEY": "k" * 40, "TESTING": True}
    app = create_app(**{**defaults, "BASE_URL": "http://press.example", "DATABASE_URL": "", **settings})
    app.test_client_class = Client
    return app


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A database at the newest migration, copied for every test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = make_app(folder)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    return folder / "pressroom.db"


@pytest.fixture
def app(migrated, tmp_path):
    shutil.copy(migrated, tmp_path / "pressroom.db")
    app = make_app(tmp_path, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app):
    """Anybody."""
    return app.test_client()


@pytest.fixture
def desk(app):
    """An officer of the press office, signed in, reading English."""
    return builders.signed_in(app, role=Role.OFFICER)


@pytest.fixture
def admin(app):
    return builders.signed_in(app, role=Role.ADMIN)


