"""Mail is written here, in the transaction of the change that it announces; the postman takes it from the table."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app, render_template
from sqlalchemy import delete, event, update

from pressroom import engine, links
from pressroom.access import Actor
from pressroom.database import db, new_id
from pressroom.delivery import mime, plain, texts
from pressroom.delivery.models import Dispatch, Doubt, Message, MessageEvent, Phase, State
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking

GIVE_UP = timedelta(hours=24)
LIVE = (State.HELD, State.QUEUED)
# Of no use after their hour, even if mail stood still meanwhile.
TIMELY = frozenset(
    {"accreditation_offered", "accreditation_reminder", "accreditation_eve", "release_preview"}
)
# What may be sent once more, as a message of its own: it has not arrived, or nobody can know.
FAILED = (
    State.REFUSED, State.BOUNCED, State.EXPIRED, State.SUPPRESSED, State.CANCELLED, State.KEPT, State.IN_DOUBT,
)  # fmt: skip
# What can still be kept from leaving: the postman who has claimed it finds out before its content leaves.
MAY_STAY = Message.state.in_(LIVE) | ((Message.state == State.SENDING) & (Message.phase == Phase.CLAIMED))
# What a message that is sent again has of the one that it stands for.
COPIED = (
    "notice", "about", "language", "reply_to", "subject", "text", "html", "in_reply_to", "dispatch_id", "body_id",
    "personal", "scope", "doubt",
)  # fmt: skip
CHUNK = 500  # rows written at once
# What a person makes of a message in doubt.
CHOICES = {"resend": State.QUEUED, "arrived": State.ACCEPTED, "drop": State.CANCELLED}


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
    scope: str | None = "",
    doubt: Doubt = Doubt.RESEND,
    **context,
) -> Message:
    """Compose `notice` (a folder of templates/mail/) in the reader's language and leave it for the postman.

    `hold` is how many seconds it waits before it may leave; `once` is a key that no second message may have;
    after `send_by` (24 hours by default) it is given up. `scope` says whose wish not to be written to holds, as
    Message.scope does; `doubt` what becomes of it when it may have left and nobody knows.
    """
    subject, text, html = compose(notice, language, **context)
    message_id = f"<{new_id(20)}@{_mail_domain()}>"
    ready = at + timedelta(seconds=hold)
    message = Message(
        notice=notice, about=about, once=once, recipient=to, language=language, reply_to=reply_to,
        subject=subject, text=text, html=html, message_id=message_id, in_reply_to=in_reply_to,
        created_at=at, state=State.HELD if hold else State.QUEUED, next_at=ready,
        send_by=send_by or ready + GIVE_UP, attempts=0, scope=scope, doubt=doubt,
    )  # fmt: skip
    message.events.append(MessageEvent(at=at, state=message.state, actor=""))
    db.session.add(message)
    ask_for_the_postman(ready)
    return message


def insert(dispatch: Dispatch, rows: Iterable[dict], at: datetime) -> int:
    """Write the messages of a dispatch, thousands at once; returns how many. A row whose `once` is taken is left out.

    A row holds recipient, language, subject and body_id; and may hold personal, scope, once, reply_to, next_at and what
    else a message has. Each gets the link that ends such mail, also as its personal word "leave".
    """
    common = {
        "dispatch_id": dispatch.id, "notice": f"dispatch_{dispatch.kind}", "about": dispatch.about or dispatch.subject,
        "text": "", "html": "", "created_at": at, "state": State.QUEUED, "next_at": at, "attempts": 0,
        "send_by": dispatch.send_by or at + GIVE_UP, "doubt": dispatch.doubt, "scope": "", "once": None,
        "reply_to": None, "in_reply_to": None,
    }  # fmt: skip
    domain, rows, written = _mail_domain(), list(rows), 0
    for first in range(0, len(rows), CHUNK):
        chunk = rows[first : first + CHUNK]
        taken = _taken([row["once"] for row in chunk if row.get("once")])
        new = [_of_dispatch({**common, **row}, domain) for row in chunk if row.get("once") not in taken]
        if new:
            db.session.execute(db.insert(Message), new)
            said = [{"message_id": row["id"], "at": at, "state": row["state"], "actor": ""} for row in new]
            db.session.execute(db.insert(MessageEvent), said)
        written += len(new)
    if written:
        ask_for_the_postman(at)
    return written


def _taken(keys: list[str]) -> set[str]:
    return set(db.session.scalars(db.select(Message.once).where(Message.once.in_(keys)))) if keys else set()


def _of_dispatch(row: dict, domain: str) -> dict:
    id = new_id()
    digest, address = _leaving(id)
    own = {"id": id, "message_id": f"<{new_id(20)}@{domain}>", "link_digest": digest}
    return {**row, **own, "personal": {**(row.get("personal") or {}), "leave": address}}


def _leaving(id: str) -> tuple[str, str]:
    """The link that ends such mail for whoever gets this message: what is stored of it, and its address."""
    token = links.mint("leave", id)
    return links.digest(token), links.absolute("alerts.leave", token=token)


def again(message: Message, *, to: str | None = None, by: Actor, at: datetime) -> Message:
    """Write the same words to the same person, or at another address of theirs (`to`), as a new message.

    Raises Refused when it has left or may still leave, when its words are deleted, or when that was done already.
    """
    db.session.refresh(message, with_for_update=True)
    if message.state not in FAILED:
        raise Refused(_("This message has left or will still leave: it cannot be sent again."))
    if message.is_emptied:
        raise Refused(_("The text of this message has been deleted: write to the person anew."))
    if db.session.scalar(db.select(Message.id).filter_by(replaces_id=message.id).limit(1)):
        raise Refused(_("This message has been sent again already."))
    copied = {name: getattr(message, name) for name in COPIED}
    id = new_id()
    if message.link_digest:
        digest, address = _leaving(id)
        copied |= {"link_digest": digest, "personal": {**(message.personal or {}), "leave": address}}
    new = Message(
        **copied, id=id, recipient=to or message.recipient, replaces_id=message.id, created_at=at, next_at=at,
        message_id=f"<{new_id(20)}@{_mail_domain()}>", state=State.QUEUED, send_by=_in_time(message, at), attempts=0,
    )  # fmt: skip
    new.events.append(MessageEvent(at=at, state=State.QUEUED, actor=by.name))
    db.session.add(new)
    ask_for_the_postman(at)
    return new


def resolve(message: Message, choice: str, *, by: Actor, at: datetime) -> None:
    """Say what to make of a message in doubt: "resend" it, believe that it "arrived", or "drop" it.

    Raises Refused when nobody doubts any more.
    """
    db.session.refresh(message, with_for_update=True)
    if message.state is not State.IN_DOUBT:
        raise Refused(_("This message is no longer in doubt."))
    message.state = CHOICES[choice]
    message.events.append(MessageEvent(at=at, state=message.state, actor=by.name))
    if message.state is State.QUEUED:
        message.next_at, message.send_by = at, _in_time(message, at)
        ask_for_the_postman(at)
    elif message.state is State.ACCEPTED:
        message.accepted_at = at


def _in_time(message: Message, at: datetime) -> datetime:
    """Until when to try what somebody asks for at `at`: the old hour, unless it has passed."""
    return message.send_by if message.send_by > at else at + GIVE_UP


def keep_waiting(now: datetime) -> None:
    """All mail stands still: what waits is not given up for that, but what is of no use after its hour."""
    soon = Message.send_by < now + GIVE_UP - timedelta(hours=1)  # not every row at every minute
    own_hour = Message.notice.in_(TIMELY) | Message.dispatch.has(Dispatch.send_by.is_not(None))
    later = update(Message).where(Message.state.in_(LIVE), soon, ~own_hour).values(send_by=now + GIVE_UP)
    db.session.execute(later.execution_options(synchronize_session=False))


def ask_for_the_postman(at: datetime) -> None:
    """Have the worker look at `at`, once what is being written is committed."""
    wanted = db.session.info.get("wake_at")
    db.session.info["wake_at"] = min(wanted, at) if wanted else at


def compose(notice: str, language: str, *, edited: texts.Edited | None = None, **context) -> tuple[str, str, str]:  # fmt: skip
    """Subject (one line), plain text and HTML of a notice, in `language`: in the words of `edited`, else in those that
    the press office has put there, else in its own."""
    edited = edited or texts.fitting(notice, language, context)
    original = f"mail/{notice}/body.html"
    with speaking(language):
        if edited:
            layout = texts.layout(edited)
            html = render_template("mail/_edited.html", original=original, edited=layout, **context)
            subject = texts.subject_of(html)
        else:
            subject = render_template(f"mail/{notice}/subject.txt", **context)
            html = render_template(original, **context)
    return " ".join(subject.split("\n")).strip(), plain.text_of(html), html


def cancel(about: str, *, at: datetime, by: Actor, notices: tuple[str, ...] = ()) -> int:
    """Cancel what has not left about a thing (only `notices`, when given); returns how many messages that was."""
    waiting = Message.about == about
    if notices:
        waiting &= Message.notice.in_(notices)
    return _cancel(waiting, at, by)


def cancel_dispatch(dispatch: Dispatch, *, at: datetime, by: Actor) -> int:
    """Cancel what has not left of a dispatch; returns how many messages that was."""
    return _cancel(Message.dispatch_id == dispatch.id, at, by)


def _cancel(which, at: datetime, by: Actor) -> int:
    ids = db.session.scalars(db.select(Message.id).where(which, MAY_STAY).with_for_update()).all()
    nobodys = {"phase": None, "lease_owner": None, "lease_until": None}
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        stays = db.update(Message).where(Message.id.in_(chunk))
        db.session.execute(stays.values(state=State.CANCELLED, **nobodys))
        said = [{"message_id": id, "at": at, "state": State.CANCELLED, "actor": by.name} for id in chunk]
        db.session.execute(db.insert(MessageEvent), said)
    return len(ids)


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
    return mime.address(current_app.config["MAIL_FROM"]).rpartition("@")[2]


@event.listens_for(db.session, "after_commit")
def _wake_the_postman(session) -> None:
    at = session.info.pop("wake_at", None)
    if at:
        engine.wake(current_app, at)


@event.listens_for(db.session, "after_rollback")
def _forget(session) -> None:
    session.info.pop("wake_at", None)
