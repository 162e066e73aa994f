"""Mail is written here, in the transaction of the change that it announces; the postman takes it from the table."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app, render_template
from sqlalchemy import delete, event

from pressroom import engine
from pressroom.access import Actor
from pressroom.database import db, new_id
from pressroom.delivery import plain
from pressroom.delivery.models import Message, MessageEvent, State
from pressroom.i18n import speaking

GIVE_UP = timedelta(hours=24)
LIVE = (State.HELD, State.QUEUED)


def put(
    notice: str,
    *,
    to: str,
    language: str,
    about: str,
    at: datetime,
    hold: int = 0,
    once: str | None = None,
    reply_to: str | None = None,
    in_reply_to: str | None = None,
    send_by: datetime | None = None,
    **context,
) -> Message:
    """Compose `notice` (a folder of templates/mail/) in the reader's language and leave it for the postman.

    `hold` is how many seconds it waits before it may leave; `once` is a key that no second message may have;
    after `send_by` (24 hours by default) it is given up.
    """
    subject, text, html = compose(notice, language, **context)
    message_id = f"<{new_id(20)}@{_mail_domain()}>"
    ready = at + timedelta(seconds=hold)
    message = Message(
        notice=notice, about=about, once=once, recipient=to, language=language, reply_to=reply_to,
        subject=subject, text=text, html=html, message_id=message_id, in_reply_to=in_reply_to,
        created_at=at, state=State.HELD if hold else State.QUEUED, next_at=ready,
        send_by=send_by or ready + GIVE_UP, attempts=0,
    )  # fmt: skip
    message.events.append(MessageEvent(at=at, state=message.state, actor=""))
    db.session.add(message)
    ask_for_the_postman(ready)
    return message


def ask_for_the_postman(at: datetime) -> None:
    """Have the worker look at `at`, once what is being written is committed."""
    wanted = db.session.info.get("wake_at")
    db.session.info["wake_at"] = min(wanted, at) if wanted else at


def compose(notice: str, language: str, **context) -> tuple[str, str, str]:
    """Subject (one line), plain text and HTML of a notice, in `language`."""
    with speaking(language):
        subject, html = (
            render_template(f"mail/{notice}/{part}", **context) for part in ("subject.txt", "body.html")
        )
    return " ".join(subject.split("\n")).strip(), plain.text_of(html), html


def cancel(about: str, *, at: datetime, by: Actor, notices: tuple[str, ...] = ()) -> int:
    """Cancel what has not left about a thing (only `notices`, when given); returns how many messages that was."""
    waiting = db.select(Message).where(Message.about == about, Message.state.in_(LIVE))
    if notices:
        waiting = waiting.where(Message.notice.in_(notices))
    messages = db.session.scalars(waiting.with_for_update()).all()
    for message in messages:
        message.state = State.CANCELLED
        message.events.append(MessageEvent(at=at, state=State.CANCELLED, actor=by.name))
    return len(messages)


def restore(about: str, *, cancelled_at: datetime, at: datetime, by: Actor) -> None:
    """Have what was cancelled about a thing at exactly that moment leave after all: its cause has been taken back."""
    then = Message.events.any((MessageEvent.state == State.CANCELLED) & (MessageEvent.at == cancelled_at))
    cancelled = db.select(Message).where(Message.about == about, Message.state == State.CANCELLED, then)
    for message in db.session.scalars(cancelled.with_for_update()):
        message.state = State.HELD if message.next_at > at else State.QUEUED
        message.events.append(MessageEvent(at=at, state=message.state, actor=by.name))
        ask_for_the_postman(message.next_at)


def forget(subjects: Iterable[str]) -> None:
    """Delete every message about these things, sent or not, with what became of it."""
    db.session.execute(delete(Message).where(Message.about.in_(list(subjects))))


def _mail_domain() -> str:
    return current_app.config["MAIL_FROM"].rpartition("@")[2].rstrip("> ")


@event.listens_for(db.session, "after_commit")
def _wake_the_postman(session) -> None:
    at = session.info.pop("wake_at", None)
    if at:
        engine.wake(current_app, at)


@event.listens_for(db.session, "after_rollback")
def _forget(session) -> None:
    session.info.pop("wake_at", None)
