"""Files outside the site, under random names: written whole or not at all, served only by views that check.

They lie in a folder, or in a bucket (`buckets.py`), as PRESSROOM_STORAGE_URL says. What lies under a key never changes.
The name that a person gave is a label kept in the database; it never becomes a path.
"""

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from flask import Response, current_app, redirect, request, send_file
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from pressroom.database import db, new_id

KEY_LENGTH = 26
KEY = re.compile(r"[0-9a-z]{26}\Z")
LEFT_ALONE = timedelta(days=1)  # what is younger may belong to something that is being written
PIECE = 256 * 1024  # bytes: what is held of a file while it passes through
BUCKETS = "pressroom.buckets"  # loaded where it is asked for: its library takes half a second
# What one person saves is theirs alone, and the address that it comes from is told to nobody.
HANDED_OVER = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
log = logging.getLogger(__name__)


class Discarded(db.Model):
    """A file that no row names any more, as long as it has not been deleted."""

    __tablename__ = "discarded_file"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)


class Missing(Exception):
    """No file is stored under this key."""


class Unreachable(OSError):
    """The files cannot be had now; later they can. `errors.py` makes it a 503."""


class File(NamedTuple):
    """A file that is stored; `size` in bytes. What it holds is asked for when it is read."""

    store: Any  # a Folder or a Bucket
    key: str
    size: int
    modified: datetime

    def open(self) -> BinaryIO:
        """Its bytes, from wherever one seeks to. Raises Missing or Unreachable, also while it is read."""
        return self.store.open(self)

    def pieces(self) -> Iterator[bytes]:
        with self.open() as source:
            while piece := source.read(PIECE):
                yield piece

    def read(self) -> bytes:
        return b"".join(self.pieces())

    def digest(self) -> str:
        """SHA-256."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


class Folder:
    """Files on a disk of this machine. What a bucket must offer as well is what has no underscore here, but `path`."""

    def __init__(self, folder: Path):
        self.folder = folder

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        """Store them durably: file and folder are synchronised."""
        path = self.path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as target:
                for piece in pieces:
                    target.write(piece)
                target.flush()
                os.fsync(target.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def find(self, key: str) -> File:
        """The file under this key. Raises Missing."""
        if found := self._file(self.path(key)):
            return found
        raise Missing(key)

    def open(self, file: File) -> BinaryIO:
        try:
            return self.path(file.key).open("rb")
        except FileNotFoundError as gone:
            raise Missing(file.key) from gone

    def delete(self, key: str) -> None:
        """Remove the file; one that is already gone is no error."""
        self.path(key).unlink(missing_ok=True)

    def files(self) -> Iterator[File]:
        """All that is stored, listed as one goes on."""
        return (
            file for path in self.folder.glob("*/*") if KEY.match(path.name) and (file := self._file(path))
        )

    def drop_unfinished(self, before: datetime) -> None:
        """Delete what was begun before that moment and never became a file."""
        for path in self.folder.glob("*/*"):
            if not KEY.match(path.name) and (file := self._file(path)) and file.modified < before:
                path.unlink(missing_ok=True)

    def path(self, key: str) -> Path:
        if not KEY.match(key):
            raise Missing(key)
        return self.folder / key[:2] / key

    def _file(self, path: Path) -> File | None:
        """None for one that was deleted meanwhile, and for what is no file."""
        if not path.is_file():
            return None
        found = path.stat()
        return File(self, path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def at(url: str, data_dir: Path):
    """The folder or the bucket of this address; without one, the files of the data folder. Nothing is asked of it yet.
    Raises ValueError when there can be none."""
    if url in ("", "file:"):
        return Folder(data_dir / "files")
    if url.startswith("file:///"):
        return Folder(Path(url.removeprefix("file://")))
    if not url.startswith("s3://"):
        raise ValueError("it is none of file:, file:///folder and s3://bucket")
    try:
        return import_module(BUCKETS).at(url)
    except ImportError as missing:
        raise ValueError("boto3 is not installed") from missing


def store():
    """Where this office's files lie."""
    return at(current_app.config["STORAGE_URL"], current_app.config["DATA_DIR"])


