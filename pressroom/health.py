"""What operators and their machines ask: does the process live, is all in order, how much of what.

`/healthz`, `/readyz` and `/metrics` are answered ahead of everything else, whatever host was asked for: a probe knows
the machine by its number. They build no link and say one word of each part.
"""

import hmac
import json
import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import func, select, text, update
from werkzeug.wrappers import Request, Response

from pressroom import clock, heartbeat, metrics
from pressroom.accreditation.models import TO_REVIEW, Application
from pressroom.checking import Level, Result
from pressroom.database import db, writing
from pressroom.delivery import outgoing
from pressroom.delivery import queries as delivery
from pressroom.delivery.models import Message, State
from pressroom.heartbeat import Heartbeat

LEAST_FREE = 0.05  # of the disk
NETWORKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "lustre", "fuse.sshfs", "fuse.glusterfs"}
OK = "ok"
log = logging.getLogger(__name__)


def parts(now: datetime) -> dict[str, str]:
    """One word for each part that must be in order; OK, or what is the matter."""
    found = {"database": _word(_database, now)}
    for name, look in PARTS.items():
        found[name] = _word(look, now) if found["database"] == OK or look is _storage else "unknown"
    return found


def _word(look: Callable[[datetime], str], now: datetime) -> str:
    try:
        return look(now)
    except Exception as failure:
        log.warning("not ready: %s, %s", look.__name__.strip("_"), type(failure).__name__)
        return "failed"
    finally:
        db.session.remove()


def _database(_now: datetime) -> str:
    """Take the right to write, and change nothing."""
    with writing():
        db.session.execute(update(Heartbeat).where(Heartbeat.worker == "").values(worker=""))
        db.session.rollback()
    return OK


def _migrations(_now: datetime) -> str:
    """A database that is ahead is in order: during an upgrade the old program still answers."""
    current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    known = _revisions()
    return "behind" if current in known and current != known[0] else OK


@cache
def _revisions() -> tuple[str, ...]:
    """All that this program knows, the newest first."""
    script = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    return tuple(revision.revision for revision in script.walk_revisions())


def _storage(_now: datetime) -> str:
    if free() < LEAST_FREE:
        return "full"
    with tempfile.TemporaryFile(dir=current_app.config["DATA_DIR"]) as file:
        file.write(b"ready?")
    return OK


def free() -> float:
    """Which part of the data folder's disk is free."""
    disk = os.statvfs(current_app.config["DATA_DIR"])
    return disk.f_bavail / disk.f_blocks


def _queue(now: datetime) -> str:
    return "late" if delivery.overdue(now) else OK


def _worker(now: datetime) -> str:
    last = heartbeat.last()
    return OK if last and last > now - heartbeat.SILENT else "silent"


PARTS = {"migrations": _migrations, "storage": _storage, "queue": _queue, "worker": _worker}


def figures(now: datetime) -> dict[str, dict[str, float]]:
    """What is counted when it is asked for: gauges by name, then by their labels as Prometheus writes them."""
    mail, heard = outgoing.state(now), heartbeat.last()
    states = dict(
        tuple(row) for row in db.session.execute(select(Message.state, func.count()).group_by(Message.state))
    )
    oldest = db.session.scalar(select(func.min(Message.next_at)).where(Message.state == State.QUEUED))
    waiting = select(func.count()).select_from(Application).where(Application.state.in_(TO_REVIEW))
    return {
        "messages": {f'{{state="{state}"}}': states.get(state, 0) for state in State},
        "queue_age_seconds": {"": max(0.0, (now - oldest).total_seconds()) if oldest else 0},
        "mail_held": {"": mail.held_at is not None},
        "mail_paused": {"": mail.paused_until is not None and mail.paused_until > now},
        "mail_failures_in_a_row": {"": mail.failures},
        "applications_waiting": {"": db.session.scalar(waiting)},
        "worker_silent_seconds": {"": (now - heard).total_seconds()} if heard else {},
        "disk_free_ratio": {"": free()},
    }


