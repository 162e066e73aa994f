"""What runs in the background: Huey wakes a worker, whichever is free, and each worker also has a clock. What falls due
is found by queries, in the tables.

Losing a wake-up costs at most a minute: a worker's own clock finds the same work, also while the queue is gone. Of
several workers, on one host or on many, one looks each minute; any number may do so at once without harm.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, consumer
from huey.exceptions import RateLimitExceeded
from huey.storage import PostgresStorage
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from pressroom import clock
from pressroom.database import REACHING, db, writing

log = logging.getLogger(__name__)
Task = Callable[[datetime], object]
MINUTE = 60
LEFT_ALONE = 10  # seconds after a queue could not be reached
TABLES = 0x68756579  # PostgreSQL's advisory lock of whoever makes the queue's tables: "huey" in ASCII


class Postgres(PostgresStorage):
    """Huey's, which makes its tables when it connects: nothing is asked of the database when the application starts."""

    def __init__(self, name: str, **options):
        super().__init__(name, create_tables=False, **options)

    def _create_connection(self):
        connection = super()._create_connection()
        with connection.transaction():  # two that make the same table at once would fail
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [TABLES])
            for statement in self.ddl:
                connection.execute(statement)
        return connection


def init_app(app, *, tasks: Sequence[Task]) -> None:
    """`tasks` are run in this order, each with the present moment; each may run twice without harm."""
    huey = _queue(app.config["QUEUE_URL"], app.config["DATA_DIR"])
    app.extensions["engine"] = huey
    app.extensions["due"] = tuple(tasks)
    app.extensions["wake"] = huey.task(name="wake")(partial(run_due, app))


def _queue(url: str, folder) -> Huey:
    """No connection is opened here: a queue that is gone keeps nothing from starting."""
    if url.startswith("redis"):
        return RedisHuey("pressroom", url=url, results=False)
    if url:
        reaching = {**REACHING, "connect_timeout": 2}
        return PostgresHuey("pressroom", storage_class=Postgres, dsn=url, results=False, **reaching)
    return SqliteHuey("pressroom", filename=str(folder / "queue.db"), results=False, fsync=True)


def waiting(app) -> tuple[str, int]:
    """What kind of queue it is, and how many calls wait in it. Raises when it cannot be reached."""
    huey = app.extensions["engine"]
    return type(huey).__name__.removesuffix("Huey"), huey.pending_count()


def work(app) -> None:
    """Be a worker until SIGTERM, which lets the message in hand finish."""
    for name in ("Worker", "Scheduler"):
        logging.getLogger(f"huey.consumer.{name}").addFilter(Seldom())
    processes = type("Consumer", (consumer.Consumer,), {"worker_class": partial(Worker, app)})
    one = processes(
        app.extensions["engine"], workers=1, periodic=False, max_delay=1.0, worker_type="thread", graceful_signal="TERM"
    )  # fmt: skip
    app.extensions["stopping"] = one.stop_flag
    one.run()


class Worker(consumer.Worker):
    """Huey's, with a clock of its own."""

    def __init__(self, app, **options):
        super().__init__(**options)
        self._app, self._next = app, 0.0

    def initialize(self) -> None:
        super().initialize()
        self._look()

    def loop(self, now=None) -> None:
        if time.monotonic() >= self._next:
            self._look(only_first=True)
        super().loop(now)

    def _look(self, *, only_first: bool = False) -> None:
        self._next = time.monotonic() + MINUTE
        if not only_first or _is_first(self.huey):
            run_due(self._app)


def _is_first(huey: Huey) -> bool:
    """Whether no other worker's clock has struck within this minute; while the queue is gone, nobody can tell."""
    try:
        huey.rate_limit("clock", 1, per=MINUTE, retry=False).acquire()
    except RateLimitExceeded:
        return False
    except Exception as failure:
        log.warning(
            "the queue cannot be reached (%s): this worker goes by its own clock", type(failure).__name__
        )
    return True


class Seldom(logging.Filter):
    """Lets Huey say once a minute, not every second, that the queue is gone, and in one line."""

    def __init__(self):
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or not record.getMessage().startswith("Error "):
            return True
        now, failure = time.monotonic(), record.exc_info[1]
        if now < self._next:
            return False
        self._next = now + MINUTE
        record.msg, record.args, record.exc_info = (
            "%s: %s",
            (record.getMessage(), type(failure).__name__),
            None,
        )
        return True


def run_due(app) -> None:
    """Do all that has fallen due. One task's failure is logged and does not stop the next one."""
    for task in app.extensions["due"]:
        with app.app_context(), writing():
            try:
                task(clock.now())
            except Exception:
                db.session.rollback()
                if app.testing:
                    raise
                log.exception("task %s failed", task.__module__)


@contextmanager
def apart(failures: list[Exception]) -> Iterator[None]:
    """One of many things that are due, in a transaction of its own: what goes wrong is rolled back and added to
    `failures`. What somebody else has just done, or changed, is left alone: the next pass sees it as it is by then."""
    try:
        yield
    except (IntegrityError, StaleDataError):
        db.session.rollback()
    except Exception as failure:
        db.session.rollback()
        failures.append(failure)


def wake(app, at: datetime) -> None:
    """Ask the worker to look for due work at `at`; at once when that has passed.

    A queue that cannot be reached is only logged, and left alone for some seconds: nobody waits for it at every step.
    What was committed stands, and a worker's clock finds it.
    """
    if time.monotonic() < app.extensions.get("queue_away_until", 0):
        return
    try:
        if at <= clock.now():
            app.extensions["wake"]()
        else:  # a second later than asked: the scheduler compares in whole seconds
            eta = (at + timedelta(seconds=1)).astimezone().replace(tzinfo=None)
            app.extensions["wake"].schedule(eta=eta)
    except Exception as failure:
        app.extensions["queue_away_until"] = time.monotonic() + LEFT_ALONE
        log.warning("the queue cannot be reached: %s", type(failure).__name__)
