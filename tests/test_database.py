import sqlite3
import threading
from contextlib import closing
from datetime import datetime

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from pressroom import audit, database
from pressroom.access import SYSTEM
from pressroom.accreditation.models import Draft
from pressroom.database import ALPHABET, TURN, db, new_id, writing
from pressroom.events.models import EventText
from pressroom.staff.models import Staff
from tests import builders
from tests.builders import NOON, TYPED, form_address


def pragma(name):
    return db.session.scalar(text(f"PRAGMA {name}"))


@pytest.mark.only_sqlite
def test_sqlite_is_opened_to_lose_nothing(its_own):
    its_own()
    with writing():  # what writes waits in a way of its own; nothing of it stays
        db.session.connection()
        db.session.rollback()

    assert (
        pragma("journal_mode"),
        pragma("synchronous"),
        pragma("foreign_keys"),
        pragma("busy_timeout"),
    ) == ("wal", 2, 1, 5000)
    assert pragma("secure_delete") == 1


def test_a_text_without_its_event_is_refused(app):
    db.session.add(
        EventText(
            event_id="nobody",
            language="fr",
            slug="x",
            title="",
            summary="",
            description="",
            place="",
            address="",
            conditions="",
        )
    )

    with pytest.raises(IntegrityError):
        db.session.flush()


def test_moments_come_back_aware_and_naive_ones_are_refused(app):
    audit.record("tested", "thing:1", by=SYSTEM, at=NOON)
    db.session.commit()
    assert [entry.at for entry in audit.history("thing:1")] == [NOON]

    audit.record("tested", "thing:1", by=SYSTEM, at=datetime(2026, 1, 1))
    with pytest.raises(StatementError, match="aware"):
        db.session.flush()


@pytest.mark.only_postgresql
def test_on_postgresql_whoever_hangs_is_cut_off(app):
    asked = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "tcp_user_timeout")
    said = [db.session.scalar(text(f"SHOW {name}")) for name in asked]

    assert said[:3] == ["15s", "5s", "30s"]
    assert (
        db.session.connection().connection.dbapi_connection.info.get_parameters()["tcp_user_timeout"]
        == "5000"
    )
    db.session.execute(text("SET LOCAL statement_timeout = 50"))
    with pytest.raises(OperationalError, match="statement timeout"):
        db.session.execute(text("SELECT pg_sleep(10)"))


@pytest.fixture
def can_write(app):
    """Whether somebody else gets the turn to write, at once."""
    if db.engine.dialect.name == "postgresql":
        address = db.engine.url.set(drivername="postgresql").render_as_string()
        with psycopg.connect(address, autocommit=True) as other:
            yield lambda: other.execute(f"SELECT pg_try_advisory_xact_lock({TURN})").fetchone()[0]
        return
    other = sqlite3.connect(app.config["DATA_DIR"] / "pressroom.db", isolation_level=None, timeout=0)

    def tried():
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return bool(other.execute("ROLLBACK"))

    yield tried
    other.close()


def test_what_writes_holds_the_turn_from_its_first_statement_and_what_reads_does_not(can_write):
    db.session.execute(text("SELECT 1"))
    while_reading = can_write()
    db.session.rollback()

    with writing():
        db.session.execute(text("SELECT 1"))
        while_writing = can_write()
    db.session.rollback()

    assert (while_reading, while_writing, can_write()) == (True, False, True)


def test_what_reads_sees_one_moment_and_what_writes_the_newest(app):
    event = builders.an_event()
    title = db.select(EventText.title).filter_by(event_id=event.id, language="en")
    change = text("UPDATE event_text SET title = :title WHERE language = 'en'")
    db.session.rollback()
    before = db.session.scalar(title)

    with writing(), db.engine.begin() as other:
        other.execute(change, {"title": "Changed meanwhile"})

    meanwhile = db.session.scalar(title)
    db.session.rollback()
    assert (meanwhile, db.session.scalar(title)) == (before, "Changed meanwhile")
    db.session.rollback()

    with writing(), db.engine.begin() as other:
        other.execute(change, {"title": "Changed before"})
        waiting = threading.Thread(target=add_to_title, args=(app,))
        waiting.start()
    waiting.join()
    assert db.session.scalar(title) == "Changed before, then after"


