"""What is asked of messages: lists, counts, whether mail is stuck, and who holds what has changed since."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func

from pressroom.database import db
from pressroom.delivery.models import Copy, Message, MessageEvent, State
from pressroom.delivery.transport import Stage

# The tabs of the desk's page; every state stands in exactly one.
GROUPS: dict[str, tuple[State, ...]] = {
    "waiting": (State.HELD, State.QUEUED, State.SENDING),
    "accepted": (State.ACCEPTED,),
    "failed": (State.REFUSED, State.EXPIRED, State.IN_DOUBT),
    "cancelled": (State.CANCELLED,),
    "kept": (State.KEPT,),
}
TRANSPORT_STAGES = (Stage.CONNECT, Stage.MAIL)


def listed(group: str | None = None, search: str = "") -> Select[tuple[Message]]:
    """Messages, newest first: of one group of states, to an address or with a subject that contains `search`."""
    messages = db.select(Message).order_by(Message.created_at.desc(), Message.id)
    if group:
        messages = messages.where(Message.state.in_(GROUPS[group]))
    if search:
        messages = messages.where(
            Message.recipient.icontains(search, autoescape=True)
            | Message.subject.icontains(search, autoescape=True)
        )
    return messages


def counts() -> dict[str, int]:
    """How many messages each group holds."""
    by_state = dict(db.session.execute(db.select(Message.state, func.count()).group_by(Message.state)).all())
    return {group: sum(by_state.get(state, 0) for state in states) for group, states in GROUPS.items()}


def about(subject: str) -> list[Message]:
    """The messages about one thing ("application:…"), oldest first."""
    return list(db.session.scalars(db.select(Message).filter_by(about=subject).order_by(Message.created_at)))


def first_id(about: str, notice: str) -> str | None:
    """The Message-ID of the first message of this notice about a thing: what later ones answer."""
    return db.session.scalar(
        db.select(Message.message_id)
        .filter_by(about=about, notice=notice)
        .order_by(Message.created_at)
        .limit(1)
    )


def holders(about: str, before: int) -> list[Copy]:
    """Who was handed only revisions of `about` that are older than `before`: the last copy of each, by address."""
    last = (
        db.select(func.max(Copy.id)).where(Copy.about == about)
        .group_by(Copy.recipient).having(func.max(Copy.revision) < before)
    )  # fmt: skip
    return list(db.session.scalars(db.select(Copy).where(Copy.id.in_(last)).order_by(Copy.recipient)))


def overdue(now: datetime) -> bool:
    """Whether a message should have left ten minutes ago: nobody carries the mail."""
    late = Message.next_at < now - timedelta(minutes=10)
    return (
        db.session.scalar(
            db.select(Message.id).where(Message.state.in_((State.HELD, State.QUEUED)), late).limit(1)
        )
        is not None
    )


def trouble(now: datetime) -> MessageEvent | None:
    """The latest sign that the mail server cannot be used, when messages wait because of it; None when all is well."""
    latest = db.session.scalar(
        db.select(MessageEvent)
        .where(MessageEvent.stage.is_not(None), MessageEvent.at > now - timedelta(minutes=10))
        .order_by(MessageEvent.at.desc(), MessageEvent.id.desc())
        .limit(1)
    )
    stuck = latest is not None and latest.state is State.QUEUED and latest.stage in TRANSPORT_STAGES
    return latest if stuck else None
