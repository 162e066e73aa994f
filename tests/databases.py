"""The databases that the tests run on, one after the other: SQLite, a file for each test; PostgreSQL, a cluster for
each process of the run, whose one database is emptied for each test."""

import itertools
import shutil
import sqlite3
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

import psycopg
from flask_migrate import upgrade
from psycopg import sql
from sqlalchemy import URL, Engine, create_engine, event, make_url

from pressroom import clock, demo, engine
from pressroom.database import db, prepare, writing
from tests import servers


class Databases:
    """Databases of one kind. `make_app` makes the application that migrates the first one, in `folder`."""

    def __init__(self, folder: Path, make_app):
        self._folder, self._make_app = folder, make_app

    def everything(self, folder: Path) -> str:
        """All that is stored, in lower case: the files in `folder`, and what a database elsewhere holds."""
        files = b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        return (files.decode("utf-8", "replace") + self.rows()).lower()

    def rows(self) -> str:
        return ""

    @cached_property
    def migrated(self) -> str:
        """The address of one at the newest migration, which nobody uses: what others are copied from."""
        url = self.create(self._folder)
        with self._make_app(self._folder, DATABASE_URL=url).app_context():
            upgrade()
            db.session.remove()
            db.engine.dispose()
        return url

    @cached_property
    def loaded(self) -> tuple[Path, str]:
        """The data folder and the database of an office with the example, its due work done, which nobody uses."""
        folder = self._folder / "loaded"
        folder.mkdir()
        url = self.create(folder, like=self.migrated)
        app = self._make_app(folder, DATABASE_URL=url)
        with app.app_context(), writing():
            demo.load(at=clock.now())
            db.session.commit()
            engine.run_due(app)
            db.session.remove()
            db.engine.dispose()
        app.extensions["engine"].storage.close()  # or PostgreSQL would make no copies
        return folder, url


class Sqlite(Databases):
    def __init__(self, folder: Path, make_app):
        super().__init__(folder, make_app)
        servers.USED.add(f"SQLite {sqlite3.sqlite_version}")

    def create(self, folder: Path, *, like: str | None = None) -> str:
        """The address of a new database, a file in `folder`: empty, or a copy of the one at `like`."""
        path = folder / "pressroom.db"
        if like:
            shutil.copy(like.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def as_new(self, folder: Path) -> Engine:
        """A migrated database for one test."""
        self._engine.url = make_url(self.create(folder, like=self.migrated))
        return self._engine

    def left(self, engine: Engine) -> None:
        """The next test has another file."""
        engine.dispose()

    def drop(self, url: str) -> None:
        """The file goes with its folder."""

    @cached_property
    def _engine(self) -> Engine:
        """One for all the files, one after the other: each statement is compiled once. Without any safety against a loss
        of power, as the cluster."""
        made = prepared(self.migrated)
        event.listen(made, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))

        @event.listens_for(made, "do_connect")
        def to_its_file(_dialect, _record, arguments, _options):
            arguments[0] = made.url.database

        return made


class Postgresql(Databases):
    """Making a database costs many times what emptying one does: those at the newest migration serve again."""

    def __init__(self, folder: Path, make_app, *, stack: ExitStack):
        super().__init__(folder, make_app)
        self._server = stack.enter_context(servers.postgres())
        self._stack, self._numbers = stack, itertools.count()
        self._emptied, self._free, self._tables = 0, [], {}

    def create(self, _folder: Path, *, like: str | None = None) -> str:
        fresh = like is not None and like == self.migrated
        if fresh and self._free:
            return self._free.pop()
        url = self._server.create(
            f"press_{next(self._numbers)}", template=_name(like) if like else "template0"
        )
        if fresh:
            with psycopg.connect(_address(make_url(url))) as connection:
                self._tables[url] = [connection.execute(asked).fetchall() for asked in SHAPE]
        return url

    def drop(self, url: str) -> None:
        """Kept for the next who wants one, unless another shape was given to it."""
        if url in self._tables:
            with self._connected(url) as connection:
                known = zip(SHAPE, self._tables[url], strict=True)
                kept = all(connection.execute(asked).fetchall() == answer for asked, answer in known)
                if kept:
                    self._empty(connection, but="")
            if kept:
                self._free.append(url)
                return
        self._server.drop(_name(url))

    def as_new(self, _folder: Path) -> Engine:
        """Emptied, and whoever is still in the middle of something thrown out. Connections that rest are kept."""
        self._empty(self._emptier, but="idle")
        return self._engine

    def left(self, _engine: Engine) -> None:
        """Its connections serve the next test."""

    def rows(self) -> str:
        """What is committed. What was deleted is the server's: it makes room for others when it will."""
        with psycopg.connect(_address(db.engine.url)) as connection:
            tables = connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall()
            found = [connection.execute(f'SELECT one::text FROM "{name}" AS one') for (name,) in tables]
            return "\n".join([row for rows in found for (row,) in rows])

    def _empty(self, connection: psycopg.Connection, *, but: str) -> None:
        connection.execute(OTHERS, [but])
        if found := connection.execute(FILLED).fetchall():
            filled = [sql.Identifier(name) for name, _ in found]
            connection.execute(sql.SQL("; ").join(map(sql.SQL("DELETE FROM {}").format, filled)))
            self._emptied += 1
            large = max(size for _, size in found) > 1_000_000  # bytes
            if large or self._emptied % 10 == 0:  # or the next tests would wade through what is dead
                connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(filled)))

    def _connected(self, url: str) -> psycopg.Connection:
        connection = psycopg.connect(_address(make_url(url)), autocommit=True)
        connection.execute("SET session_replication_role = replica")  # the journal refuses to be emptied
        return connection

    @cached_property
    def _engine(self) -> Engine:
        made = prepared(self.create(self._folder, like=self.migrated))
        self._stack.callback(made.dispose)
        return made

    @cached_property
    def _emptier(self) -> psycopg.Connection:
        return self._stack.enter_context(
            self._connected(self._engine.url.render_as_string(hide_password=False))
        )


OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> %s
"""
# Its tables and indexes, then the migration that it says to be at.
SHAPE = (
    "SELECT relname, attname, attnotnull FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
    " WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped ORDER BY relname, attname",
    "SELECT version_num FROM alembic_version",
)
FILLED = """
    SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""


def prepared(url: str) -> Engine:
    """An engine that begins its transactions as the application's does."""
    engine = create_engine(url, pool_pre_ping=True, query_cache_size=3000)
    prepare(engine)
    return engine


def _address(url: URL) -> str:
    """As PostgreSQL's own programs know it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _name(url: str) -> str:
    return url.rpartition("/")[2]
