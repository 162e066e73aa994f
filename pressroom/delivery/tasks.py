"""What falls due in delivery: the messages that may leave now; and what is kept of old ones goes, its words first."""

from datetime import datetime

from flask import current_app
from sqlalchemy import delete, func, select, text, update

from pressroom import retention
from pressroom.database import db
from pressroom.delivery import postman
from pressroom.delivery.models import WITH_WORDS, Copy, Message, MessageEvent, State

# What became of a message decides how long its words may still be needed.
WAITING = (State.HELD, State.QUEUED, State.SENDING)
FAILED = (State.REFUSED, State.EXPIRED, State.IN_DOUBT)
LEFT = (State.ACCEPTED, State.KEPT, State.CANCELLED)


def fall_due(now: datetime) -> None:
    """Hand over all that is due; in test mode it is kept for reading instead."""
    if current_app.config["MAIL_URL"]:
        postman.deliver(current_app.extensions["mailer"], sender=current_app.config["MAIL_FROM"])
    else:
        postman.keep(now)


def purge(now: datetime) -> dict[str, int]:
    """Empty old messages, then forget them; how many, by row of retention.TABLE. What still waits is left alone."""
    forgotten = delete(Message).where(
        Message.created_at <= retention.before("messages", now), Message.state.not_in(WAITING)
    )
    handed = delete(Copy).where(Copy.at <= retention.before("copies", now))
    return {
        "messages": db.session.execute(forgotten).rowcount,
        "words": _empty(WAITING + FAILED, retention.before("words", now)),
        "failed": _empty(WAITING + LEFT, retention.before("failed", now)),
        "copies": db.session.execute(handed).rowcount,
    }


def _empty(others: tuple[State, ...], before: datetime) -> int:
    """Take the words out of messages whose fate has been settled since `before` and is none of `others` (said that way
    round, nearly all messages being in one state, so that SQLite looks for their age and not for their state)."""
    settled = select(func.max(MessageEvent.at)).where(MessageEvent.message_id == Message.id).scalar_subquery()
    old = update(Message).where(
        text(WITH_WORDS),
        Message.created_at <= before,
        Message.state.not_in(others),
        func.coalesce(settled, Message.created_at) <= before,
    )
    return db.session.execute(old.values(subject="", text="", html="")).rowcount