def put(source: BinaryIO | Iterable[bytes] | bytes) -> str:
    """Store the bytes, or pieces of them, and return their key, 26 random characters. Raises Unreachable; nothing is
    stored then."""
    key = new_id(KEY_LENGTH)
    store().put(key, _pieces(source))
    return key


def find(key: str) -> File:
    """The file under this key. Raises Missing or Unreachable."""
    if not KEY.match(key):
        raise Missing(key)
    return store().find(key)


def read(key: str) -> bytes:
    """All of it. Raises Missing or Unreachable."""
    return find(key).read()


@contextmanager
def on_disk(key: str) -> Iterator[Path]:
    """The file under a path, for what can read nothing else. Raises Missing or Unreachable."""
    file = find(key)
    if isinstance(file.store, Folder):
        yield file.store.path(key)
        return
    with tempfile.NamedTemporaryFile() as copy:
        for piece in file.pieces():
            copy.write(piece)
        copy.flush()
        yield Path(copy.name)


def send(key: str, media_type: str, name: str, *, inline: bool = False, etag: str | None = None) -> Response:
    """The file through this process, in parts if asked (RFC 9110, 14), unchanged if known: for what pages show, what a
    cache in front may keep, and whatever is counted to its last byte. The view has checked who asks."""
    file = find(key)
    response = send_file(
        file.open(), media_type, as_attachment=not inline, download_name=name, etag=etag or key,
        last_modified=file.modified, conditional=False,
    )  # fmt: skip
    response.content_length = file.size
    try:
        return response.make_conditional(request, accept_ranges=True, complete_length=file.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise


def hand_over(key: str, media_type: str, name: str) -> Response:
    """The file, to be saved by the one person who may have it: from the bucket itself, at an address that works for a
    minute, so that no process here is busy with it. The view has checked who asks."""
    response = send(key, media_type, name)
    if request.method == "GET" and not isinstance(store(), Folder):
        response.close()
        disposition = response.headers["Content-Disposition"]
        response = redirect(store().address(key, media_type, disposition), 303)
    response.headers.update(HANDED_OVER)
    return response


def delete(key: str) -> None:
    """Remove the file; one that is already gone is no error. Raises OSError."""
    store().delete(key)


def discard(keys: Iterable[str]) -> None:
    """Have these files deleted once what is being written is committed: nothing between the two loses one."""
    db.session.add_all(Discarded(key=key) for key in keys)


def sweep() -> None:
    """Delete the files that were discarded, between transactions: nobody waits for the disk, or the bucket. One that
    cannot be deleted now stays for the next time."""
    waiting, gone = db.session.scalars(db.select(Discarded.key)).all(), []
    db.session.rollback()
    for key in waiting:
        try:
            delete(key)
            gone.append(key)
        except Unreachable:
            log.exception("files that were discarded wait until they can be deleted")
            break
        except OSError:
            log.exception("the file %s cannot be deleted", key)
    for key in gone:
        db.session.execute(db.delete(Discarded).filter_by(key=key))


def sweep_strays(now: datetime) -> None:
    """Delete what was written more than a day ago and no row names: the step that it belonged to was refused, or the
    power went before its row was there. Whatever has the length of a key counts as one that is named."""
    before, named = now - LEFT_ALONE, None
    for file in store().files():
        if file.modified >= before:
            continue
        if named is None:
            named = keys()
            db.session.rollback()  # it may take minutes, and nobody waits for the database meanwhile
        try:
            if file.key not in named:
                delete(file.key)
        except OSError:
            log.exception("the file %s cannot be deleted", file.key)
    store().drop_unfinished(before)


def keys(rows=db.session) -> set[str]:
    """The files that rows need; `rows` is a session or a connection."""
    columns = [
        column for table in db.metadata.sorted_tables for column in table.columns
        if isinstance(column.type, String) and column.type.length == KEY_LENGTH and table is not Discarded.__table__
    ]  # fmt: skip
    return {key for column in columns for key in rows.scalars(db.select(column)) if key}


def _pieces(source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif hasattr(source, "read"):
        while piece := source.read(PIECE):
            yield piece
    else:
        yield from source
