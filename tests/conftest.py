"""The application over a real SQLite file, its clients, and nothing else."""

import shutil

import pytest
from argon2 import PasswordHasher
from flask import g
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import BytecodeCache
from sqlalchemy import create_engine

from pressroom import clock, create_app, database, demo, engine
from pressroom.access import Role
from pressroom.database import db, writing
from pressroom.delivery import transport
from pressroom.i18n import speaking
from pressroom.staff import passwords
from tests import builders
from tests.smtp import smtp_server  # noqa: F401 - a fixture


class Compiled(BytecodeCache):
    """Templates are compiled once for all the applications of a run."""

    def __init__(self):
        self._code = {}

    def load_bytecode(self, bucket):
        if bucket.key in self._code and self._code[bucket.key][0] == bucket.checksum:
            bucket.code = self._code[bucket.key][1]

    def dump_bytecode(self, bucket):
        self._code[bucket.key] = (bucket.checksum, bucket.code)


COMPILED = Compiled()


class Client(FlaskClient):
    """A client whose requests remember nothing of each other, although tests keep one application context open.

    What a view did not commit is lost, as it is in real life.
    """

    def open(self, *args, **kwargs):
        if not g:
            return super().open(*args, **kwargs)
        for name in list(g):
            g.pop(name)
        try:
            return super().open(*args, **kwargs)
        finally:
            db.session.rollback()


def make_app(folder, **settings):
    """An application of its own, in test mode for mail, with an undo delay of five minutes."""
    defaults = {"ENV": "development", "DATA_DIR": folder, "SECRET_KEY": "k" * 40, "TESTING": True}
    app = create_app(**{**defaults, "BASE_URL": "http://press.example", "DATABASE_URL": "", **settings})
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = COMPILED
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


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """The same algorithm with the least work: what protects against guessing costs a fifth of a second each time."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def english():
    """Every test begins in English, whatever was spoken before it."""
    with speaking("en"):
        yield


@pytest.fixture(autouse=True)
def reading():
    """Every test begins as one who reads: the last request before it may have meant to write, in this same thread, and
    what a test only looks at would then shut out the threads that it starts."""
    database.will_write(False)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """One application for a whole run: making one takes longer than most tests."""
    return make_app(tmp_path_factory.mktemp("shared"), WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)


@pytest.fixture
def app(shared, migrated, tmp_path):
    """The application as new: its own data folder and database, its settings as they were."""
    shutil.copy(migrated, tmp_path / "pressroom.db")
    config, extensions = dict(shared.config), dict(shared.extensions)
    shared.config["DATA_DIR"] = tmp_path
    transport.init_app(shared)
    shared.extensions["engine"].storage.flush_all()
    with shared.app_context():
        db.engines[None] = create_engine(f"sqlite:///{tmp_path / 'pressroom.db'}")
        database.prepare(db.engine)
        yield shared
        db.session.remove()
        db.engine.dispose()
    shared.config.clear()
    shared.config.update(config)
    shared.extensions.clear()
    shared.extensions.update(extensions)


@pytest.fixture(scope="session")
def loaded(migrated, tmp_path_factory):
    """A data folder with the example press office, its due work done: copied for every test that reads it."""
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copy(migrated, folder / "pressroom.db")
    app = make_app(folder)
    with app.app_context(), writing():
        demo.load(at=clock.now())
        db.session.commit()
        engine.run_due(app)
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def office(loaded, tmp_path):
    """The example press office."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    app = make_app(tmp_path)
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
