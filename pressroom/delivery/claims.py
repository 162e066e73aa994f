"""The postman's side of the message table: which messages may leave, who carries them, and that they may still leave.

Whoever carries messages holds them under a lease, for a batch at a time; a message that has not come to its content is
free again when the lease runs out. Everything here happens in the caller's transaction, which the caller commits.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, selectinload

from pressroom.database import db
from pressroom.delivery import carriers, outbox, verdicts
from pressroom.delivery.models import (
    Dispatch,
    DispatchState,
    Doubt,
    Message,
    MessageEvent,
    Outgoing,
    Phase,
    State,
    Suppression,
)
from pressroom.delivery.queries import LEAVING
from pressroom.delivery.statements import Prepared
from pressroom.delivery.suppressions import known_as
from pressroom.delivery.verdicts import GO, Ruling, Verdict

BATCH = 40
# Longer than one command's and three after-dot timeouts of the transport.
LEASE = timedelta(minutes=20)
ASK_AGAIN = timedelta(minutes=1)  # at the latest, about a message that has to wait: its hour may move
SUPPRESSED = Verdict(Ruling.NEVER, None, "suppressed")

_message, _event = Message.__table__, MessageEvent.__table__
_carried = (
    (_message.c.id == bindparam("carried"))
    & (_message.c.lease_owner == bindparam("owner"))
    & (_message.c.state == State.SENDING)
)
_of_running_dispatch = or_(
    _message.c.dispatch_id.is_(None),
    exists().where(Dispatch.id == _message.c.dispatch_id, or_(*[Dispatch.state == one for one in LEAVING])),
)
_stopped = exists().where(
    or_(Suppression.recipient == bindparam("address"), Suppression.recipient == bindparam("code")),
    or_(Suppression.scope == "", Suppression.scope == _message.c.scope),
    _message.c.scope.is_not(None),
)
_held = exists().where(Outgoing.id == 1, Outgoing.held_at.is_not(None))
# All that must hold at the moment when the content may leave, in one statement.
_MAY_LEAVE = Prepared(
    update(_message)
    .where(_carried, _message.c.lease_until > bindparam("now"), _of_running_dispatch, ~_stopped, ~_held)
    .values(phase=Phase.DATA, lease_until=bindparam("until"))
)
_NOTE = Prepared(
    insert(_event).inline().values({one.name: bindparam(one.name) for one in _event.c if one.name != "id"})
)


def claim(owner: str, now: datetime) -> list[Message]:
    """Take up to BATCH messages that are due, under a lease; none when there is none. They are copies: whatever becomes
    of the transaction, they can be read without one."""
    ready = ready_to_leave(now)
    if ready:
        taken = update(Message).where(Message.id.in_([message.id for message in ready]))
        lease = {
            "state": State.SENDING,
            "phase": Phase.CLAIMED,
            "lease_owner": owner,
            "lease_until": now + LEASE,
        }
        db.session.execute(taken.values(lease).execution_options(synchronize_session=False))
        note(ready, State.SENDING, now)
    return ready


def ready_to_leave(now: datetime) -> list[Message]:
    """The messages that leave next: those of no dispatch first, somebody is waiting for them. What is due and must not
    leave is settled on the way: it waits, or is suppressed or cancelled."""
    while due := _due(now):
        unwanted, ready, first = _unwanted(due), [], {}
        for message in due:
            # What a dispatch is about is asked of its first message here: while that may leave, so may the others, each
            # of which is asked about again before its content leaves.
            if message.dispatch_id not in first or first[message.dispatch_id].kind is not Ruling.GO:
                first[message.dispatch_id] = _judged(message, now)
            verdict = SUPPRESSED if message.id in unwanted else first[message.dispatch_id]
            if verdict.kind is Ruling.GO:
                ready.append(message)
            else:
                _stay(message, verdict, now)
        if ready:
            return ready
    return []


def may_leave(message: Message, owner: str, now: datetime, on: Connection) -> bool:
    """Note that the content leaves from here on; False when it must not: somebody else has it, or has stopped it."""
    if _judged(message, now, on).kind is not Ruling.GO:
        return False
    address, code = known_as(message.recipient)
    given = {
        "carried": message.id,
        "owner": owner,
        "now": now,
        "until": now + LEASE,
        "address": address,
        "code": code,
    }
    return _MAY_LEAVE.run(on, given) == 1


def stop(message: Message, owner: str, now: datetime) -> None:
    """Settle a message that may not leave, unless somebody else has it."""
    ours = select(_message.c.id).where(_carried, _message.c.lease_until > now)
    if db.session.scalar(ours, {"carried": message.id, "owner": owner}):
        verdict = _judged(message, now)
        if verdict.kind is Ruling.GO and _unwanted([message]):
            verdict = SUPPRESSED
        _stay(message, verdict, now, claimed=True)


def put_back(messages: Iterable[Message], owner: str, now: datetime) -> None:
    """Free what was claimed and not begun: somebody else may take it, or the same postman later."""
    for message in messages:
        freed = move(message.id, State.QUEUED, owner=owner)
        if freed:
            note([message], State.QUEUED, now)


def take_over(now: datetime) -> None:
    """Free what a dead postman held, release what its undo delay has passed, give up what is too late."""
    for message in _locked(Message.state == State.SENDING):
        if message.lease_until >= now and not carriers.is_gone(message.lease_owner):
            continue
        may_have_left = message.phase is Phase.DATA or carriers.forgets(message.lease_owner)
        states, tried = (doubted(message), 1) if may_have_left else ((State.QUEUED,), 0)
        for state in states:
            note([message], state, now)
        move(message.id, states[-1], next_at=now, attempts=message.attempts + tried)
    for message in _locked(Message.state == State.HELD, Message.next_at <= now):
        move(message.id, State.QUEUED)
        note([message], State.QUEUED, now)
    for message in _locked(Message.state == State.QUEUED, Message.send_by < now):
        move(message.id, State.EXPIRED)
        note([message], State.EXPIRED, now)


def doubted(message: Message) -> tuple[State, ...]:
    """What a message goes through that may have left: it rests until somebody says, or is sent again."""
    return (State.IN_DOUBT,) if message.doubt is Doubt.HOLD else (State.IN_DOUBT, State.QUEUED)


def move(id: str, state: State, *, owner: str | None = None, on: Connection | None = None, **values) -> bool:
    """Put a message into this state, out of anybody's hands; with `owner`, only when that one holds it."""
    new = {f"new_{name}": value for name, value in values.items()}
    which = {"carried": id, "new_state": state} | ({"owner": owner} if owner else {})
    return _moving(owner is not None, tuple(values)).run(on or db.session.connection(), which | new) == 1


