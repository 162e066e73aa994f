"""What somebody types before it is sent: kept under a key that only their browser holds, with the files already given."""

from collections.abc import Collection
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


def put_document(draft: Draft, kind: str, given: Document | None) -> None:
    """Keep this file as the draft's answer to the field `kind`, instead of what it had (None: keep nothing)."""
    _drop(draft, [document for document in draft.documents if document.kind == kind])
    if given:
        draft.documents.append(given)


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
