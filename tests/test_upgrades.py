"""From every migration that there was, with rows in every table that it had, to the newest: nothing is lost on the way."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from pressroom import audit, moving
from pressroom.database import db, writing
from tests import rows
from tests.databases import Sqlite

ROOT = Path(__file__).parent.parent
VERSIONS = sorted(path.stem[:4] for path in (ROOT / "migrations" / "versions").glob("*.py"))
PAST = VERSIONS[:-1]
SOME = PAST[::5]  # on PostgreSQL, where making databases takes long


@pytest.fixture(scope="module")
def past(database_kind, shared, tmp_path_factory):
    """The addresses of the example office as each migration left it, every table filled, newest first."""
    made, url = {}, database_kind.loaded[1]
    with shared.app_context():
        for version in reversed([*(PAST if isinstance(database_kind, Sqlite) else SOME), VERSIONS[-1]]):
            url = made[version] = database_kind.create(tmp_path_factory.mktemp(version), like=url)
            with moving.reached(url) as engine:
                if version == VERSIONS[-1]:
                    with writing(), engine.begin() as connection:
                        rows.fill(connection)
                else:
                    command.downgrade(moving.configuration(engine), version)
    yield made
    for url in made.values():
        database_kind.drop(url)


@pytest.fixture
def at(app, database_kind, past, tmp_path):
    """Makes a copy of the office at a migration the application's database."""
    copies = []

    def at_(version):
        (tmp_path / version).mkdir()
        copies.append(database_kind.create(tmp_path / version, like=past[version]))
        with moving.reached(copies[-1]) as engine:
            db.engines[None] = engine
        return engine

    yield at_
    db.session.remove()
    db.engine.dispose()
    for url in copies:
        database_kind.drop(url)


def everything(engine):
    """Every row of every table as the database has it; not what the full-text indexes and the queue keep for themselves."""
    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith(INDEXES)]
        return {
            name: [dict(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()]
            for name in names
        }


INDEXES = ("search_index", "queue_index", "alembic_version", "huey_")


def alike(rows, others):
    """Of the rows of one table what the others know as well, in any order."""
    names = sorted(set(rows[0]) & set(others[0])) if rows and others else []
    return sorted(repr([row[name] for name in names]) for row in rows)


@pytest.mark.only_sqlite
@pytest.mark.parametrize("version", PAST)
def test_what_was_there_is_there_after_the_upgrade(version, at, client):
    _upgrade_and_compare(at(version), client)


@pytest.mark.only_postgresql
@pytest.mark.parametrize("version", SOME)
def test_what_was_there_is_there_on_postgresql(version, at, client):
    _upgrade_and_compare(at(version), client)


def _upgrade_and_compare(engine, client):
    before = everything(engine)
    assert [name for name, found in before.items() if not found] == []

    moving.upgrade(engine)

    after = everything(engine)
    assert set(before) <= set(after)
    for name, found in before.items():
        assert (name, alike(after[name], found)) == (name, alike(found, after[name]))
    assert list(audit.verify()) == []
    assert "clusters" in client.get("/en/releases/?q=cluster").text


HANGS = """
import time
from pathlib import Path
from alembic import op
revision, down_revision = "9999", "{newest}"
def upgrade():
    op.execute("DELETE FROM event_text")
    op.drop_index("ix_release_dated")
    Path("{marker}").touch()
    time.sleep(600)  # until it is killed
"""


def test_killed_in_the_middle_an_upgrade_leaves_all_as_it_was_and_can_start_again(app, at, tmp_path):
    """A last migration is held up, so that it is known to be in the middle; those before it are not to stay either."""
    engine, migrations, marker = at(PAST[0]), tmp_path / "migrations", tmp_path / "reached"
    before = everything(engine)
    shutil.copytree(ROOT / "migrations", migrations)
    (migrations / "versions" / "9999_hangs.py").write_text(HANGS.format(newest=VERSIONS[-1], marker=marker))
    environment = {
        **os.environ, "PRESSROOM_DATA_DIR": str(tmp_path), "PRESSROOM_SECRET_KEY": "k" * 40,
        "PRESSROOM_DATABASE_URL": engine.url.render_as_string(hide_password=False),
    }  # fmt: skip
    command = [sys.executable, "-m", "pressroom.cli", "db", "--directory", str(migrations), "upgrade"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as upgrading:
        while not marker.exists():
            assert upgrading.poll() is None
            time.sleep(0.05)  # another program: nothing of it can be awaited
        upgrading.send_signal(signal.SIGKILL)

    assert (moving.revision(engine), everything(engine)) == (PAST[0], before)
    moving.upgrade(engine)
    assert moving.revision(engine) == VERSIONS[-1]
    assert len(everything(engine)["event_text"]) == len(before["event_text"])
