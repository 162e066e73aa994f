"""Workers say that they are alive: one row for each, written while it runs, so that its silence can be noticed."""

import logging
import os
import socket
from datetime import datetime, timedelta
from threading import Event, Thread

from sqlalchemy import String, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pressroom import clock
from pressroom.database import db, writing

EVERY = timedelta(seconds=20)
SILENT = timedelta(seconds=90)  # after so long nobody counts on a worker
FORGOTTEN = timedelta(days=1)
log = logging.getLogger(__name__)


class Heartbeat(db.Model):
    """A worker, `machine:process`, and when it was last heard of."""

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[datetime]


def last() -> datetime | None:
    """When any worker was last heard of."""
    return db.session.scalar(select(func.max(Heartbeat.at)))


def beat(worker: str, now: datetime) -> None:
    """Note that this worker is alive, in a transaction of its own; those that ended a day ago are forgotten."""
    with writing(), db.engine.begin() as connection:
        own = connection.execute(update(Heartbeat).where(Heartbeat.worker == worker).values(at=now))
        if not own.rowcount:
            connection.execute(insert(Heartbeat).values(worker=worker, at=now))
        connection.execute(delete(Heartbeat).where(Heartbeat.at < now - FORGOTTEN))


def keep(app) -> None:
    """Beat from now on, as long as this process runs, in a thread of its own: work that takes long is no silence."""
    worker = f"{socket.gethostname()[:80]}:{os.getpid()}"

    def beating() -> None:
        pause = Event()
        while True:
            try:
                with app.app_context():
                    beat(worker, clock.now())
            except Exception as failure:  # the database is away: others notice it by this silence
                log.warning("the heartbeat was not noted: %s", type(failure).__name__)
            pause.wait(EVERY.total_seconds())

    Thread(target=beating, name="heartbeat", daemon=True).start()
