"""What falls due: a release that readers can see now gets its number, in the order of appearance."""

from datetime import datetime

from pressroom.database import db
from pressroom.releases import queries, workflow


def fall_due(now: datetime) -> None:
    """Number what has become public since the last time; nothing waits for this but the number."""
    for release in db.session.scalars(queries.unnumbered(now)):
        workflow.number(release)
        db.session.flush()
    db.session.commit()
