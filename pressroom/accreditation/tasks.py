"""What falls due: forms that nobody sent are forgotten after two days, and their files with them."""

from datetime import datetime, timedelta

from pressroom import storage
from pressroom.accreditation import queries
from pressroom.database import db

KEEP_UNSENT = timedelta(hours=48)


def fall_due(now: datetime) -> None:
    """Delete old drafts and documents that belong to nothing, then, once that is committed, their files."""
    before = now - KEEP_UNSENT
    gone = queries.stray_documents(before)
    for draft in queries.stale_drafts(before):
        gone += draft.documents
        db.session.delete(draft)
    for document in gone:
        db.session.delete(document)
    keys = [document.file_key for document in gone]
    db.session.commit()
    for key in keys:
        storage.delete(key)
