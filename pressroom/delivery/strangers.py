"""Mails that anybody can cause to an address which nobody has confirmed: how many of them one address may get.

It may belong to somebody else (mail bombing), so the limit is counted from the messages themselves, over every form.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update

from pressroom import links
from pressroom.database import db
from pressroom.delivery.models import Message, MessageEvent, State

# Every such notice.
NOTICES = (
    "accreditation_received",
    "accreditation_found",
    "accreditation_already",
    "alert_confirm",
    "alert_known",
    "kit_link",
)
PAUSE, DAY = timedelta(minutes=15), timedelta(hours=24)
NEVER_LEFT = (State.HELD, State.QUEUED, State.CANCELLED)


def may_write_to(email: str, now: datetime) -> bool:
    """Whether a mail that anybody can cause may go to this address: one in 15 minutes, three in 24 hours.

    Capitals and what follows a `+` make no other address here.
    """
    plain = plain_address(email)
    local, _, domain = plain.rpartition("@")
    recipient = func.lower(Message.recipient)
    same = or_(
        recipient == plain,
        recipient.startswith(f"{local}+", autoescape=True)
        & recipient.endswith(f"@{domain}", autoescape=True),
        Message.recipient == stand_in(email),
    )
    written = db.session.scalars(
        select(Message.created_at).where(
            same,
            Message.notice.in_(NOTICES),
            Message.created_at > now - DAY,
            Message.state != State.CANCELLED,  # cancelled before it left
        )
    ).all()
    return len(written) < 3 and all(moment <= now - PAUSE for moment in written)


def plain_address(email: str) -> str:
    """The address in lower case, without what follows a `+`: as limits compare it."""
    local, _, domain = email.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def stand_in(email: str) -> str:
    """What stands for an address that was erased, so that a mail which anybody caused still counts; only the secret
    key could tell whose it was."""
    return links.mint("erased address", plain_address(email))


def forget(which: ColumnElement[bool], at: datetime) -> None:
    """Delete the messages of which `which` is true: their subject or their recipient is being erased.

    What anybody can cause and has left still counts against what may go to an address: of that a row stays, with a
    stand-in for the address and without words, or else erasing would let a stranger be written to for ever.
    """
    counts = select(Message.id, Message.recipient).where(
        which, Message.notice.in_(NOTICES), Message.state.not_in(NEVER_LEFT), Message.created_at > at - DAY
    )
    for id, address in db.session.execute(counts).all():
        db.session.execute(delete(MessageEvent).where(MessageEvent.message_id == id))
        db.session.execute(
            update(Message).where(Message.id == id).values(
                about="erased", once=None, recipient=stand_in(address), subject="", text="", html="",
                smtp_reply=None, in_reply_to=None, lease_owner=None, lease_until=None, phase=None,
                state=case((Message.state == State.SENDING, State.IN_DOUBT), else_=Message.state),
            )
        )  # fmt: skip
    db.session.execute(delete(Message).where(which, Message.about != "erased"))
