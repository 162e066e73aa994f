"""How many questions a page asks of the database."""

from contextlib import contextmanager

from sqlalchemy import event

from pressroom.database import db


@contextmanager
def counting():
    """The statements that are sent within the block, as a list that grows."""
    seen = []

    def listen(*call):
        seen.append(call[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def turns(seen):
    """How many of these begin to write."""
    return sum(one == "BEGIN IMMEDIATE" or "pg_advisory_xact_lock" in one for one in seen)


def statements(client, path):
    """The number of statements that answering `path` takes; the answer must be a page."""
    with counting() as seen:
        assert client.get(path).status_code == 200
    return len(seen)
