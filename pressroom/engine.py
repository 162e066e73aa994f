"""What runs in the background: Huey only wakes and ticks. What falls due is found by queries, in the tables.

Losing a wake-up costs at most a minute: the next tick finds the same work.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from huey import SqliteHuey, crontab
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from pressroom import clock
from pressroom.database import db, writing

log = logging.getLogger(__name__)
Task = Callable[[datetime], object]


def init_app(app, *, tasks: Sequence[Task]) -> None:
    """`tasks` are run in this order, each with the present moment; each may run twice without harm."""
    huey = SqliteHuey(
        "pressroom", filename=str(app.config["DATA_DIR"] / "queue.db"), results=False, fsync=True
    )
    app.extensions["engine"] = huey
    app.extensions["due"] = tuple(tasks)

    def due() -> None:
        run_due(app)

    app.extensions["wake"] = huey.task(name="wake")(due)
    huey.periodic_task(crontab(), name="tick")(due)


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

    A queue that cannot be reached is only logged: what was committed stands, and the next tick finds it.
    """
    try:
        if at <= clock.now():
            app.extensions["wake"]()
        else:  # a second later than asked: the scheduler compares in whole seconds
            eta = (at + timedelta(seconds=1)).astimezone().replace(tzinfo=None)
            app.extensions["wake"].schedule(eta=eta)
    except Exception:
        log.warning("the queue cannot be reached", exc_info=True)
