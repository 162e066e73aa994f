"""The application over a real database of each kind, its clients, and nothing else."""

import gc
import shutil
from contextlib import ExitStack
from functools import cache, partial
from weakref import finalize

import pytest
from argon2 import PasswordHasher
from flask import g
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from pressroom import clock, create_app, database
from pressroom.access import Role
from pressroom.database import db
from pressroom.delivery import transport
from pressroom.demo import drawings
from pressroom.i18n import speaking
from pressroom.media import intake, renditions
from pressroom.staff import passwords
from tests import builders, databases, servers
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
# The same algorithm with the least work, from now on: what protects against guessing costs a fifth of a second each time.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Addresses(dict):
    """How each address is put together, compiled once for all the applications: else nine tenths of making one."""

    def __init__(self):
        self._compile = Rule._compile_builder
        Rule._compile_builder = lambda rule, unknown=True: self.of(rule, unknown)

    def of(self, rule, unknown):
        key = rule.rule, tuple(rule._trace), repr(rule.defaults), unknown
        if key not in self:
            self[key] = self._compile(rule, unknown)
        return self[key]


ADDRESSES = Addresses()


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
    app = create_app(
        **{**defaults, "BASE_URL": "http://press.example", "DATABASE_URL": "", "PAGE_CACHE_MB": 0, **settings}
    )
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = COMPILED
    finalize(app, app.extensions["engine"].storage.close)
    return app


THROUGH_EVERYTHING = {
    "test_any_order.py", "test_both_kinds.py", "test_leaks.py", "test_pages.py", "test_plans.py", "test_properties.py",
    "test_queries_per_page.py", "test_races.py", "test_upgrades.py",
}  # fmt: skip
KINDS = {"sqlite": databases.Sqlite, "postgresql": databases.Postgresql}


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=(*KINDS, "both"),
        default="both",
        help="what the tests that need a database run on",
    )


def pytest_sessionfinish(session):
    if hasattr(
        session.config, "workeroutput"
    ):  # one of several processes: what it has used is said by the first one
        session.config.workeroutput["used"] = sorted(servers.USED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    servers.USED.update(getattr(node, "workeroutput", {}).get("used", ()))


def pytest_terminal_summary(terminalreporter):
    if servers.USED:
        terminalreporter.section("really used")
        terminalreporter.line(", ".join(sorted(servers.USED)))


def pytest_generate_tests(metafunc):
    """What needs a database runs on each kind, unless it is about one of them (`only_sqlite`, `only_postgresql`)."""
    if "database_kind" in metafunc.fixturenames and "scripted" not in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        kinds = [kind for kind in KINDS if asked in (kind, "both")]
        for kind in KINDS:
            if metafunc.definition.get_closest_marker(f"only_{kind}"):
                kinds = [kind] if kind in kinds else []
        metafunc.parametrize("database_kind", kinds, scope="module", indirect=True)


def pytest_collection_finish():
    """What was loaded until now stays: the collector need not look at it again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items):
    """Coverage, which takes half as long again, is counted on the first kind of database only, and by tests of one
    subject: neither by journeys, whose programs are others, nor by those that go through everything again."""
    for item in items:
        kind = item.callspec.params.get("database_kind") if hasattr(item, "callspec") else None
        if kind == "postgresql" or "journeys" in item.path.parts or item.path.name in THROUGH_EVERYTHING:
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def servers_of_the_run():
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def known(servers_of_the_run, tmp_path_factory):
    """The databases of a kind: made for the first test that wants them, kept for the others."""
    made = {}

    def of(kind):
        if kind not in made:
            more = {"stack": servers_of_the_run} if kind == "postgresql" else {}
            made[kind] = KINDS[kind](tmp_path_factory.mktemp(f"migrated-{kind}"), make_app, **more)
        return made[kind]

    return of


@pytest.fixture(scope="module")
def database_kind(request, known):
    """Makes and drops databases of the kind that this test runs on."""
    return known(request.param)


@pytest.fixture(scope="session", autouse=True)
def each_picture_once():
    """What is made of the same bytes is the same: pictures are half of what loading the example takes."""
    make, kept = renditions.make, cache(lambda data, chosen: make(data, chosen))
    renditions.make = lambda data, chosen: list(kept(data, frozenset(chosen)))
    intake._rebuilt_picture = cache(intake._rebuilt_picture)
    for drawn in ("jpeg", "logo_png", "map_pdf", "tune_wav", "card_pdf"):
        setattr(drawings, drawn, cache(getattr(drawings, drawn)))


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
def app(shared, database_kind, tmp_path):
    """The application as new: its own data folder and database, its settings as they were."""
    config, extensions = dict(shared.config), dict(shared.extensions)
    shared.config["DATA_DIR"] = tmp_path
    transport.init_app(shared)
    shared.extensions["engine"].storage.flush_all()
    with shared.app_context():
        engine = db.engines[None] = database_kind.as_new(tmp_path)
        yield shared
        db.session.remove()
        database_kind.left(engine)
    shared.config.clear()
    shared.config.update(config)
    shared.extensions.clear()
    shared.extensions.update(extensions)


@pytest.fixture
def its_own(database_kind, tmp_path):
    """Makes an application with settings of its own, on a database of its own: as new, a copy of the one at `like`, or
    before any migration."""
    with ExitStack() as stack:

        def made(*, migrated=True, like=None, **settings):
            url = database_kind.create(tmp_path, like=like or (database_kind.migrated if migrated else None))
            stack.callback(database_kind.drop, url)
            app = make_app(tmp_path, DATABASE_URL=url, **settings)
            stack.enter_context(app.app_context())
            stack.callback(lambda: (db.session.remove(), db.engine.dispose()))
            return app

        yield made


@pytest.fixture
def office(database_kind, its_own, tmp_path):
    """The example press office, its due work done: a copy for every test that reads it."""
    folder, template = database_kind.loaded
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return its_own(like=template)


@pytest.fixture
def everything(database_kind, tmp_path):
    """Says all that is stored at this moment, in the database, its log and the files, in lower case."""
    return partial(database_kind.everything, tmp_path)


@pytest.fixture
def at(monkeypatch):
    """Moves the clock, which stands still at NOON until then."""

    def move(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(builders.NOON)
    return move


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
