"""What falls due: a release that readers can see now gets its number, in the order of appearance."""

from datetime import datetime

from pressroom.database import db
from pressroom.releases import drafts, workflow


def fall_due(now: datetime) -> None:
    """Number what has become public since the last time; nothing waits for this but the number. Drafts that nobody
    took up again go."""
    workflow.number(now)
    drafts.expire(now)
    db.session.commit()
