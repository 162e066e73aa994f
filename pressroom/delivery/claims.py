"""The postman's side of the message table: which messages may leave, who carries them, and that they may still leave.

Whoever carries messages holds them under a lease, for a batch at a time; a message that has not come to its content is
free again when the lease runs out. Everything here happens in the caller's transaction, which the caller commits.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, insert, null, or_, select, update

from pressroom.database import db
from pressroom.delivery import carriers, outbox, verdicts
from pressroom.delivery.answers import Outcome
from pressroom.delivery.models import (
    Body,
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


class Taken(NamedTuple):
    """What is carried of a message: a copy, which can be read without a transaction, by the names that Message has."""

    id: str
    notice: str
    recipient: str
    language: str
    reply_to: str | None
    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str | None
    created_at: datetime
    dispatch_id: str | None
    body_id: str | None
    personal: dict[str, str] | None
    scope: str | None
    link_digest: str | None
    doubt: Doubt
    attempts: int
    dispatch: Row | None  # id, kind and about
    body: Row | None  # id, text and html

    @property
    def is_emptied(self) -> bool:
        return not self.subject


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
_TAKE = Prepared(
    update(_message)
    .where(_message.c.id == bindparam("taken"))
    .values(
        state=State.SENDING,
        phase=Phase.CLAIMED,
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
    )
)
_TOOK = Prepared(
    update(_message)
    .where(_carried)
    .values(
        state=State.ACCEPTED, phase=null(), lease_owner=null(), lease_until=null(), accepted_at=bindparam("at"),
        attempts=_message.c.attempts + 1, smtp_stage=bindparam("stage"), smtp_code=bindparam("code"),
        smtp_reply=bindparam("reply"),
    )
)  # fmt: skip
_NOTE = Prepared(
    insert(_event).inline().values({one.name: bindparam(one.name) for one in _event.c if one.name != "id"})
)


_rows = select(*[_message.c[name] for name in Taken._fields[:-2]]).with_for_update(skip_locked=True)
_is_queued = _message.c.state == State.QUEUED
# An expression: SQLite then looks for what has no dispatch, and not through all that is queued. It puts that in order, so
# of each no more than its id.
_at = func.coalesce(_message.c.next_at, _message.c.created_at)
_alone = select(_message.c.id).where(_is_queued, _message.c.dispatch_id.is_(None), _at <= bindparam("now"))
_ALONE = _rows.where(_message.c.id.in_(_alone.order_by(_at).limit(bindparam("most")))).order_by(_at)
_of_running = _message.c.dispatch_id.in_(select(Dispatch.id).where(Dispatch.state.in_(LEAVING)))
_OF_DISPATCHES = (
    _rows.where(_is_queued, _of_running, _message.c.next_at <= bindparam("now"))
    .order_by(_message.c.next_at)
    .limit(bindparam("most"))
)
_DISPATCHES = select(Dispatch.id, Dispatch.kind, Dispatch.about).where(
    Dispatch.id.in_(bindparam("ids", expanding=True))
)
_BODIES = select(Body.id, Body.text, Body.html).where(Body.id.in_(bindparam("ids", expanding=True)))
_SUPPRESSIONS = select(Suppression.recipient, Suppression.scope).where(
    Suppression.recipient.in_(bindparam("names", expanding=True))
)


def claim(owner: str, now: datetime) -> list[Taken]:
    """Take up to BATCH messages that are due, under a lease; none when there is none."""
    ready = ready_to_leave(now)
    if ready:
        lease = {"owner": owner, "until": now + LEASE}
        _TAKE.run(db.session.connection(), *[lease | {"taken": message.id} for message in ready])
        note(ready, State.SENDING, now)
    return ready


def ready_to_leave(now: datetime) -> list[Taken]:
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


def may_leave(message: Taken, owner: str, now: datetime, on: Connection) -> bool:
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


def accepted(message: Taken, owner: str, outcome: Outcome, now: datetime, on: Connection) -> None:
    """Record that the server has taken it, unless somebody else has by now."""
    said = {"stage": outcome.stage, "code": outcome.code, "reply": outcome.reply, "at": now}
    if _TOOK.run(on, said | {"carried": message.id, "owner": owner}):
        _NOTE.run(on, said | {"message_id": message.id, "state": State.ACCEPTED, "actor": ""})


def stop(message: Taken, owner: str, now: datetime) -> None:
    """Settle a message that may not leave, unless somebody else has it."""
    ours = select(_message.c.id).where(_carried, _message.c.lease_until > now)
    if db.session.scalar(ours, {"carried": message.id, "owner": owner}):
        verdict = _judged(message, now)
        if verdict.kind is Ruling.GO and _unwanted([message]):
            verdict = SUPPRESSED
        _stay(message, verdict, now, claimed=True)


def put_back(messages: Iterable[Message | Taken], owner: str, now: datetime) -> None:
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


def doubted(message: Taken) -> tuple[State, ...]:
    """What a message goes through that may have left: it rests until somebody says, or is sent again."""
    return (State.IN_DOUBT,) if message.doubt is Doubt.HOLD else (State.IN_DOUBT, State.QUEUED)


def move(id: str, state: State, *, owner: str | None = None, **values) -> bool:
    """Put a message into this state, out of anybody's hands; with `owner`, only when that one holds it."""
    new = {f"new_{name}": value for name, value in values.items()}
    which = {"carried": id, "new_state": state} | ({"owner": owner} if owner else {})
    return _moving(owner is not None, tuple(values)).run(db.session.connection(), which | new) == 1


