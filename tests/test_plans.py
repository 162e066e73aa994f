"""Lists stay quick as they grow: what they ask is answered by an index, also right after much was written."""

import json
import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from pressroom import clock
from pressroom.access import Role
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery.queries import GROUPS
from pressroom.media.queries import Among
from pressroom.newsroom import caching
from pressroom.releases import queries, search
from pressroom.releases.models import Kind
from tests import builders

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
    with sending() as sent:
        db.session.execute(statement)
    return _explained(*sent[0])


@contextmanager
def sending():
    """The statements that are sent within the block, with their values, as a list that grows."""
    sent = []

    def listen(*call):
        if not call[2].startswith("BEGIN"):
            sent.append(call[2:4])

    event.listen(db.engine, "before_cursor_execute", listen)
    yield sent
    event.remove(db.engine, "before_cursor_execute", listen)


def _explained(said, values):
    with db.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]


def _is_whole(step):
    """A table that is gone through, or rows that have to be put in order before the first can be shown. The index of words
    is asked by what it is scanned for; what remains of a union of single values is no table."""
    tables = ("SCAN release", "SCAN release_text", "SCAN revision", "SCAN publication", "SCAN search_entry")
    return step.startswith(tables) or "FOR ORDER BY" in step


# Lists of the desk; words that are looked for are not among them: these are read where they stand.
LISTS = {
    "/desk/releases/": {"stage": queries.Stage, "kind": Kind}, "/desk/releases/board": {"kind": Kind},
    "/desk/media/": {"among": Among}, "/desk/messages/": {"group": GROUPS}, "/desk/messages/suppressions": {},
    "/desk/contacts/": {"language": ("fr",), "country": ("FR",), "topic": ("none",), "list": ("none",)},
    "/desk/contacts/outlets/": {}, "/desk/journal/": {"kind": ("release",)}, "/desk/dispatches/": {},
}  # fmt: skip
# The journal is read by its numbers, the newest first: that is a scan as well.
GROWS = "release|release_text|asset|contact|outlet|message|suppression|journal|dispatch"
WHOLE = re.compile(rf"SCAN (?!journal)({GROWS})(_\d+)?(?! USING)\b(?!.*INDEX)")


def lists():
    """Every list of the desk, whole and in each of its parts, and those of one outlet and of one dispatch."""
    for path, parts in LISTS.items():
        yield path
        yield from (f"{path}?{name}={value}" for name, values in parts.items() for value in values)
    outlet = db.session.scalar(db.select(Contact.outlet_id).where(Contact.outlet_id.is_not(None)))
    dispatch = db.session.scalar(text("SELECT dispatch_id FROM message WHERE dispatch_id IS NOT NULL"))
    yield from (f"/desk/contacts/outlets/{outlet}", f"/desk/dispatches/{dispatch}")


def sorted_in_full(client, paths):
    """By address: how a list is answered that goes through a table that grows, or sorts one before its first row."""
    found = {}
    for path in paths:
        with sending() as sent:
            assert client.get(path).status_code == 200
        plans = [_explained(*one) for one in sent if one[0].startswith("SELECT")]
        bad = [plan for plan in plans if _goes_through(plan)]
        found |= {path: bad} if bad else {}
    return found


def _goes_through(plan):
    """What a unique index is searched for is as much as was asked for by name."""
    grows = any(re.match(rf"(SCAN|SEARCH) ({GROWS})\b(?!.*autoindex)", step) for step in plan)
    return any(WHOLE.match(step) or (grows and "FOR ORDER BY" in step) for step in plan)


@pytest.mark.only_sqlite
def test_no_list_of_the_desk_is_sorted_in_full(office):
    client = builders.signed_in(office, role=Role.ADMIN)
    paths = [*lists()]

    assert sorted_in_full(client, paths) == {}
    assert len(paths) > 40


@pytest.mark.only_sqlite
@pytest.mark.parametrize(
    ("index", "paths"),
    [
        ("ix_asset_created_at", {"/desk/media/"}),
        ("ix_release_newest", {"/desk/releases/", "/desk/releases/board"}),
        ("ix_message_state_message_created_at", {"/desk/messages/?group=accepted"}),
        ("ix_contact_name_key_contact_email_contact_outlet_id", {"/desk/contacts/"}),
    ],
)
def test_a_list_without_its_index_is_noticed(office, index, paths):
    client = builders.signed_in(office, role=Role.ADMIN)
    db.session.execute(text(f"DROP INDEX {index}"))
    db.session.commit()

    assert sorted_in_full(client, paths).keys() == paths
