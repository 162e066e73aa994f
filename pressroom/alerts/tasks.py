"""What falls due among subscriptions: what nobody confirmed is forgotten, and what has ended."""

from datetime import datetime

from sqlalchemy import delete, select

from pressroom import retention
from pressroom.alerts.models import Subscription
from pressroom.database import db
from pressroom.delivery import outbox


def purge(now: datetime) -> dict[str, int]:
    """Delete both; how many, by row of retention.TABLE. What asked to confirm them goes with them."""
    before = retention.before("subscriptions", now)
    waiting = Subscription.confirmed_at.is_(None) & (Subscription.created_at <= before)
    over = db.session.scalars(select(Subscription).where(waiting | (Subscription.ended_at <= before))).all()
    if over:
        outbox.forget(one.subject for one in over)
        db.session.execute(delete(Subscription).where(Subscription.id.in_([one.id for one in over])))
    return {"subscriptions": len(over)}
