"""Who was handed which revision of something, so that they can be told when it is corrected."""

from datetime import datetime

from pressroom.database import db
from pressroom.delivery.models import Copy


def hand(about: str, revision: int, *, recipient: str, language: str, by: str, at: datetime) -> None:
    """Remember that `recipient` (an address; they read `language`) was handed this revision, once however often they
    take it. `by` is "message", "kit" or "preview"."""
    same = db.select(Copy.id).filter_by(about=about, revision=revision, recipient=recipient)
    if db.session.scalar(same.limit(1)) is None:
        db.session.add(
            Copy(about=about, revision=revision, recipient=recipient, language=language, by=by, at=at)
        )
