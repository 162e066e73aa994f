"""What is asked of messages: lists, counts, whether mail is stuck, and who holds what has changed since."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, union_all
from sqlalchemy.orm import aliased

from pressroom.database import db, numbers
from pressroom.delivery import outgoing
from pressroom.delivery.models import Copy, Dispatch, DispatchState, Message, Outgoing, State

# The tabs of the desk's page; every state stands in exactly one.
GROUPS: dict[str, tuple[State, ...]] = {
    "waiting": (State.HELD, State.QUEUED, State.SENDING),
    "in_doubt": (State.IN_DOUBT,),
    "failed": (State.REFUSED, State.EXPIRED),
    "bounced": (State.BOUNCED,),
    "suppressed": (State.SUPPRESSED,),
    "accepted": (State.ACCEPTED,),
    "cancelled": (State.CANCELLED,),
    "kept": (State.KEPT,),
}
# What did not reach its reader, or may not have.
FAILED = tuple(state for group in ("in_doubt", "failed", "bounced", "suppressed") for state in GROUPS[group])
# Of these dispatches messages leave; to a finished one another may be added: somebody accredited late, one sent again.
LEAVING = (DispatchState.SENDING, DispatchState.FINISHED)


def listed(group: str | None = None, search: str = "") -> Select[tuple[Message]]:
    """Messages, newest first: of one group of states, to an address or with a subject that contains `search`."""
    found = Message
    if group:  # each state by itself: its index has them in order, and the few states are merged
        found = aliased(
            Message,
            union_all(*(db.select(Message).where(Message.state == one) for one in GROUPS[group])).subquery(),
        )
    messages = db.select(found).order_by(found.created_at.desc(), found.id)
    if search:
        messages = messages.where(
            found.recipient.icontains(search, autoescape=True)
            | found.subject.icontains(search, autoescape=True)
        )
    return messages


def counts() -> dict[str, int]:
    """How many messages each group holds, as far as `database.numbers` counts."""
    return numbers(
        {group: db.select(Message.id).where(Message.state.in_(states)) for group, states in GROUPS.items()}
    )


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


def waiting() -> int:
    """How many messages have not left yet."""
    return db.session.scalar(db.select(func.count()).where(Message.state.in_(GROUPS["waiting"])))


def overdue(now: datetime) -> bool:
    """Whether a message should have left ten minutes ago and nothing keeps it: nobody carries the mail."""
    if outgoing.stands_still(now):
        return False
    late = Message.next_at < now - timedelta(minutes=10)
    running = Message.dispatch_id.is_(None) | Message.dispatch.has(Dispatch.state.in_(LEAVING))
    waiting = Message.state.in_((State.HELD, State.QUEUED))
    return db.session.scalar(db.select(Message.id).where(waiting, late, running).limit(1)) is not None


def trouble(now: datetime) -> Outgoing | None:
    """Why the mail server cannot be used, since when, and when it is tried again; None when all is well."""
    row = outgoing.state(now)
    return row if row.failures else None
