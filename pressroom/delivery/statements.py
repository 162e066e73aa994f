"""Statements that run with every message: written once, and run past what SQLAlchemy does each time, which takes several
times as long as the statement and longer than a mail server."""

from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection, Dialect, Insert, Update


class Prepared:
    """A statement on tables, each of whose parameters is a `bindparam` or has its value already; no list among them."""

    def __init__(self, statement: Insert | Update):
        self._statement = statement
        self._written = cache(self._write)

    def run(self, on: Connection, *rows: dict[str, object]) -> int:
        """Run it on this connection, once for each of `rows`; returns how many rows of the table it changed."""
        words, parameters, takes = self._written(on.dialect)
        given = [
            takes([(name, stored(row.get(name, usual))) for name, stored, usual in parameters])
            for row in rows
        ]
        return on.exec_driver_sql(words, given if len(given) > 1 else given[0]).rowcount

    def _write(self, dialect: Dialect) -> tuple[str, list[tuple], Callable]:
        """Its words in SQL; of each parameter its name, what turns a value into one for the driver, and its value when
        none is given; and what makes of names and values what the driver takes."""
        written = self._statement.compile(dialect=dialect)
        parameters = []
        for name in written.positiontup if written.positional else written.params:
            bound = written.binds[name]
            stored = bound.type.dialect_impl(dialect).bind_processor(dialect)
            parameters.append((name, stored or _as_it_is, bound.value))
        return written.string, parameters, _values if written.positional else dict


def _as_it_is(value: object) -> object:
    return value


def _values(named: list[tuple[str, object]]) -> tuple:
    return tuple([value for _, value in named])
