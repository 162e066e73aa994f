"""Takes messages from the table to the mail server, so that killing it at any moment loses none.

A message is claimed in one short transaction, under a lease; no transaction is open while the server is
talked to. Just before the content may leave, `phase` becomes DATA in a second one: an interrupted message
that had not come so far is sent again without risk. One that had come so far may have left: it is sent
again too, byte for byte the same (a missing decision is worse than two), and its history says so.
"""

import hashlib
import os
import secrets
import socket
from datetime import datetime, timedelta
from random import random
from typing import NamedTuple

from sqlalchemy import update

from pressroom import clock
from pressroom.database import db
from pressroom.delivery import mime, outbox
from pressroom.delivery.models import Message, MessageEvent, Phase, State
from pressroom.delivery.transport import Connection, Kind, Mail, Outcome, Stage

# Longer than one command's and three after-dot timeouts of the transport.
LEASE = timedelta(minutes=20)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
TRANSPORT_PAUSE = timedelta(minutes=1)
MACHINE = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


class Claimed(NamedTuple):
    """What the postman carries: plain values, so that no transaction is needed to read them."""

    id: str
    owner: str
    recipient: str
    content: dict


def deliver(mail: Mail, *, sender: str) -> int:
    """Send all that is due now; returns how many messages the server accepted.

    Stops at the first trouble that is the server's and not a recipient's: the others wait with it.
    """
    accepted = 0
    with mail.connect() as connection:
        take_over(clock.now())
        while claimed := claim(clock.now()):
            outcome = _attempt(connection, claimed, sender)
            accepted += outcome.kind is Kind.ACCEPTED
            if outcome.kind is Kind.TRANSPORT_TROUBLE:
                break
    return accepted


def take_over(now: datetime) -> None:
    """Free what a dead postman held, release what its undo delay has passed, give up what is too late."""
    for message in _locked(Message.state == State.SENDING):
        if message.lease_until >= now and not _is_dead(message.lease_owner):
            continue
        if message.phase is Phase.DATA:
            _move(message, State.IN_DOUBT, now)
        _again(message, now, timedelta(0))
    for message in _locked(Message.state == State.HELD, Message.next_at <= now):
        _move(message, State.QUEUED, now)
    for message in _locked(Message.state == State.QUEUED, Message.send_by < now):
        _move(message, State.EXPIRED, now)
    db.session.commit()


def keep(now: datetime) -> None:
    """What the postman does in test mode: nothing leaves."""
    take_over(now)
    for message in _locked(Message.state == State.QUEUED, Message.next_at <= now):
        _move(message, State.KEPT, now)
    db.session.commit()


def _is_dead(owner: str) -> bool:
    """Whether the process that claimed it ran on this machine and is gone: nobody need wait for its lease."""
    machine, _, rest = owner.partition(":")
    if machine != MACHINE:
        return False
    try:
        os.kill(int(rest.partition(":")[0]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, and is somebody else's
        return False
    return False


def _locked(*conditions) -> list[Message]:
    """Messages that nobody else is changing at this moment."""
    return list(db.session.scalars(db.select(Message).where(*conditions).with_for_update(skip_locked=True)))


def claim(now: datetime) -> Claimed | None:
    """Take the oldest message that is due, under a lease; None when there is none."""
    owner = f"{MACHINE}:{os.getpid()}:{secrets.token_hex(4)}"
    due = (
        db.select(Message.id)
        .where(Message.state == State.QUEUED, Message.next_at <= now)
        .order_by(Message.next_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = db.session.execute(
        update(Message)
        .where(Message.id.in_(due.scalar_subquery()))
        .values(
            state=State.SENDING, phase=Phase.CLAIMED, lease_owner=owner, lease_until=now + LEASE,
            attempts=Message.attempts + 1,
        )
        .returning(Message)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()  # fmt: skip
    carried = taken and Claimed(taken.id, owner, taken.recipient, _content(taken))
    if taken:
        taken.events.append(MessageEvent(at=now, state=State.SENDING, actor=""))
    db.session.commit()
    return carried


def _content(message: Message) -> dict:
    return {
        "message_id": message.message_id, "dated_at": message.created_at, "recipient": message.recipient,
        "reply_to": message.reply_to, "subject": message.subject, "text": message.text, "html": message.html,
        "language": message.language, "in_reply_to": message.in_reply_to,
    }  # fmt: skip


def _attempt(connection: Connection, claimed: Claimed, sender: str) -> Outcome:
    def before_data() -> bool:
        """Commit that the content may leave from here; False when the lease has passed to somebody else."""
        now = clock.now()
        ours = db.session.execute(
            update(Message)
            .where(
                Message.id == claimed.id, Message.lease_owner == claimed.owner,
                Message.state == State.SENDING, Message.lease_until > now,
            )
            .values(phase=Phase.DATA, lease_until=now + LEASE)
        ).rowcount  # fmt: skip
        db.session.commit()
        return ours == 1

    try:
        raw = mime.build(sender=sender, **claimed.content)
        outcome = connection.deliver(raw, sender=sender, recipient=claimed.recipient, before_data=before_data)
    except (
        ValueError
    ) as unfit:  # an address or a header that no mail may carry: this one stops, the others go on
        outcome = Outcome(Kind.PERMANENT, Stage.MAIL, None, str(unfit))
    _note(claimed, outcome, clock.now())
    return outcome


def _note(claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record what became of the attempt, unless somebody else has taken the message over meanwhile."""
    message = db.session.scalar(
        db.select(Message).where(Message.id == claimed.id, Message.lease_owner == claimed.owner)
    )
    if message is None or outcome.kind is Kind.LEASE_LOST:
        db.session.rollback()
        return
    message.smtp_stage, message.smtp_code, message.smtp_reply = outcome.stage, outcome.code, outcome.reply
    wait = BACKOFF[min(message.attempts, len(BACKOFF)) - 1] * (1 + random() / 10)
    match outcome.kind:
        case Kind.ACCEPTED:
            _move(message, State.ACCEPTED, now, outcome)
            message.accepted_at = now
        case Kind.PERMANENT:
            _move(message, State.REFUSED, now, outcome)
        case Kind.IN_DOUBT:
            _move(message, State.IN_DOUBT, now, outcome)
            _again(message, now, wait)
        case Kind.TRANSIENT:
            _again(message, now, wait, outcome)
        case Kind.TRANSPORT_TROUBLE:
            message.attempts -= 1  # the recipient had no part in it
            _again(message, now, TRANSPORT_PAUSE, outcome)
            _pause_all(now + TRANSPORT_PAUSE)
    db.session.commit()


def _again(message: Message, now: datetime, wait: timedelta, outcome: Outcome | None = None) -> None:
    _move(message, State.QUEUED, now, outcome)
    message.next_at = now + wait
    outbox.ask_for_the_postman(message.next_at)


def _pause_all(until: datetime) -> None:
    """While the server is in trouble nothing else is tried either: one try a minute is enough to know."""
    db.session.execute(
        update(Message).where(Message.state == State.QUEUED, Message.next_at < until).values(next_at=until)
    )


def _move(message: Message, state: State, now: datetime, outcome: Outcome | None = None) -> None:
    message.state = state
    message.phase = message.lease_owner = message.lease_until = None
    reported = {"stage": outcome.stage, "code": outcome.code, "reply": outcome.reply} if outcome else {}
    message.events.append(MessageEvent(at=now, state=state, actor="", **reported))
