"""Files outside the site, under random names: written whole or not at all, served only by views that check.

The name that a person gave is a label kept in the database; it never becomes a path.
"""

import logging
import os
import re
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pressroom.database import db, new_id

KEY_LENGTH = 26
KEY = re.compile(r"[0-9a-z]{26}\Z")
LEFT_ALONE = timedelta(days=1)  # what is younger may belong to something that is being written
log = logging.getLogger(__name__)


class Discarded(db.Model):
    """A file that no row names any more, as long as it has not been deleted."""

    __tablename__ = "discarded_file"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)


class Missing(Exception):
    """No file is stored under this key."""


def put(source: BinaryIO | Iterable[bytes] | bytes) -> str:
    """Store the bytes, or pieces of them, durably (file and folder are synchronised) and return their key, 26 random
    characters."""
    key = new_id(KEY_LENGTH)
    path = _path(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as target:
            for chunk in _chunks(source):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return key


def path(key: str) -> Path:
    """Where the file lies, for `send_file` and for archives. Raises Missing."""
    found = _path(key)
    if not found.is_file():
        raise Missing(key)
    return found


def delete(key: str) -> None:
    """Remove the file; one that is already gone is no error."""
    _path(key).unlink(missing_ok=True)


def discard(keys: Iterable[str]) -> None:
    """Have these files deleted once what is being written is committed: nothing between the two loses one."""
    db.session.add_all(Discarded(key=key) for key in keys)


def sweep() -> None:
    """Delete the files that were discarded, in a transaction of its own. One that cannot be deleted now stays for
    the next time."""
    for discarded in db.session.scalars(db.select(Discarded)).all():
        try:
            delete(discarded.key)
        except OSError:
            log.exception("the file %s cannot be deleted", discarded.key)
        else:
            db.session.delete(discarded)


def sweep_strays(now: datetime) -> None:
    """Delete what was written more than a day ago and no row names: the step that it belonged to was refused, or the
    power went before its row was there. Whatever has the length of a key counts as one that is named."""
    before = (now - LEFT_ALONE).timestamp()
    found = [path for path in (current_app.config["DATA_DIR"] / "files").glob("*/*") if _is_old(path, before)]
    named = _named() if found else set()
    for path in found:
        if path.name in named:
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError:
            log.exception("the file %s cannot be deleted", path.name)


def _is_old(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:  # deleted meanwhile
        return False


def _named() -> set[str]:
    columns = [
        column for table in db.metadata.sorted_tables for column in table.columns
        if isinstance(column.type, String) and column.type.length == KEY_LENGTH
    ]  # fmt: skip
    return {key for column in columns for key in db.session.scalars(db.select(column))}


def _path(key: str) -> Path:
    if not KEY.match(key):
        raise Missing(key)
    return current_app.config["DATA_DIR"] / "files" / key[:2] / key


def _chunks(source):
    if isinstance(source, bytes):
        yield source
        return
    if not hasattr(source, "read"):
        yield from source
        return
    while chunk := source.read(1024 * 1024):
        yield chunk
