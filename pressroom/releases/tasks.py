"""What falls due: a release that readers can see now gets its number, in the order of appearance; drafts that nobody
took up again and preview links of long ago go."""

from datetime import datetime

from sqlalchemy import delete

from pressroom import retention
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Preview, Writing


def fall_due(now: datetime) -> None:
    """Number what has become public since the last time; nothing waits for this but the number."""
    workflow.number(now)
    db.session.commit()


def purge(now: datetime) -> dict[str, int]:
    """Delete drafts and preview links, with who opened them; how many, by row of retention.TABLE."""
    drafts = delete(Writing).where(Writing.seen_at <= retention.before("drafts", now))
    previews = delete(Preview).where(Preview.expires_at <= retention.before("previews", now))
    return {
        "drafts": db.session.execute(drafts).rowcount,
        "previews": db.session.execute(previews).rowcount,
    }
