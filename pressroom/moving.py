"""A whole database, row by row into another one of either kind, and whether each row arrived as it was: what
`pressroom db move`, `backup` and `restore` are made of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import groupby
from operator import itemgetter

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine, String, Table, create_engine, func, inspect, or_, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from pressroom import database
from pressroom.database import db, writing

BATCH = 1000  # rows
OFTEN = 50 * BATCH  # how many rows of one table go by before something is said
NAMED = 5  # rows of one table, of those that are not as they must be
Tell = Callable[[str], None]


class Impossible(Exception):
    """It cannot be done, and nothing was; `str()` says why, to the operator."""


def move(url: str, tell: Tell) -> None:
    """Copy this office's database into the one at this address, which must be empty. Nobody can write meanwhile. Raises
    Impossible."""
    demand_newest(db.engine)
    with reached(url) as target:
        demand_empty(target)
        upgrade(target)
        with writing(), db.engine.connect() as source, target.begin() as to:
            copy(source, to, tell)


@contextmanager
def reached(url: str) -> Iterator[Engine]:
    """An engine as the application's own is. Raises Impossible when nobody answers there."""
    try:
        engine = create_engine(url, hide_parameters=True)
        database.prepare(engine)
        engine.connect().close()
    except (ArgumentError, DBAPIError, ImportError) as refused:
        form = "postgresql+psycopg://user:password@host/name, or sqlite:////path"
        raise Impossible(f"there is no database at this address ({form}): {_said(refused)}") from refused
    try:
        yield engine
    finally:
        engine.dispose()


# Migrations -----------------------------------------------------------------------------------------------


def upgrade(engine: Engine) -> None:
    """Bring this database to the newest migration. Raises Impossible when it knows a newer one."""
    known = _migrations().get_current_head()
    current = revision(engine)
    if current and current > known:
        raise Impossible(f"the database is at migration {current}, which this version does not know: its newest is {known}")  # fmt: skip
    command.upgrade(configuration(engine), "head")


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def demand_newest(engine: Engine) -> None:
    """Raises Impossible unless this database is as the models describe it."""
    current, newest = revision(engine), _migrations().get_current_head()
    if current != newest:
        raise Impossible(f"the database is at migration {current}, not at {newest}: run pressroom db upgrade")


def demand_empty(engine: Engine) -> None:
    """Raises Impossible unless this database holds no row of ours, nor tables under our names that somebody else made."""
    there = set(inspect(engine).get_table_names())
    ours = [table for table in db.metadata.sorted_tables if table.name in there]
    with engine.connect() as connection:
        for table in ours:
            if "alembic_version" not in there or connection.execute(select(1).select_from(table)).first():
                raise Impossible(f"the database is not empty: see its table {table.name}")


def configuration(engine: Engine | None = None) -> Config:
    """Alembic's, for the migrations of this database, or of the application's."""
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["engine"] = engine
    return config


def _migrations() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


# Rows -----------------------------------------------------------------------------------------------------


def copy(source: Connection, target: Connection, tell: Tell) -> None:
    """Every row of every table, in the transactions of the two connections, and compare them all then. Raises Impossible
    when the target takes one not, or not as it is."""
    for connection in (source, target):
        without_haste(connection)
    kinds = source.dialect.name, target.dialect.name
    if kinds == ("sqlite", "postgresql") and (found := list(_unfit(source))):
        raise Impossible("PostgreSQL takes no such text: " + "; ".join(found))
    with _references_later(target):
        for table in db.metadata.sorted_tables:
            _copy(table, source, target, tell)
    if found := list(_differences(source, target, tell)):
        raise Impossible("not alike: " + "; ".join(found))


def counted(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    numbers = {table.name: select(func.count()).select_from(table) for table in db.metadata.sorted_tables}
    return {name: connection.scalar(number) for name, number in numbers.items()}


def _copy(table: Table, source: Connection, target: Connection, tell: Tell) -> None:
    copied = 0
    for rows in _read(source, select(table)).partitions():
        try:
            target.execute(table.insert(), [row._asdict() for row in rows])
        except DBAPIError as refused:
            raise Impossible(f"{table.name}: {_said(refused)}") from refused
        copied += len(rows)
        if copied % OFTEN == 0:
            tell(f"{table.name}: {copied:,} rows so far")
    if target.dialect.name == "postgresql" and table.autoincrement_column is not None:
        _count_on(target, table)


def _unfit(source: Connection) -> Iterator[str]:
    """What SQLite takes and PostgreSQL does not: texts longer than their column says, or with a NUL."""
    for table in db.metadata.sorted_tables:
        bounds = {column: column.type.length for column in table.columns if isinstance(column.type, String)}
        conditions = [func.instr(column, func.char(0)) > 0 for column in bounds]
        conditions += [func.length(column) > most for column, most in bounds.items() if most]
        if conditions:
            keys = source.execute(select(*table.primary_key).where(or_(*conditions)).limit(NAMED))
            yield from (_named(table, tuple(key)) for key in keys)


def _differences(one: Connection, other: Connection, tell: Tell) -> Iterator[str]:
    """The rows that are not alike as the application reads them, every value of every row; says how many there are."""
    for table in db.metadata.sorted_tables:
        counted, found = 0, []
        for key, rows in groupby(merge(_in_order(one, table), _in_order(other, table), key=itemgetter(0)), itemgetter(0)):  # fmt: skip
            values = [row for _key, row in rows]
            counted += 1
            if len(values) != 2 or values[0] != values[1]:
                found.append(_named(table, key))
        yield from found[:NAMED]
        if len(found) > NAMED:
            yield f"{table.name}: and {len(found) - NAMED} more"
        if counted:
            tell(f"{table.name}: {counted:,} rows, " + (f"{len(found)} not alike" if found else "all alike"))


def _in_order(connection: Connection, table: Table) -> Iterator[tuple[tuple, tuple]]:
    """Each row behind its key, in the order in which Python puts the keys."""
    exact = connection.dialect.name == "postgresql"
    order = [
        column.collate("C") if exact and isinstance(column.type, String) else column
        for column in table.primary_key
    ]
    width = len(order)
    for row in _read(connection, select(*table.primary_key, table).order_by(*order)):
        yield tuple(row[:width]), tuple(row[width:])


def _read(connection: Connection, query):
    return connection.execute(query, execution_options={"yield_per": BATCH})


@contextmanager
def _references_later(connection: Connection) -> Iterator[None]:
    """Within one table a row may come before the one that it refers to: that is asked once all are there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the end of the transaction
        yield
        return
    within = [
        f'ALTER TABLE "{table.name}" ALTER CONSTRAINT "{constraint.name}"'
        for table in db.metadata.sorted_tables for constraint in table.foreign_key_constraints
        if constraint.referred_table is table
    ]  # fmt: skip
    for alter in within:
        connection.exec_driver_sql(f"{alter} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for alter in within:
        connection.exec_driver_sql(f"{alter} NOT DEFERRABLE")


def without_haste(connection: Connection) -> None:
    """PostgreSQL ends what takes long, and whoever waits for another; until the end of this transaction it does not."""
    if connection.dialect.name == "postgresql":
        for limit in database.PATIENT:
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _count_on(connection: Connection, table: Table) -> None:
    """The next number that PostgreSQL gives by itself follows those that are there."""
    column = table.autoincrement_column
    highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(select(func.setval(sequence, highest, text("false"))))


def _named(table: Table, key: tuple) -> str:
    return f"{table.name} {'/'.join(map(str, key))}"


def _said(refused: Exception) -> str:
    """The first line: what follows it may repeat values."""
    return str(getattr(refused, "orig", refused)).partition("\n")[0]
