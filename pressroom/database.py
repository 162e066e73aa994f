"""The database session, the column types that every model uses, and how transactions begin.

One rule on both kinds of database: those who write take turns, from the first statement of a transaction to its
end, and see all that was committed before theirs; those who read wait for nobody, and see one moment. So whatever is
read and then written (a quota, a number, a claim) is safe wherever it happens, and nobody fails half-way.

On SQLite what writes begins IMMEDIATE, tried about every millisecond until it may; the log is written ahead and fully
synchronised, foreign keys are on. On PostgreSQL what writes holds an advisory lock, which goes with its connection; what
reads is REPEATABLE READ.
"""

import enum
import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC as UTC_ZONE
from datetime import datetime
from importlib import import_module
from pathlib import Path
from random import uniform
from time import monotonic, sleep

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Enum,
    Index,
    MetaData,
    Select,
    String,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from pressroom.slugs import fold

BOUND = 1000  # beyond, the desk reads "1,000+" and nothing is counted
PATIENCE = 5  # seconds to wait for a connection, or for one's turn
PRAGMAS = (
    f"PRAGMA busy_timeout={PATIENCE * 1000}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)
TURN = 0x7072657373  # PostgreSQL's advisory lock of those who write: "press" in ASCII
# What PostgreSQL ends by itself, in milliseconds: whoever hangs must not keep all others waiting.
PATIENT = {
    "lock_timeout": PATIENCE * 1000,
    "statement_timeout": 15_000,
    "idle_in_transaction_session_timeout": 30_000,
}
# A host that is gone without a word is noticed within seconds, not hours.
REACHING = {
    "connect_timeout": PATIENCE,
    "tcp_user_timeout": PATIENCE * 1000,
    "keepalives_idle": PATIENCE,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
# Seconds between two attempts to begin. SQLite's own pauses grow to 0.1: who has waited for long would miss each gap.
PAUSE = (0.0005, 0.0015)
READ_COMMITTED, REPEATABLE_READ = 2, 3  # psycopg's numbers of them
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_writing: ContextVar[bool] = ContextVar("writing", default=False)


class UTC(TypeDecorator):
    """An aware moment, stored in UTC: SQLite would return it naive. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        value = value.astimezone(UTC_ZONE)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC_ZONE) if value.tzinfo is None else value.astimezone(UTC_ZONE)


def one_of(members: type[enum.Enum], name: str | None = None) -> Enum:
    """The column type of an enumeration, checked by the database; a table's two columns of one need a `name` each."""
    return Enum(
        members,
        name=name or members.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_N_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UTC,
            enum.Enum: Enum(
                enum.Enum,
                native_enum=False,
                create_constraint=True,
                length=32,
                values_callable=lambda members: [member.value for member in members],
            ),
        },
    )


class WithId:
    """A model known by a short random id: nobody can guess a neighbour's, or count how many there are."""

    def __init__(self, **values):
        values.setdefault("id", new_id())
        super().__init__(**values)


ID = String(16)
db = SQLAlchemy(model_class=Base)


def new_id(length: int = 12) -> str:
    """`length` random characters of Crockford's base 32 (5 bits each), lower case."""
    return "".join([ALPHABET[octet & 31] for octet in secrets.token_bytes(length)])


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of the rows only for which `where` (SQL) holds. A query uses it when it says the same, word for word."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class folded(FunctionElement):
    """A column as it is looked for and put in order: lower case, without accents, as `slugs.fold` has it."""

    type = String()
    inherit_cache = True


@compiles(folded)
def _fold_on_postgresql(element, compiler, **options) -> str:
    words = f"translate(lower({compiler.process(element.clauses, **options)}), 'øłđ', 'old')"
    for sign, letters in (("œ", "oe"), ("æ", "ae"), ("ß", "ss")):
        words = f"replace({words}, '{sign}', '{letters}')"
    return f"regexp_replace(normalize({words}, NFKD), '[\u0300-\u036f]', '', 'g')"


@compiles(folded, "sqlite")
def _fold_on_sqlite(element, compiler, **options) -> str:
    return f"fold({compiler.process(element.clauses, **options)})"


def numbers(of: dict[str, Select]) -> dict[str, int]:
    """How many rows each of these statements has, none counted beyond BOUND + 1: all in one statement."""
    rows = [
        one.with_only_columns(literal(1), maintain_column_froms=True).limit(BOUND + 1) for one in of.values()
    ]
    counted = [select(func.count()).select_from(one.subquery()).scalar_subquery() for one in rows]
    return dict(zip(of, db.session.execute(select(*counted)).one(), strict=True))


@contextmanager
def writing() -> Iterator[None]:
    """What begins a transaction inside this block intends to write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def will_write(intention: bool) -> None:
    """Say for the rest of this request whether its transactions write."""
    _writing.set(intention)


def _started() -> str:
    """Which start of this machine it is; "" where nobody can tell."""
    try:
        return hashlib.sha256(Path("/proc/sys/kernel/random/boot_id").read_bytes()).hexdigest()[:8]
    except OSError:
        return ""


STARTED = _started()


@contextmanager
def light() -> Iterator[Connection]:
    """A connection of its own whose commits outlive any process, but on SQLite not the machine: they are written, and
    not waited for until somebody else commits. Only for what STARTED allows to do without."""
    with db.engine.connect() as connection:
        lighter = STARTED and connection.dialect.name == "sqlite"
        driver = connection.connection.dbapi_connection
        if lighter:
            driver.execute("PRAGMA synchronous=NORMAL")
        try:
            yield connection
        finally:
            if lighter:
                driver.execute("PRAGMA synchronous=FULL")


def empty_log() -> bool:
    """Empty SQLite's write-ahead log, where deleted rows can still be read; between transactions only. False when
    somebody still reads from it. PostgreSQL keeps its own house."""
    if db.engine.dialect.name != "sqlite":
        return True
    connection = db.engine.raw_connection()
    try:
        (busy, *_pages) = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not busy


def init_app(app) -> None:
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Say how this engine opens connections and begins transactions."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "do_connect", _reach_postgresql)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    connection.create_function("fold", 1, fold, deterministic=True)
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection) -> None:
    if not _writing.get():
        connection.exec_driver_sql("BEGIN")
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as refused:
        if refused.orig.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not _has_its_turn(driver):
            raise
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def _has_its_turn(driver: sqlite3.Connection) -> bool:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        sleep(uniform(*PAUSE))
        with suppress(sqlite3.OperationalError):
            driver.execute("BEGIN IMMEDIATE")
            return True
    return False


def _reach_postgresql(_dialect, _record, _arguments, given) -> None:
    """The address of the database may say otherwise."""
    options = " ".join([f"-c {name}={value}" for name, value in PATIENT.items()])
    for name, value in {**REACHING, "options": options}.items():
        given.setdefault(name, value)


def _prepare_postgresql(connection, _record) -> None:
    """No NUL character is in any stored text, so whoever asks for one finds nothing: PostgreSQL would break off."""

    class Writable(import_module("psycopg.types.string").StrDumper):  # an extra
        def dump(self, text):
            return super().dump(text.replace("\0", "\ufffd"))

    connection.adapters.register_dumper(str, Writable)


def _begin_postgresql(connection) -> None:
    writes, driver = _writing.get(), connection.connection.dbapi_connection
    # Whoever waits for a turn must see what was committed meanwhile, so not the moment at which the waiting began.
    wanted = READ_COMMITTED if writes else REPEATABLE_READ
    if driver.isolation_level != wanted:
        driver.isolation_level = wanted
    if writes:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")