@cache
def _moving(owned: bool, columns: tuple[str, ...]) -> Prepared:
    given = {name: bindparam(f"new_{name}") for name in ("state", *columns)}
    free = {"phase": None, "lease_owner": None, "lease_until": None}
    which = _carried if owned else _message.c.id == bindparam("carried")
    return Prepared(update(_message).where(which).values(free | given))


def note(
    messages: Iterable[Message], state: State, now: datetime, reply: str | None = None, on: Connection | None = None,
    **reported,
) -> None:  # fmt: skip
    """Add a step to the history of these messages."""
    said = {"at": now, "state": state, "actor": "", "reply": reply, "stage": None, "code": None} | reported
    _NOTE.run(on or db.session.connection(), *[said | {"message_id": message.id} for message in messages])


def _due(now: datetime) -> list[Message]:
    """The next messages whose time has come, locked."""
    queued = select(Message.id).where(Message.state == State.QUEUED).with_for_update(skip_locked=True)
    # An expression: SQLite then looks for what has no dispatch, and not through all that is queued.
    at = func.coalesce(Message.next_at, Message.created_at)
    ids = list(
        db.session.scalars(queued.where(Message.dispatch_id.is_(None), at <= now).order_by(at).limit(BATCH))
    )
    if len(ids) < BATCH:
        running = select(Dispatch.id).where(Dispatch.state.in_(LEAVING))
        theirs = queued.where(Message.dispatch_id.in_(running), Message.next_at <= now).order_by(
            Message.next_at
        )
        ids += db.session.scalars(theirs.limit(BATCH - len(ids)))
    # A session of its own on the same connection: what it has loaded outlives the transaction.
    with Session(db.session.connection()) as session:
        loaded = select(Message).where(Message.id.in_(ids))
        found = session.scalars(
            loaded.options(selectinload(Message.dispatch), selectinload(Message.body))
        ).all()
        session.expunge_all()
    return sorted(found, key=lambda message: ids.index(message.id))


def _unwanted(messages: list[Message]) -> set[str]:
    """The ids of those whose recipient gets no such mail, looked up all at once."""
    names = {one.id: known_as(one.recipient) for one in messages if one.scope is not None}
    known = Suppression.recipient.in_([name for both in names.values() for name in both])
    rows = db.session.execute(select(Suppression.recipient, Suppression.scope).where(known))
    stopped = {(recipient, scope) for recipient, scope in rows}
    return {
        message.id
        for message in messages
        if {(name, scope) for name in names.get(message.id, ()) for scope in ("", message.scope)} & stopped
    }


def _judged(message: Message, now: datetime, on: Connection | None = None) -> Verdict:
    return verdicts.of(message, now, on or db.session) if message.dispatch_id else GO


def _stay(message: Message, verdict: Verdict, now: datetime, claimed: bool = False) -> None:
    """Settle a message that must not leave. One that was waiting and goes on has nothing new in its history."""
    if verdict is SUPPRESSED:
        state, reason = State.SUPPRESSED, None
    elif verdict.kind is Ruling.NEVER or _is_given_up(message):
        state, reason = State.CANCELLED, verdict.why or None
    else:
        until = now if verdict.kind is Ruling.GO else min(verdict.until or now + ASK_AGAIN, now + ASK_AGAIN)
        move(message.id, State.QUEUED, next_at=until)
        outbox.ask_for_the_postman(max(until, now))
        if claimed:
            note([message], State.QUEUED, now, verdict.why or None)
        return
    move(message.id, state)
    note([message], state, now, reason)


def _is_given_up(message: Message) -> bool:
    stopped = Dispatch.state == DispatchState.STOPPED
    return bool(db.session.scalar(select(Dispatch.id).where(Dispatch.id == message.dispatch_id, stopped)))


def _locked(*conditions) -> list[Message]:
    """Messages that nobody else is changing at this moment."""
    return list(db.session.scalars(db.select(Message).where(*conditions).with_for_update(skip_locked=True)))
