import sqlite3
import threading
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from pressroom import audit
from pressroom.access import SYSTEM
from pressroom.database import ALPHABET, db, new_id, writing
from pressroom.events.models import EventText
from tests import builders
from tests.builders import NOON


def pragma(name):
    return db.session.scalar(text(f"PRAGMA {name}"))


def test_sqlite_is_opened_to_lose_nothing(app):
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


def test_what_writes_holds_the_lock_from_its_first_statement_and_what_reads_does_not(app, tmp_path):
    other = sqlite3.connect(tmp_path / "pressroom.db", isolation_level=None, timeout=0)
    db.session.execute(text("SELECT 1"))
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    db.session.rollback()

    with writing():
        db.session.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    db.session.rollback()
    other.close()


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


def test_ids_are_random_and_easily_read_aloud():
    ids = {new_id(8) for _ in range(1000)}

    assert len(ids) == 1000
    assert set("".join(ids)) == set(ALPHABET)
