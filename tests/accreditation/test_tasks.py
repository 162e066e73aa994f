from datetime import timedelta

import pytest

from pressroom import clock, storage
from pressroom.accreditation import drafts, tasks
from pressroom.accreditation.models import Document, Draft
from pressroom.database import db
from pressroom.media.intake import Taken
from tests import builders

TAKEN = Taken("carte.pdf", "application/pdf", b"%PDF-")


def a_draft(event, *, at):
    _, draft = drafts.open_under(None, event.id, at=at)
    drafts.replace_document(draft, TAKEN, at=at)
    db.session.commit()
    return draft


def test_what_was_never_sent_goes_after_two_days_with_its_files(app):
    event, now = builders.an_event(), clock.now()
    old, fresh = (a_draft(event, at=now - timedelta(hours=hours)) for hours in (49, 47))
    stray = drafts.stored(TAKEN, at=now - timedelta(hours=49))
    db.session.add(stray)
    kept = drafts.stored(TAKEN, at=now - timedelta(days=30))
    builders.an_application(event, documents=[kept])
    db.session.commit()
    gone = [old.documents[0].file_key, stray.file_key]
    left = {fresh.documents[0].file_key, kept.file_key}

    for _ in range(2):
        tasks.fall_due(now)

    assert db.session.scalars(db.select(Draft)).all() == [fresh]
    assert {document.file_key for document in db.session.scalars(db.select(Document))} == left
    for key in gone:
        with pytest.raises(storage.Missing):
            storage.path(key)
    assert all(storage.path(key).exists() for key in left)
