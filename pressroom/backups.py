"""A copy of the whole office in one folder, made while it works, and the way back into an empty one.

The database is one SQLite file, whatever the office has: it can be put back into either kind. Beside it lie the files that
it names, the key when no setting has it, and a manifest that is written last: the SHA-256 of each, and a seal.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, delete

from pressroom import clock, erasures, links, moving, storage
from pressroom.access import SYSTEM
from pressroom.database import db, writing
from pressroom.delivery import outgoing
from pressroom.moving import Impossible, Tell
from pressroom.staff.models import StaffSession
from pressroom.storage import Folder, Missing

DATABASE, MANIFEST, KEY, FILES = "pressroom.db", "manifest.json", "secret_key", "files"
MARGIN = timedelta(minutes=5)  # what was begun so long before a backup may not be in it
OFTEN = 500  # files


def back_up(folder: Path, tell: Tell) -> None:
    """Copy this office into an empty folder, which nobody else may read."""
    moving.demand_newest(db.engine)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Impossible(f"{folder} is not empty")
    folder.chmod(0o700)
    kept = Folder(folder / FILES)
    for _ in range(2):  # the second time what came during the first
        _take(storage.keys(), kept, tell)
        db.session.rollback()
    with db.engine.connect() as source:
        made_at, wanted, gone = _pinned(source, kept, tell)
        rows = _snapshot(source, folder / DATABASE, tell)
    for file in kept.files():
        if file.key not in wanted:  # deleted while others were copied
            kept.delete(file.key)
    erasures.keep(made_at)
    for name in (KEY, erasures.NAME):
        if (own := current_app.config["DATA_DIR"] / name).exists() and (name != KEY or _key_is_kept()):
            shutil.copy(own, folder / name)
    seal(
        folder,
        {"made_at": made_at.isoformat(), "migration": moving.revision(db.engine), "rows": rows, "gone": gone},
    )
    tell(
        f"{sum(rows.values()):,} rows and {len(wanted) - len(gone):,} files of {made_at:%Y-%m-%d %H:%M} UTC are in {folder}"
    )
    for key in gone:
        tell(f"The database named the file {key}, and it was not there.")


def restore(folder: Path, more: Iterable[Path], tell: Tell) -> None:
    """Put a backup into this empty office, in the transaction of the session: with its mail held, and whoever was erased
    since then erased again, as the data folder's file and `more` of that kind know it."""
    manifest = _verified(folder)
    moving.demand_empty(db.engine)
    made_at, now = datetime.fromisoformat(manifest["made_at"]), clock.now()
    erased = _erased_since(made_at, more)
    moving.upgrade(db.engine)
    kept = Folder(folder / FILES)
    for number, file in enumerate(kept.files(), 1):
        storage.store().put(file.key, file.pieces())
        if number % OFTEN == 0:
            tell(f"{number:,} files so far")
    with (
        tempfile.TemporaryDirectory(dir=current_app.config["DATA_DIR"]) as room,
        moving.reached(f"sqlite:///{shutil.copy(folder / DATABASE, room)}") as engine,
    ):
        moving.upgrade(engine)
        with engine.connect() as source:
            moving.copy(source, db.session.connection(), tell)
    outgoing.hold(SYSTEM, now, outgoing.RESTORED)
    db.session.execute(delete(StaffSession))  # whoever was signed in then may have left since
    count = erasures.again(erased, now)
    if (folder / KEY).exists():
        _write_key((folder / KEY).read_text())
    tell(f"The office of {made_at:%Y-%m-%d %H:%M} UTC is back; erased again: {count}.")
    tell("All mail is held: look at what waits, then run pressroom mail release.")


def _pinned(source: Connection, kept: Folder, tell: Tell) -> tuple[datetime, set[str], list[str]]:
    """From this moment on the connection sees nothing new; the moment, the files that are needed, those of them that are
    lost. Nobody writes until the last of them are copied, nor then deletes a file: that waits for its turn as well."""
    with db.engine.connect() as turn:
        with writing():
            turn.begin()
        moving.without_haste(turn)
        moving.without_haste(source)
        made_at, wanted = clock.now(), storage.keys(source)
        return made_at, wanted, _take(wanted, kept, tell)


def _take(keys: set[str], kept: Folder, tell: Tell) -> list[str]:
    """Copy these files, unless they are there; returns those that are lost."""
    gone, missing = [], keys - {file.key for file in kept.files()}
    for number, key in enumerate(sorted(missing), 1):
        try:
            kept.put(key, storage.find(key).pieces())
        except Missing:
            gone.append(key)
        if number % OFTEN == 0:
            tell(f"{number:,} of {len(missing):,} files so far")
    return gone


def _snapshot(source: Connection, path: Path, tell: Tell) -> dict[str, int]:
    """What this connection sees in a new SQLite file, while others go on writing; how many rows each table has."""
    path.touch(0o600)
    sqlite = source.dialect.name == "sqlite"
    if sqlite:
        with closing(sqlite3.connect(path)) as target:
            source.connection.dbapi_connection.backup(target)
    with moving.reached(f"sqlite:///{path}") as engine:
        if not sqlite:
            moving.upgrade(engine)
            with engine.begin() as connection:
                moving.copy(source, connection, tell)
        with engine.connect() as connection:
            (verdict, *_more) = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
            if verdict != "ok":
                raise Impossible(f"the database is damaged: {verdict}")
            return moving.counted(connection)


# The manifest ---------------------------------------------------------------------------------------------


def seal(folder: Path, said: dict) -> None:
    """Write the manifest, which says this and what lies in the folder."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST]
    said["files"] = {str(path.relative_to(folder)): _digest(path) for path in found}
    said["seal"] = _mac(said)
    path = folder / MANIFEST
    path.touch(0o600)
    os.sync()  # it says that the others are there
    path.write_text(json.dumps(said, indent=1))
    os.sync()


def _verified(folder: Path) -> dict:
    """What the manifest says, which every file bears out. The key that the backup holds is the one of this process from
    here on, unless a setting names one. Raises Impossible."""
    try:
        said = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as unfit:
        raise Impossible(f"{folder} is not a whole backup: it has no {MANIFEST}") from unfit
    if (folder / KEY).exists() and _key_is_kept():
        current_app.config["SECRET_KEY"] = (folder / KEY).read_text()
    if said.pop("seal", "") != _mac(said):
        raise Impossible("PRESSROOM_SECRET_KEY is not the one that this backup was made under, or its manifest was changed")  # fmt: skip
    for name, digest in said["files"].items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise Impossible(f"{path} is not as it was when the backup was made")
    return said


def _erased_since(made_at: datetime, more: Iterable[Path]) -> list[erasures.Erased]:
    own = current_app.config["DATA_DIR"] / erasures.NAME
    found = []
    for path in (*more, *([own] if own.exists() else ())):
        try:
            found += erasures.read(path)
        except ValueError as unfit:
            raise Impossible(f"{path} is not a file of erasures") from unfit
    return [one for one in found if one.at > made_at - MARGIN]


def _mac(said: dict) -> str:
    return links.mint("backup", json.dumps(said, sort_keys=True))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _key_is_kept() -> bool:
    """Whether the secret key is the one in the data folder, not a setting."""
    own = current_app.config["DATA_DIR"] / KEY
    return own.exists() and own.read_text() == current_app.config["SECRET_KEY"]


def _write_key(key: str) -> None:
    path = current_app.config["DATA_DIR"] / KEY
    path.touch(0o600)
    path.write_text(key)