def add_to_title(app):
    with app.app_context(), writing():
        title = db.session.scalar(db.select(EventText.title).filter_by(language="en"))
        db.session.execute(text("UPDATE event_text SET title = :title"), {"title": f"{title}, then after"})
        db.session.commit()


@pytest.mark.only_postgresql
def test_a_connection_that_broke_costs_nobody_a_page_and_a_lost_write_is_said(its_own):
    """The server is asked to end all sessions: those at rest, then the one that is about to commit."""
    client = its_own(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False).test_client()
    address = db.engine.url.set(drivername="postgresql").render_as_string()
    form = form_address(builders.an_event())
    client.get("/fr/")
    db.session.rollback()

    def end_all():
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    end_all()
    assert client.get("/fr/").status_code == 200
    sqlalchemy.event.listen(db.session, "before_commit", lambda *_: end_all(), once=True)
    lost = client.post(form, data=TYPED)
    assert (lost.status_code, lost.headers.get("Retry-After")) == (503, "5")
    assert f'value="{TYPED["email"]}"' in lost.text
    assert db.session.scalars(db.select(Draft)).all() == []
    db.session.rollback()

    assert client.post(form, data=TYPED).status_code == 303


def test_a_nul_character_finds_nothing(app):
    builders.a_member_of_staff(name="Zoé")

    assert db.session.scalars(db.select(Staff).where(Staff.name == "Zoé\0")).all() == []


def test_two_writers_wait_for_each_other_instead_of_failing(app):
    """Each reads, then writes what it read plus one: none of the twenty is lost."""
    event = builders.an_event()
    start = threading.Barrier(4)

    def add_one(times):
        start.wait()
        for _ in range(times):
            with app.app_context(), writing():
                title = db.session.scalar(
                    db.select(EventText.title).filter_by(event_id=event_id, language="en")
                )
                number = int(title) if title.isdecimal() else 0
                db.session.execute(
                    text("UPDATE event_text SET title = :n WHERE event_id = :id AND language = 'en'"),
                    {"n": number + 1, "id": event_id},
                )
                db.session.commit()

    event_id = event.id
    db.session.remove()
    threads = [threading.Thread(target=add_one, args=(5,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert db.session.scalar(db.select(EventText.title).filter_by(event_id=event_id, language="en")) == "20"


@pytest.mark.only_sqlite
def test_who_has_waited_for_long_still_finds_the_next_gap(app):
    """Somebody else writes without end, with gaps of five milliseconds."""
    begun, turns = threading.Event(), 0

    def write():
        with app.app_context(), writing():
            db.session.connection()
            begun.set()
            db.session.rollback()

    with closing(sqlite3.connect(app.config["DATA_DIR"] / "pressroom.db", isolation_level=None)) as other:
        for _ in range(5):
            begun.clear()
            other.execute("BEGIN IMMEDIATE")
            waiting = threading.Thread(target=write)
            waiting.start()
            begun.wait(0.3)
            other.execute("ROLLBACK")
            while not begun.wait(0.005):
                other.execute("BEGIN IMMEDIATE")
                turns += 1
                begun.wait(0.02)
                other.execute("ROLLBACK")
            waiting.join()

    assert turns < 15


@pytest.mark.only_sqlite
def test_nobody_waits_for_a_turn_without_end(app, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    with closing(sqlite3.connect(app.config["DATA_DIR"] / "pressroom.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with writing(), pytest.raises(OperationalError, match="database is locked"):
            db.session.connection()
        db.session.rollback()
        other.execute("ROLLBACK")

    with writing():
        assert pragma("foreign_keys") == 1


def test_ids_are_random_and_easily_read_aloud():
    ids = {new_id(8) for _ in range(1000)}

    assert len(ids) == 1000
    assert set("".join(ids)) == set(ALPHABET)
