"""The journal: who did what to which thing, and when. Rows are only ever added, and form a chain.

Each row is sealed, with a key made from the secret key, over what it says and the seal of the row before it; the last
seal is also kept outside the database. Whoever changes, removes, inserts or reorders rows, or cuts the end off, is found
out by `verify`. The one thing of a person in it, the name of the member of staff who acted, is not sealed: it can be
blanked. The database itself refuses changes, and to remove what is younger than KEPT (migration 0007).
"""

import hmac
import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Index, String, event
from sqlalchemy.orm import Mapped, Session, mapped_column

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.database import ID, db

log = logging.getLogger(__name__)
KEPT = timedelta(days=365)
HEAD = "journal.head"  # in the data folder


class Entry(db.Model):
    """One row; what seals it is set when it is flushed. Ids are 1, 2, 3…: a number that is not there was removed."""

    __tablename__ = "journal"
    __table_args__ = (Index(None, "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_role: Mapped[Role]
    actor_name: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[str | None] = mapped_column(ID)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))  # "release:4f7k2m9q"
    previous: Mapped[str] = mapped_column(String(64))  # the seal of the row before, "" in the first one
    mac: Mapped[str] = mapped_column(String(64))


class Anchor(db.Model):
    """Where the journal begins since its oldest rows were purged: the last of those, sealed. One row at most."""

    __tablename__ = "journal_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class Link(NamedTuple):
    """A row that others are checked against."""

    id: int
    mac: str


class Finding(NamedTuple):
    """What is wrong with which row; 0 stands for what is kept beside the rows."""

    row: int
    sentence: str


BEGINNING = Link(0, "")
# What is sealed of each row, in the order in which `seal` takes it, and the seal; read bit by bit.
_SAID = (Entry.id, Entry.at, Entry.actor_role, Entry.actor_id, Entry.action, Entry.subject, Entry.previous)
_ROWS = db.select(*_SAID, Entry.mac).order_by(Entry.id).execution_options(yield_per=1000)


# Adding ---------------------------------------------------------------------------------------------------


def record(action: str, subject: str, *, by: Actor, at: datetime) -> None:
    """Add one row to the journal, in the transaction of the change itself. `subject` is "<kind>:<id>": it outlives what
    is erased, so nothing that tells who a person is. A GET view that records says `database.will_write(True)` first."""
    name = "" if by.role is Role.APPLICANT else by.name
    db.session.add(
        Entry(at=at, actor_role=by.role, actor_name=name, actor_id=by.id, action=action, subject=subject)
    )


@event.listens_for(Session, "before_flush")
def _link(session: Session, _context, _instances) -> None:
    """Seal the new rows, one behind the other: what writes takes turns, and a row's number cannot be taken twice."""
    entries = [one for one in session.new if isinstance(one, Entry)]
    if not entries:
        return
    last = _last(session)
    for entry in entries:
        entry.id, entry.previous = last.id + 1, last.mac
        entry.mac = seal(
            entry.id, entry.at, entry.actor_role, entry.actor_id, entry.action, entry.subject, last.mac
        )
        last = Link(entry.id, entry.mac)


