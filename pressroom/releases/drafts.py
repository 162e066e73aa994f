"""Words that somebody is writing and has not saved: kept for that person until they are, shown to nobody else;
and who is writing the same text at this moment.

A draft belongs to one opened editor, its *window*. Another window of the same person never writes over it: it
must take the words up first, or discard them.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pressroom import markup
from pressroom.access import Actor
from pressroom.database import db
from pressroom.forms import many_lines, one_line
from pressroom.releases.models import Words, Writing

# A window says that it is open every 30 seconds; whoever was seen within this time is still there.
HERE_FOR = timedelta(minutes=2)
NEW = "new"  # stands for the release's id as long as it has none


class Fate(StrEnum):
    """What became of words that were sent to be kept."""

    KEPT = "kept"
    SAME = "same"  # nothing in them that is not saved already
    OTHER = "other"  # another window holds unsaved words of this text, which come first


class Draft(NamedTuple):
    """Unsaved words as they were typed, and the revision that they began from (0 for none)."""

    release_id: str
    language: str
    typed: dict[str, str]
    began_from: int
    window: str
    at: datetime


def subject(release_id: str | None, language: str) -> str:
    """What drafts are kept under; a new release has no id yet."""
    return f"{release_id or NEW}:{language}"


def look(what: str, *, by: Actor, at: datetime) -> Writing:
    """Say that the person has the text open."""
    row = db.session.get(Writing, (by.id, what))
    if row is None:
        row = Writing(staff_id=by.id, what=what, began_from=0, words=None)
        db.session.add(row)
    row.seen_at = at
    return row


def keep(
    what: str, typed: dict[str, str], *, saved: Words | None, began_from: int, window: str, by: Actor, at: datetime
) -> Fate:  # fmt: skip
    """Keep what was typed unless it is what is `saved` already."""
    row = look(what, by=by, at=at)
    own = row.words is None or row.words["window"] == window
    if _says(typed) == (saved or Words("", "", "", "")):
        row.words = None if own else row.words
        return Fate.SAME
    if not own:
        return Fate.OTHER
    row.words = {**{name: typed[name] for name in Words._fields}, "window": window, "at": at.isoformat()}
    row.began_from = began_from
    return Fate.KEPT


def _says(typed: dict[str, str]) -> Words | None:
    """The words as they would be saved; None for a body that is too long to be."""
    try:
        body = markup.from_typed(many_lines(typed["body"]))
    except ValueError:
        return None
    return Words(one_line(typed["headline"]), one_line(typed["place"]), many_lines(typed["lead"]), body)


def kept(what: str, *, by: Actor) -> Draft | None:
    """The person's own unsaved words of this text."""
    row = db.session.get(Writing, (by.id, what))
    return _draft(row) if row and row.words else None


def every(*, by: Actor) -> list[Draft]:
    """All unsaved words of one person, the last ones first."""
    own = select(Writing).where(Writing.staff_id == by.id)
    drafts = [_draft(row) for row in db.session.scalars(own) if row.words]
    return sorted(drafts, key=lambda draft: draft.at, reverse=True)


def _draft(row: Writing) -> Draft:
    release_id, language = row.what.split(":")
    typed = {name: row.words[name] for name in Words._fields}
    at = datetime.fromisoformat(row.words["at"])
    return Draft(release_id, language, typed, row.began_from, row.words["window"], at)


def forget(what: str, *, window: str, by: Actor) -> None:
    """The words of this window are saved, or not wanted: they are no draft any more."""
    row = db.session.get(Writing, (by.id, what))
    if row and row.words and row.words["window"] == window:
        db.session.delete(row)


def others(what: str, *, by: Actor, at: datetime) -> list[Writing]:
    """Who else has the text open, the last seen first."""
    here = select(Writing).where(
        Writing.what == what, Writing.staff_id != by.id, Writing.seen_at > at - HERE_FOR
    )
    return list(db.session.scalars(here.order_by(Writing.seen_at.desc()).options(joinedload(Writing.staff))))
