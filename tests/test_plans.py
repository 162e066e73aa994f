"""Lists stay quick as they grow: what they ask is answered by an index, also right after much was written."""

import json

import pytest
from sqlalchemy import event, text

from pressroom import clock
from pressroom.database import db
from pressroom.newsroom import caching
from pressroom.releases import queries, search

ROWS = 800
FILLED = """
    INSERT INTO {table} (id, {key}, terms)
    SELECT i, 'x' || i, 'fra fry' || (2000 + i % 20) || (SELECT string_agg(' frw' || md5((i * 60 + n)::text), '')
    FROM generate_series(1, 60) AS n) FROM generate_series(1, {rows}) AS i
"""


@pytest.mark.only_postgresql
@pytest.mark.parametrize(("table", "key"), [("search_entry", "text_id"), ("queue_entry", "application_id")])
def test_words_are_found_by_their_index_before_any_vacuum(app, table, key):
    db.session.execute(text("SET LOCAL session_replication_role = replica"))  # entries of no text
    db.session.execute(text(FILLED.format(table=table, key=key, rows=ROWS)))
    view = table.replace("entry", "index")
    counts = search._COUNTS.format(
        found=f"{view}.terms @@ plainto_tsquery('simple', each.value)", each=search._asking().each
    ).replace("search_index", view)
    asked = json.dumps([["fry2001"], ["fry2002"]])

    values = {"matches": asked, "end": 10**18, "most": 1000}
    said = "\n".join(db.session.scalars(text(f"EXPLAIN {counts}"), values))

    assert ("Bitmap Index Scan" in said, "Seq Scan" in said) == (True, False)
    # One that collects changes for later grows dear until the next vacuum: then the planner leaves it aside.
    options = "SELECT reloptions FROM pg_class WHERE relname = :name"
    assert db.session.scalar(text(options), {"name": f"ix_{table}_terms"}) == ["fastupdate=off"]


@pytest.mark.only_sqlite
def test_what_readers_ask_of_releases_is_answered_in_order_by_an_index(app):
    """PostgreSQL reads a small table as it lies, whatever its indexes."""
    now = clock.now()
    asked = {
        "the list": queries.listed("en", now).limit(20),
        "what was taken off": queries.taken_off(now).limit(20),
        "one of them": db.select(queries.Release).where(
            queries.Release.id == "x", queries.visible(None, now)
        ),
        "what appears next": caching._next_turn().params(after=now),
        "a topic in a year": search.listed("en", now, words="cluster", year=2026).limit(20),
    }

    whole = {name: [step for step in steps(one) if _is_whole(step)] for name, one in asked.items()}

    assert whole == dict.fromkeys(asked, []) | {"what was taken off": ["USE TEMP B-TREE FOR ORDER BY"]}


def steps(statement):
    """How SQLite means to answer, in its own words."""
    sent = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
    db.session.execute(statement)
    [(said, values)] = [one for one in sent if not one[0].startswith("BEGIN")][:1]
    with db.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]


def _is_whole(step):
    """A table that is gone through, or rows that have to be put in order before the first can be shown. The index of words
    is asked by what it is scanned for; what remains of a union of single values is no table."""
    tables = ("SCAN release", "SCAN release_text", "SCAN revision", "SCAN publication", "SCAN search_entry")
    return step.startswith(tables) or "FOR ORDER BY" in step