def results() -> Iterator[Result]:
    """What `pressroom check` says of the parts that only this module knows: one line each."""
    for name, look in CHECKS.items():
        try:
            level, words = look(clock.now())
        except Exception as failure:
            level, words = Level.FAILED, type(failure).__name__
        yield Result(name, level, words)


def _check_migrations(now: datetime) -> tuple[Level, str]:
    if _migrations(now) == OK:
        return Level.OK, "the database has them all"
    return Level.FAILED, "the database waits for some: pressroom db upgrade"


def _check_disk(_now: datetime) -> tuple[Level, str]:
    folder = current_app.config["DATA_DIR"]
    words = f"{free():.0%} free"
    if free() < LEAST_FREE:
        return Level.FAILED, f"{words}: below {LEAST_FREE:.0%} nothing can be promised"
    if folder.stat().st_mode & 0o077:
        return Level.WARNING, f"{words}; others on this machine may enter the data folder: chmod 700"
    return Level.OK, words


def _check_worker(now: datetime) -> tuple[Level, str]:
    last = heartbeat.last()
    if last is None:
        return Level.WARNING, "none has been heard of yet: no mail leaves without one"
    words = f"heard of {(now - last).total_seconds():.0f} seconds ago"
    return (Level.OK if last > now - heartbeat.SILENT else Level.WARNING), words


def _check_sqlite(_now: datetime) -> tuple[Level, str]:
    """Not over a network, whose locks do not hold; and some versions can lose a commit when several processes write."""
    if db.engine.dialect.name != "sqlite":
        return Level.OK, "not used"
    if (kind := _file_system(Path(db.engine.url.database))) in NETWORKS:
        return Level.WARNING, f"the database lies on {kind}, over a network: it can be damaged there"
    version = sqlite3.sqlite_version_info
    if version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45):
        return Level.OK, sqlite3.sqlite_version
    return Level.WARNING, f"{sqlite3.sqlite_version}: when several processes write at once, 3.51.3 is safer"


def _file_system(path: Path, mounts: str = "/proc/mounts") -> str:
    """The kind of file system that `path` lies on; "" where nobody can tell."""
    try:
        rows = [line.split() for line in Path(mounts).read_text().splitlines()]
    except OSError:
        return ""
    around = [row for row in rows if path.resolve().is_relative_to(row[1])]
    return max(around, key=lambda row: len(row[1]), default=["", "", ""])[2]


CHECKS = {
    "migrations": _check_migrations,
    "disk": _check_disk,
    "worker": _check_worker,
    "sqlite": _check_sqlite,
}


class Operators:
    """Answers the three addresses; everything else goes on to `inner`."""

    def __init__(self, app: Flask, inner: Callable):
        self._app, self._inner = app, inner
        self._answers = {"/healthz": _alive, "/readyz": _ready, "/metrics": _metrics}

    def __call__(self, environ, start_response):
        answer = self._answers.get(environ.get("PATH_INFO", ""))
        if answer is None:
            return self._inner(environ, start_response)
        request = Request(environ)
        if request.method not in ("GET", "HEAD"):
            return Response(status=405, headers={"Allow": "GET, HEAD"})(environ, start_response)
        with self._app.app_context():
            response = answer(request)
        response.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
        return response(environ, start_response)


def _alive(_request: Request) -> Response:
    return Response("ok\n", mimetype="text/plain")


def _ready(_request: Request) -> Response:
    found = parts(clock.now())
    ready = set(found.values()) == {OK}
    return Response(
        json.dumps({"ready": ready, **found}) + "\n", 200 if ready else 503, mimetype="application/json"
    )


def _metrics(request: Request) -> Response:
    """As if there were nothing, to whoever lacks the token."""
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("Not found\n", 404, mimetype="text/plain")
    try:
        counted = figures(clock.now())
    except Exception as failure:  # what the requests say still matters, all the more
        log.warning("the figures cannot be counted: %s", type(failure).__name__)
        counted = {}
    return Response(metrics.exposition(counted), content_type="text/plain; version=0.0.4; charset=utf-8")
