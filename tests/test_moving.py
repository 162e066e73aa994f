"""A whole office into a database of the other kind: every row is there and compared, or none is."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text, update

from pressroom import audit, cli, moving
from pressroom.access import SYSTEM
from pressroom.accreditation.models import Application
from pressroom.contacts.models import Contact
from pressroom.database import db, writing
from pressroom.delivery import outgoing
from tests import rows
from tests.conftest import make_app
from tests.databases import Sqlite

ROOT = Path(__file__).parent.parent


@pytest.fixture
def elsewhere(database_kind, known, tmp_path):
    """The address of an empty database of the other kind."""
    other = known("postgresql" if isinstance(database_kind, Sqlite) else "sqlite")
    (tmp_path / "elsewhere").mkdir()
    url = other.create(tmp_path / "elsewhere")
    yield url
    other.drop(url)


@pytest.fixture
def run(office):
    """Runs a command on the example office, whose every table has a row: (exit code, standard output, standard error)."""
    cli.register(office)
    with writing(), db.engine.begin() as connection:
        rows.fill(connection)

    def run_(*arguments):
        result = office.test_cli_runner().invoke(args=list(arguments))
        db.session.rollback()
        return result.exit_code, result.stdout, result.stderr

    return run_


def everything(url):
    with moving.reached(url) as engine:
        return rows.everything(engine)


def empty(url):
    return {name for name, found in everything(url).items() if found} == set()


def test_every_row_of_every_table_is_there_and_the_office_goes_on(office, run, elsewhere, tmp_path):
    with writing(), db.engine.begin() as connection:  # a row may refer to one that comes after it
        last, first = sorted(connection.scalars(db.select(Application.id)))[-1::-1][:2]
        connection.execute(update(Application).filter_by(id=first).values(duplicate_of_id=last))
    before = rows.everything(db.engine)

    code, printed, _ = run("db", "move", "--to", elsewhere)

    assert code == 0
    assert min(len(found) for found in before.values()) > 0
    assert everything(elsewhere) == before
    assert f"\nmessage: {len(before['message'])} rows, all alike\n" in printed
    moved = make_app(tmp_path, DATABASE_URL=elsewhere)
    with moved.app_context(), writing():
        assert list(audit.verify()) == []
        client = moved.test_client()
        assert "clusters" in client.get("/en/releases/?q=cluster").text
        outgoing.hold(SYSTEM, rows.MOMENT)  # a row of the journal; of what is counted:
        db.session.execute(text("INSERT INTO sign_in_attempt (key, at) VALUES ('k', '2026-11-20')"))
        db.session.commit()
        assert list(audit.verify()) == []
        db.session.remove()
        db.engine.dispose()


def test_what_is_not_empty_is_left_alone(run, elsewhere):
    run("db", "move", "--to", elsewhere)
    before = everything(elsewhere)

    code, _, error = run("db", "move", "--to", elsewhere)

    assert (code, error) == (1, "Error: the database is not empty: see its table asset\n")
    assert everything(elsewhere) == before


def test_an_office_that_is_not_up_to_date_stays_where_it_is(run, elsewhere):
    run("db", "downgrade")

    code, _, error = run("db", "move", "--to", elsewhere)

    assert (code, error[:35]) == (1, "Error: the database is at migration")
    assert error.endswith("run pressroom db upgrade\n")


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////no/such/folder/x.db"])
def test_an_address_where_nothing_is(run, url):
    code, _, error = run("db", "move", "--to", url)

    assert (code, error[:43]) == (1, "Error: there is no database at this address")


@pytest.mark.only_sqlite
@pytest.mark.parametrize("unfit", ["n" * 300, "Zo\0é"])
def test_a_text_that_postgresql_does_not_take_is_named(run, elsewhere, unfit):
    with writing(), db.engine.begin() as connection:
        one = connection.scalar(db.select(Contact.id).limit(1))
        connection.execute(update(Contact).filter_by(id=one).values(name=unfit))

    assert run("db", "move", "--to", elsewhere)[2] == f"Error: PostgreSQL takes no such text: contact {one}\n"
    assert empty(elsewhere)


@pytest.mark.only_sqlite
def test_nobody_writes_meanwhile(run, elsewhere, tmp_path):
    refused = []

    def told(_sentence):
        with sqlite3.connect(tmp_path / "pressroom.db", timeout=0) as other:
            try:
                other.execute("UPDATE office SET names = '{}'")
            except sqlite3.OperationalError as locked:
                refused.append(str(locked))
        other.close()

    moving.move(elsewhere, told)

    assert set(refused) == {"database is locked"}


@pytest.fixture
def prepared(run, elsewhere):
    """The empty database at `elsewhere`, a PostgreSQL one, with all its tables."""
    with moving.reached(elsewhere) as engine:
        moving.upgrade(engine)
        yield engine


ALTERED = """
    CREATE FUNCTION altered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name = NEW.name || '.'; RETURN NEW; END $$;
    CREATE TRIGGER altered BEFORE INSERT ON contact FOR EACH ROW WHEN (NEW.id IN ('{}', '{}')) EXECUTE FUNCTION altered();
"""


@pytest.mark.only_sqlite
def test_what_is_not_alike_is_named_and_nothing_is_copied(run, prepared, elsewhere):
    two = sorted(db.session.scalars(db.select(Contact.id).limit(2)))
    db.session.rollback()
    with prepared.begin() as connection:
        connection.exec_driver_sql(ALTERED.format(*two))

    code, printed, error = run("db", "move", "--to", elsewhere)

    assert (code, error) == (1, "Error: not alike: contact {}; contact {}\n".format(*two))
    assert "\ncontact: 63 rows, 2 not alike\n" in printed
    assert empty(elsewhere)


# A session that waits for another, or that goes on after it.
WAITING = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND (wait_event_type = 'Lock' OR state = 'active' OR backend_xid IS NOT NULL) AND query LIKE 'INSERT%'
"""


@pytest.mark.only_sqlite
def test_killed_in_the_middle_it_leaves_nothing_and_can_start_again(run, prepared, elsewhere, tmp_path):
    """Held up before its last table, so that it is known to be in the middle."""
    environment = {**os.environ, "PRESSROOM_DATA_DIR": str(tmp_path), "PRESSROOM_SECRET_KEY": "k" * 40}
    command = [sys.executable, "-m", "pressroom.cli", "db", "move", "--to", elsewhere]
    with prepared.connect() as holding:
        holding.exec_driver_sql("LOCK TABLE message_event IN SHARE MODE")
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        ) as moving_process:
            awaited(prepared, WAITING, there=True)
            moving_process.send_signal(signal.SIGKILL)
    awaited(prepared, WAITING, there=False)
    assert empty(elsewhere)

    assert run("db", "move", "--to", elsewhere)[0] == 0
    assert everything(elsewhere) == rows.everything(db.engine)


def awaited(engine, query, *, there):
    """Until the query has a row, or none: it asks about other programs."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with engine.connect() as connection:
            if (connection.execute(text(query)).first() is not None) is there:
                return
        time.sleep(0.05)  # what other programs do cannot be awaited
    raise TimeoutError(query)
