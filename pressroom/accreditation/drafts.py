"""What somebody types before it is sent: kept under a key that only their browser holds, with the files already given."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import insert

from pressroom import links, storage
from pressroom.accreditation import queries
from pressroom.accreditation.models import Document, Draft
from pressroom.database import db, new_id
from pressroom.media.intake import Taken


def keep(
    key: str | None,
    event_id: str,
    *,
    fields: dict,
    ready: bool,
    given: Mapping[str, Document | None],
    at: datetime,
) -> str:
    """Keep what was typed under this key, or else under a new one; which one. `given` are the files that answer a field
    from now on (None: none does)."""
    draft = queries.draft(links.digest(key), event_id) if key else None
    if key is None or draft is None:
        key, number = new_id(26), new_id()
        row = {"id": number, "key": links.digest(key), "event_id": event_id, "fields": fields, "ready": ready}
        # Most forms come once and without files: one statement is all that these cost.
        db.session.connection().execute(insert(Draft.__table__), {**row, "created_at": at})
        draft = db.session.get_one(Draft, number) if given else None
    else:
        draft.fields, draft.ready = fields, ready
    for kind, document in given.items():
        _drop(draft, [old for old in draft.documents if old.kind == kind])
        if document:
            draft.documents.append(document)
    return key


def keep_only(draft: Draft, kinds: Collection[str]) -> None:
    """Leave out the files that answer other fields: a form that changed its category asks for others."""
    _drop(draft, [document for document in draft.documents if document.kind not in kinds])


def discard(draft: Draft) -> None:
    """Forget the draft and its files."""
    _drop(draft, list(draft.documents))
    db.session.delete(draft)


def stored(taken: Taken, *, kind: str = "proof_file", at: datetime) -> Document:
    """The row of a file that has just been stored. Raises storage.Unreachable."""
    return Document(
        name=taken.name,
        media_type=taken.media_type,
        size=len(taken.data),
        kind=kind,
        digest=taken.digest,
        file_key=storage.put(taken.data),
        created_at=at,
    )


def _drop(draft: Draft, documents: list[Document]) -> None:
    storage.discard(document.file_key for document in documents)
    for document in documents:
        draft.documents.remove(document)
        db.session.delete(document)
