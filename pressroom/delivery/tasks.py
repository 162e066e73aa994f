"""What falls due in delivery: the messages that may leave now; and what is kept of old ones goes, its words first."""

from datetime import datetime

from flask import current_app
from sqlalchemy import delete, func, select, text, update

from pressroom import retention
from pressroom.database import db
from pressroom.delivery import bounces, boxes, postman
from pressroom.delivery.models import WITH_WORDS, Copy, Message, MessageEvent, State, Suppression

# What became of a message decides how long its words may still be needed.
WAITING = (State.HELD, State.QUEUED, State.SENDING)
FAILED = (State.REFUSED, State.EXPIRED, State.IN_DOUBT, State.BOUNCED, State.SUPPRESSED)
LEFT = (State.ACCEPTED, State.KEPT, State.CANCELLED)


def fall_due(now: datetime) -> None:
    """Hand over all that is due; in test mode it is kept for reading instead."""
    if current_app.config["MAIL_URL"]:
        postman.deliver(current_app.extensions["mailer"])
    else:
        postman.keep(now)


def read_mailbox(now: datetime) -> None:
    """Take in what has come back since the last time, once a minute at most. What the mailbox answers stops nothing:
    the desk shows it. Nobody is kept waiting: no transaction is open while its server is talked to."""
    mark = bounces.turn(now) if current_app.config["BOUNCES_URL"] else None
    db.session.commit()
    if mark is None:
        return
    try:
        bounces.was_read(*_returned(mark, now))
    except boxes.Trouble as trouble:
        bounces.failed(str(trouble), now)
    db.session.commit()


def _returned(mark: str, now: datetime) -> tuple[str, int]:
    """Read on from `mark`; up to where that was, and how many unread mails are for people. Raises boxes.Trouble."""
    waits = False
    with boxes.opened(current_app.config["BOUNCES_URL"]) as box:
        for mail in box.since(mark):
            fate = bounces.take(mail.raw, now)
            db.session.commit()
            if fate is bounces.Fate.FILED:
                box.file(mail.key)
            waits = waits or fate is bounces.Fate.LATER
            mark = mark if waits else mail.mark
        return mark, box.unread()


def purge(now: datetime) -> dict[str, int]:
    """Empty old messages, then forget them; how many, by row of retention.TABLE. What still waits is left alone."""
    forgotten = delete(Message).where(
        Message.created_at <= retention.before("messages", now), Message.state.not_in(WAITING)
    )
    handed = delete(Copy).where(Copy.at <= retention.before("copies", now))
    suppressed = delete(Suppression).where(Suppression.at <= retention.before("suppressions", now))
    return {
        "messages": db.session.execute(forgotten).rowcount,
        "words": _empty(WAITING + FAILED, retention.before("words", now)),
        "failed": _empty(WAITING + LEFT, retention.before("failed", now)),
        "copies": db.session.execute(handed).rowcount,
        "suppressions": db.session.execute(suppressed).rowcount,
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
    return db.session.execute(old.values(subject="", text="", html="", personal=None)).rowcount
