"""What somebody types before it is sent: kept under a key that only their browser holds, with the file already given."""

from datetime import datetime

from pressroom import links, storage
from pressroom.accreditation import queries
from pressroom.accreditation.models import Document, Draft
from pressroom.database import db, new_id
from pressroom.media.intake import Taken


def open_under(key: str | None, event_id: str, *, at: datetime) -> tuple[str, Draft]:
    """The draft of this key and its key, or a new one of each."""
    draft = queries.draft(links.digest(key), event_id) if key else None
    if key is None or draft is None:
        key = new_id(26)
        draft = Draft(key=links.digest(key), event_id=event_id, fields={}, ready=False, created_at=at)
        db.session.add(draft)
    return key, draft


def replace_document(draft: Draft, taken: Taken | None, *, at: datetime) -> list[str]:
    """Keep this file with the draft instead of what it had (None: keep nothing).

    Gives the keys of the files to delete once the change is committed.
    """
    old = [document.file_key for document in draft.documents]
    for document in list(draft.documents):
        db.session.delete(document)
    draft.documents = [stored(taken, at=at)] if taken else []
    return old


def stored(taken: Taken, *, at: datetime) -> Document:
    """The row of a file that has just been stored."""
    return Document(
        name=taken.name,
        media_type=taken.media_type,
        size=len(taken.data),
        file_key=storage.put(taken.data),
        created_at=at,
    )
