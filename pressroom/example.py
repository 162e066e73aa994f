"""Which rows are the example's, so that all of it can be taken away again, with whatever has come to hang on it.

What a person has written stays, unless it cannot be without the example: a request for a made-up event goes with it.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import String, Table, delete, event, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from pressroom import storage
from pressroom.database import db

CHUNK = 500  # values named in one statement
# What tells of actions outlives the things that they were done to; people and their office are nobody's example.
NEVER = frozenset({"journal", "journal_anchor", "staff", "office", "example_row", "discarded_file"})
# Where a thing is named as "<kind>:<id>", in `about`.
NAMING = ("message", "copy", "dispatch")


class ExampleRow(db.Model):
    """A row that came with the example."""

    table: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)


@contextmanager
def recording() -> Iterator[None]:
    """Whatever is stored inside this block is the example's."""
    found: set[tuple[str, str]] = set()

    def note(session, _context) -> None:
        for one in session.new:
            mapper = one.__mapper__
            if len(mapper.primary_key) == 1 and mapper.local_table.name not in NEVER:
                found.add((mapper.local_table.name, str(mapper.primary_key_from_instance(one)[0])))

    event.listen(db.session, "after_flush", note)
    try:
        yield
        db.session.flush()
    finally:
        event.remove(db.session, "after_flush", note)
    db.session.add_all(ExampleRow(table=table, key=key) for table, key in sorted(found))


def is_loaded() -> bool:
    return db.session.scalar(db.select(ExampleRow.table).limit(1)) is not None


def remove() -> int:
    """Delete the example and what cannot be without it; returns how many rows that was. Files go with the next sweep."""
    db.session.flush()
    tables = [table for table in db.metadata.sorted_tables if table.name not in NEVER]
    going: dict[str, set[tuple]] = defaultdict(set)
    known = defaultdict(set)
    for row in db.session.scalars(db.select(ExampleRow)):
        known[row.table].add(row.key)
    for table in tables:
        (first, *others) = table.primary_key.columns
        if not others and known[table.name]:
            going[table.name] |= {(first.type.python_type(key),) for key in known[table.name]}
    _follow(tables, going)
    keys = set()
    for table in reversed(tables):
        for chunk in _chunks(going[table.name]):
            rows = _in(table, chunk)
            keys |= {
                key
                for column in _file_keys(table)
                for key in db.session.scalars(db.select(column).where(rows))
                if key
            }
            db.session.execute(delete(table).where(rows))
    storage.discard(sorted(keys))
    db.session.execute(delete(ExampleRow))
    db.session.expire_all()
    return sum(map(len, going.values()))


def _follow(tables: list[Table], going: dict[str, set[tuple]]) -> None:
    """Add what hangs on what goes, until nothing more does; where a row may do without, it only lets go."""
    size = -1
    while size != (size := sum(map(len, going.values()))):
        for table in tables:
            for column, target in _references(table):
                for chunk in _chunks({key[0] for key in going[target]}):
                    hanging = column.in_(chunk)
                    if column.nullable:
                        db.session.execute(update(table).where(hanging).values({column.name: None}))
                    else:
                        going[table.name] |= _keys(table, hanging)
        _follow_names(going)


def _follow_names(going: dict[str, set[tuple]]) -> None:
    ids = {key[0] for keys in going.values() for key in keys if len(key) == 1 and isinstance(key[0], str)}
    for name in NAMING:
        table = db.metadata.tables[name]
        for *key, subject in db.session.execute(db.select(*table.primary_key, table.c.about)):
            if ids & set(subject.split(":")[1:2]):
                going[name].add(tuple(key))


def _keys(table: Table, condition) -> set[tuple]:
    return set(map(tuple, db.session.execute(db.select(*table.primary_key).where(condition))))


def _references(table: Table) -> Iterator[tuple]:
    for key in table.foreign_keys:
        if key.column.table.name not in NEVER:
            yield key.parent, key.column.table.name


def _file_keys(table: Table) -> list:
    return [
        column for column in table.columns
        if isinstance(column.type, String) and column.type.length == storage.KEY_LENGTH
    ]  # fmt: skip


def _in(table: Table, keys: list[tuple]):
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def _chunks(values: set) -> Iterator[list]:
    ordered = sorted(values, key=str)
    for first in range(0, len(ordered), CHUNK):
        yield ordered[first : first + CHUNK]
