"""How many questions a page asks of the database."""

from sqlalchemy import event

from pressroom.database import db


def statements(client, path):
    """The number of statements that answering `path` takes; the answer must be a page."""
    seen = []

    def listen(*call):
        seen.append(call[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return len(seen)
