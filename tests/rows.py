"""Rows for tests that are about whole databases: one in every table that has none, and all of them to be compared
or counted."""

from datetime import UTC, date, datetime

from sqlalchemy import JSON, Boolean, Connection, Date, Engine, Enum, Integer, String, Table, select, text

from pressroom import database
from pressroom.database import db
from pressroom.storage import KEY_LENGTH

MOMENT = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)


def fill(connection: Connection) -> None:
    """Put a row into each table that is empty; it refers to rows that are there, and leaves nothing out."""
    for table in db.metadata.sorted_tables:
        if not connection.execute(select(table)).first():
            row = {column.key: _value(connection, column) for column in table.columns}
            connection.execute(table.insert(), row)


def counted() -> dict[str, int]:
    """How many rows each table holds at this moment."""
    names = [table.name for table in db.metadata.sorted_tables]
    each = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)
    return dict(db.session.execute(text(each)).all())


def _value(connection, column):
    if column.foreign_keys:
        parent = next(iter(column.foreign_keys)).column
        return connection.scalar(select(parent).order_by(parent).limit(1))
    kind = column.type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
    for type, value in (
        (database.UTC, MOMENT), (Date, date(2026, 11, 20)), (Boolean, True), (Integer, 7), (JSON, {"fr": "é"}),
    ):  # fmt: skip
        if isinstance(kind, type):
            return value
    assert isinstance(kind, String), column
    said = f"{column.table.name}-{column.name}"
    if kind.length == KEY_LENGTH:  # of a file
        return said.translate({ord(sign): None for sign in "-_"}).ljust(KEY_LENGTH, "0")
    return said[: kind.length]


def everything(engine: Engine) -> dict[str, list[tuple]]:
    """Every row of every table, as the application reads it."""
    with engine.connect() as connection:
        return {table.name: sorted(_rows(connection, table), key=repr) for table in db.metadata.sorted_tables}


def _rows(connection: Connection, table: Table) -> list[tuple]:
    return [tuple(row) for row in connection.execute(select(table))]
