"""What `pressroom check` looks at: settings, database, queue, files, journal, example; delivery/relay.py adds the mail
server. On each of several hosts it says whether that host fits the others."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from flask import current_app
from limits.storage import storage_from_string
from sqlalchemy import DateTime, func, select, text

from pressroom import audit, clock, engine, example, storage
from pressroom.database import db

APART = 5  # seconds between two clocks: who holds a lease counts on less


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and something would work better
    FAILED = "failed"


class Result(NamedTuple):
    """What one check found, in words: one line."""

    name: str
    level: Level
    words: str


class Broken(Exception):
    """Something that answers, and is not as it must be; `str()` says what."""


def results() -> Iterator[Result]:
    """Every check, one after the other; what fails stops none of the others."""
    return (attempt(name, check) for name, check in CHECKS.items())


def attempt(name: str, check: Callable[[], str]) -> Result:
    """Run one check, which returns its words or raises."""
    try:
        return Result(name, Level.OK, check())
    except Broken as broken:
        return Result(name, Level.FAILED, str(broken))
    except Exception as failure:  # whatever is wrong is what is asked for
        said = " ".join(str(failure).split())[:300]
        return Result(name, Level.FAILED, f"{type(failure).__name__}: {said}")


def _database() -> str:
    current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    kind = db.engine.dialect.name
    if kind != "sqlite":
        theirs = db.session.scalar(select(func.clock_timestamp(type_=DateTime(timezone=True))))
        apart = round((clock.now() - theirs).total_seconds())
        if abs(apart) > APART:
            way = "ahead of" if apart > 0 else "behind"
            raise Broken(f"the clock of this machine is {abs(apart)} seconds {way} the database’s")
    return f"{kind}, migration {current}"


def _secret() -> str:
    """Whoever signs with another key cannot read what the other hosts have signed, and breaks the journal's chain."""
    if audit.is_ours() is False:
        raise Broken(
            "PRESSROOM_SECRET_KEY is not the one that the journal’s last row was sealed with: all machines must have the "
            "same"
        )
    return "the one that the journal is sealed with" if audit.is_ours() else "nothing is sealed with it yet"


def _queue() -> str:
    kind, waiting = engine.waiting(current_app)
    return f"{kind}, {waiting} waiting"


def _limits() -> str:
    url = current_app.config["RATELIMIT_STORAGE_URI"]
    if url.startswith("memory"):
        return "each web process counts for itself"
    if not storage_from_string(url).check():
        raise Broken(
            "the place where they are counted does not answer: meanwhile each web process counts for itself"
        )
    return "counted together"


def _files() -> str:
    key, place = storage.put(b"pressroom check"), storage.store()
    try:
        if storage.read(key) != b"pressroom check":
            raise Broken("what was written is not what is read")
        if not isinstance(place, storage.Folder) and place.is_open_to_strangers(key):
            raise Broken("the bucket is open to strangers: block all public access to it")
    finally:
        storage.delete(key)
    return (
        "can be written" if isinstance(place, storage.Folder) else f"{place.name} can be written, is private"
    )


def _journal() -> str:
    first, *others = *audit.verify(), None
    if first:
        more = f", and {len(others) - 1} more" if len(others) > 1 else ""
        raise Broken(f"{first.sentence}{more}")
    if head := audit.kept_head():
        return f"unbroken, its end known outside the database up to row {head.id}"
    return f"unbroken as far as it goes: without {audit.HEAD}, an end cut off would not be seen"


def _example() -> str:
    if not example.is_loaded():
        return "not loaded"
    if current_app.config["MAIL_URL"]:
        raise Broken(
            "loaded, and mail leaves to its made-up people: remove it on the desk, under First steps"
        )
    return "loaded, and nothing leaves"


CHECKS = {
    "settings": lambda: current_app.config["ENV"],
    "database": _database,
    "secret": _secret,
    "queue": _queue,
    "limits": _limits,
    "files": _files,
    "journal": _journal,
    "example": _example,
}