@cache
def _moving(owned: bool, columns: tuple[str, ...]) -> Prepared:
    given = {name: bindparam(f"new_{name}") for name in ("state", *columns)}
    free = {"phase": None, "lease_owner": None, "lease_until": None}
    which = _carried if owned else _message.c.id == bindparam("carried")
    return Prepared(update(_message).where(which).values(free | given))


def note(
    messages: Iterable[Message | Taken], state: State, now: datetime, reply: str | None = None, **reported
) -> None:
    """Add a step to the history of these messages."""
    said = {"at": now, "state": state, "actor": "", "reply": reply, "stage": None, "code": None} | reported
    _NOTE.run(db.session.connection(), *[said | {"message_id": message.id} for message in messages])


def _due(now: datetime) -> list[Taken]:
    """The next messages whose time has come, locked."""
    found = db.session.execute(_ALONE, {"now": now, "most": BATCH}).all()
    if len(found) < BATCH:
        found += db.session.execute(_OF_DISPATCHES, {"now": now, "most": BATCH - len(found)}).all()
    dispatches = _by_id(_DISPATCHES, {row.dispatch_id for row in found})
    bodies = _by_id(_BODIES, {row.body_id for row in found})
    return [Taken(*row, dispatches.get(row.dispatch_id), bodies.get(row.body_id)) for row in found]


def _by_id(rows: Select, ids: set[str | None]) -> dict[str, Row]:
    wanted = ids - {None}
    return {row.id: row for row in db.session.execute(rows, {"ids": list(wanted)})} if wanted else {}


def _unwanted(messages: list[Taken]) -> set[str]:
    """The ids of those whose recipient gets no such mail, looked up all at once."""
    names = {one.id: known_as(one.recipient) for one in messages if one.scope is not None}
    asked = {"names": [name for both in names.values() for name in both]}
    stopped = {(recipient, scope) for recipient, scope in db.session.execute(_SUPPRESSIONS, asked)}
    return {
        message.id
        for message in messages
        if stopped
        and {(name, scope) for name in names.get(message.id, ()) for scope in ("", message.scope)} & stopped
    }


def _judged(message: Taken, now: datetime, on: Connection | None = None) -> Verdict:
    return verdicts.of(message, now, on or db.session) if message.dispatch_id else GO


def _stay(message: Taken, verdict: Verdict, now: datetime, claimed: bool = False) -> None:
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


def _is_given_up(message: Taken) -> bool:
    stopped = Dispatch.state == DispatchState.STOPPED
    return bool(db.session.scalar(select(Dispatch.id).where(Dispatch.id == message.dispatch_id, stopped)))


def _locked(*conditions) -> list[Message]:
    """Messages that nobody else is changing at this moment."""
    return list(db.session.scalars(db.select(Message).where(*conditions).with_for_update(skip_locked=True)))
