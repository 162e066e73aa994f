"""Statements that run with every message: written once, and run past what SQLAlchemy does each time, which takes several
times as long as the statement and longer than a mail server."""

from collections.abc import Callable
from functools import cache, lru_cache

from sqlalchemy import Connection, Dialect, Insert, Update


class Prepared:
    """A statement on tables, each of whose parameters is a `bindparam` or has its value already; no list among them."""

    def __init__(self, statement: Insert | Update):
        self._statement = statement
        self._written = cache(self._write)

    def run(self, on: Connection, *rows: dict[str, object]) -> int:
        """Run it on this connection, once for each of `rows`; returns how many rows of the table it changed."""
        words, takes = self._written(on.dialect)
        cursor = on.connection.cursor()  # the driver's: SQLAlchemy's own way takes as long again as SQLite
        try:
            if len(rows) == 1:
                cursor.execute(words, takes(rows[0]))
            else:
                cursor.executemany(words, [takes(row) for row in rows])
            return cursor.rowcount
        except Exception as trouble:
            if on.dialect.is_disconnect(trouble, on.connection.dbapi_connection, cursor):
                on.invalidate(trouble)
            raise
        finally:
            cursor.close()

    def _write(self, dialect: Dialect) -> tuple[str, Callable[[dict], tuple | dict]]:
        """Its words in SQL, and what makes of a row what the driver takes."""
        written = self._statement.compile(dialect=dialect)
        parameters = []
        for name in written.positiontup if written.positional else written.params:
            bound = written.binds[name]
            # The same few moments and states come again and again.
            stored = _kept(bound.type.dialect_impl(dialect).bind_processor(dialect))
            parameters.append((name, stored, stored(bound.value)))

        def values(row: dict) -> tuple:
            return tuple([stored(row[name]) if name in row else usual for name, stored, usual in parameters])

        if written.positional:
            return written.string, values
        names = [name for name, _, _ in parameters]
        return written.string, lambda row: dict(zip(names, values(row), strict=True))


def _kept(stored: Callable | None) -> Callable:
    return lru_cache(64)(stored) if stored else _as_it_is


def _as_it_is(value: object) -> object:
    return value
