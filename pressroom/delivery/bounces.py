"""What becomes of a message that comes back, and of whoever it was for.

A report counts when it is about a message that we know: by the sealed address that it came back to (verp.py), or, where
no such addresses are used, by the name that the envelope gave the message. It is never believed about anything else.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import func, select

from pressroom.database import db
from pressroom.delivery import dsn, suppressions, verp
from pressroom.delivery.dsn import Kind, Report
from pressroom.delivery.models import Mailbox, Message, MessageEvent, Reason, State

PAUSE = timedelta(minutes=1)  # between two looks into the mailbox
SOFT, WITHIN = 3, timedelta(days=30)  # so many messages come back within so long: the address is given up
MAY_BOUNCE = (State.ACCEPTED, State.IN_DOUBT, State.QUEUED)  # queued: tried again after a doubt
# Permanent failures, by subject (RFC 3463 section 3), that say that mail to this address is in vain; and what is not
# the address's fault among them: our own address, a full mailbox, a mail too long, a server that did not answer in time.
LASTING = ("0", "1", "2", "4")
PASSING = {"5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.4.7", "5.4.300", "5.4.316"}


class Fate(StrEnum):
    """What to make of a mail that was read."""

    FILED = "filed"  # it was a report on a message of ours
    LATER = "later"  # its message is being sent at this moment
    LEFT = "left"  # it is for people


def take(raw: bytes, at: datetime) -> Fate:
    """Read one mail and write down what it says of a message. The same report again changes nothing."""
    report = dsn.read(raw)
    message_id = report and _message_of(report)
    if not message_id:
        return Fate.LEFT
    message = db.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or _never_left(message):
        return Fate.LEFT
    if message.state is State.SENDING:
        return Fate.LATER
    if report.kind is Kind.FAILED:
        _bounce(message, report, at)
    elif not any(event.stage == report.kind for event in message.events):
        _note(message, report.kind, report, at)
        if report.kind is Kind.COMPLAINT:
            scope = message.scope or ""
            suppressions.add(message.recipient, scope, Reason.UNSUBSCRIBED, note=report.reply, at=at)
    return Fate.FILED


def _message_of(report: Report) -> str | None:
    """Which message it is about. An envelope name is no proof where the sealed address should have been."""
    if current_app.config["BOUNCES_ADDRESS"]:
        return verp.message_of(report.addresses)
    return report.envelope_id[:16].lower()


def _never_left(message: Message) -> bool:
    return message.state in (State.HELD, State.KEPT) or (
        message.state is State.QUEUED and not message.attempts
    )


def _bounce(message: Message, report: Report, at: datetime) -> None:
    if message.state not in MAY_BOUNCE:
        return
    message.state = State.BOUNCED
    message.smtp_stage, message.smtp_code, message.smtp_reply = "bounce", report.code, report.reply or None
    _note(message, "bounce", report, at)
    db.session.flush()
    reason = lasting(report.status)
    if reason is None and _returned(message, at) >= SOFT:
        reason = Reason.BOUNCED
    if reason:
        suppressions.add(message.recipient, "", reason, note=report.reply, at=at)


def lasting(status: str) -> Reason | None:
    """Why mail to an address is in vain from now on, after an enhanced status such as "5.1.1"; None when another message
    may well arrive: policy and content (5.6, 5.7) are about this message, 4 about this moment."""
    kind, _, rest = status.partition(".")
    subject = rest.partition(".")[0]
    if kind != "5" or subject not in LASTING or status in PASSING:
        return None
    return Reason.UNKNOWN if subject == "1" else Reason.BOUNCED


def _returned(message: Message, at: datetime) -> int:
    """How many messages to this recipient have come back lately, this one included."""
    recent = select(func.count(func.distinct(Message.id))).join(MessageEvent).where(
        Message.recipient.in_({message.recipient, message.recipient.lower()}),
        MessageEvent.stage == "bounce", MessageEvent.at > at - WITHIN,
    )  # fmt: skip
    return db.session.scalar(recent)


def _note(message: Message, stage: str, report: Report, at: datetime) -> None:
    message.events.append(
        MessageEvent(
            at=at, state=message.state, actor="", stage=stage, code=report.code, reply=report.reply or None
        )
    )


# The mailbox ----------------------------------------------------------------------------------------------


def turn(now: datetime) -> str | None:
    """Up to where the mailbox has been read, when it is time to look into it again; the next turn is a minute later,
    whoever takes this one."""
    row = db.session.get(Mailbox, 1, with_for_update=True, populate_existing=True)
    if row is None:
        row = Mailbox(id=1, mark="", others=0, failure="")
        db.session.add(row)
    elif row.read_at > now - PAUSE:
        return None
    row.read_at = now
    return row.mark


def was_read(mark: str, others: int) -> None:
    """Note up to where the mailbox was read, and how many unread mails in it are for people."""
    row = db.session.get(Mailbox, 1)
    row.mark, row.others, row.failing_since, row.failure = mark, others, None, ""


def failed(why: str, now: datetime) -> None:
    """Note that the mailbox cannot be read, and why, in its server's words."""
    row = db.session.get(Mailbox, 1)
    row.failing_since, row.failure = row.failing_since or now, why[:500]


def mailbox() -> Mailbox | None:
    """The mailbox as it was last read; None when none is set, or nobody has looked yet."""
    return db.session.get(Mailbox, 1) if current_app.config["BOUNCES_URL"] else None