def seal(id: int, at: datetime, role: str, actor_id: str | None, action: str, subject: str, previous: str) -> str:  # fmt: skip
    """The seal of a row that says this: HMAC-SHA256, in hexadecimal."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return _mac("row", id, moment, str(role), actor_id, action, subject, previous)


def _mac(*parts: str | int | None) -> str:
    key = f"journal:{current_app.config['SECRET_KEY']}".encode()
    return hmac.digest(key, json.dumps(parts).encode(), "sha256").hex()


def _last(session: Session) -> Link:
    newest = db.select(Entry.id, Entry.mac).order_by(Entry.id.desc()).limit(1)
    row = session.execute(newest).first()
    return Link(*row) if row else _anchored(session)


def _anchored(session: Session) -> Link:
    """The last row that was purged; an anchor that we did not seal is none."""
    anchor = session.execute(db.select(Anchor.last, Anchor.mac, Anchor.seal)).first()
    if anchor is None or anchor.seal != _mac("anchor", anchor.last, anchor.mac):
        return BEGINNING
    return Link(anchor.last, anchor.mac)


# Reading --------------------------------------------------------------------------------------------------


def is_ours() -> bool | None:
    """Whether the newest row is sealed with our secret key; None when there is no row."""
    newest = _ROWS.order_by(None).order_by(Entry.id.desc()).limit(1)
    row = db.session.execute(newest).first()
    return row and row.mac == seal(*row[:-1])


def history(subject: str) -> list[Entry]:
    """What happened to one thing, oldest first."""
    return list(db.session.scalars(db.select(Entry).filter_by(subject=subject).order_by(Entry.id)))


def verify() -> Iterator[Finding]:
    """Everything that is wrong with the chain, row by row; nothing when it is as it was written."""
    try:
        head = kept_head()  # read before the rows, which only grow
    except ValueError as forged:
        head = None
        yield Finding(0, str(forged))
    last = _anchored(db.session)
    for *row, mac in db.session.execute(_ROWS):
        number, previous = row[0], row[-1]
        if number > last.id + 1:
            yield _missing(last.id + 1, number - 1)
        if mac != seal(*row):
            yield Finding(number, f"row {number} was changed or put in, or the secret key is another one")
        elif number == last.id + 1 and previous != last.mac:
            yield Finding(number, f"row {number} does not follow row {last.id}")
        elif number <= last.id:
            yield Finding(number, f"row {number} stands before the journal's beginning")
        elif head and number == head.id and mac != head.mac:
            yield Finding(number, f"row {number} is not the one that {HEAD} remembers")
        last = Link(number, mac)
    if head and head.id > last.id:
        yield _missing(last.id + 1, head.id)


def _missing(first: int, last: int) -> Finding:
    return Finding(
        first, f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
    )


# The end, known outside the database ----------------------------------------------------------------------


def kept_head() -> Link | None:
    """The last row as it was noted in the data folder; None when nothing is. Raises ValueError when we did not write
    that note."""
    path = _head_file()
    if not path.exists():
        return None
    number, mac, sealed = [*path.read_text(errors="replace").split(), "", "", ""][:3]
    if sealed != _mac("head", number, mac):
        raise ValueError(f"{HEAD} was not written by Pressroom, or the secret key is another one")
    return Link(int(number), mac)


def lost_at() -> datetime | None:
    """When the data folder noted the last row, if the database does not bear that out: it is older than the folder (a
    backup was put back), or its end was cut off. None when all is well, or when nobody can tell."""
    try:
        known = kept_head()
    except ValueError:
        return None
    if known is None or _holds(known):
        return None
    return datetime.fromtimestamp(_head_file().stat().st_mtime, UTC)


def keep_head(now: datetime) -> None:
    """Falls due: note the last row in the data folder. A note that the database does not bear out any more is evidence
    that the end was cut off: it stays, until somebody has looked and removes the file."""
    last = _last(db.session)
    try:
        known = kept_head()
    except ValueError as forged:
        log.error("%s", forged)
        return
    if known and not _holds(known):
        log.error("the journal ends before row %s, which %s remembers", known.id, HEAD)
    elif last not in (known, BEGINNING):
        path = _head_file()
        new = path.with_suffix(".new")
        with new.open("w") as file:
            file.write(f"{last.id} {last.mac} {_mac('head', str(last.id), last.mac)}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def _holds(link: Link) -> bool:
    mac = db.session.scalar(db.select(Entry.mac).where(Entry.id == link.id))
    return mac == link.mac if mac else link.id <= _anchored(db.session).id


def _head_file() -> Path:
    return current_app.config["DATA_DIR"] / HEAD


# Purging --------------------------------------------------------------------------------------------------


def purge(before: datetime) -> int:
    """Remove the oldest rows, up to the first one after `before`, and none younger than KEPT; how many they were. The
    chain stays verifiable from there on. What does not verify is evidence, and stays with all that follows it."""
    db.session.flush()
    first, limit = _anchored(db.session), min(before, clock.now() - KEPT)
    last = first
    with db.session.execute(_ROWS) as rows:
        for *row, mac in rows:
            number, at, *_said, previous = row
            if at > limit:
                break
            if (number, previous, mac) != (last.id + 1, last.mac, seal(*row)):
                log.error("the journal is not purged from row %s on: it does not verify", number)
                break
            last = Link(number, mac)
    if last == first:
        return 0
    db.session.merge(Anchor(id=1, last=last.id, mac=last.mac, seal=_mac("anchor", last.id, last.mac)))
    return db.session.execute(db.delete(Entry).where(Entry.id <= last.id)).rowcount
