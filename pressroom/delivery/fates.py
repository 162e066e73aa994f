"""What the server's answer makes of a message, of its recipient, and of all mail."""

import re
from datetime import datetime, timedelta
from random import random

from sqlalchemy import Connection

from pressroom.database import db
from pressroom.delivery import claims, outbox, outgoing, suppressions
from pressroom.delivery.answers import Kind, Outcome, Stage
from pressroom.delivery.models import Message, Reason, State

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
# RFC 3463 section 3.2: the address of the recipient, not that of the sender (5.1.7 and 5.1.8), does not exist.
NOBODY = re.compile(r"5\.1\.(1|2|3|6|10)\b")
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# How many in a row of what a single message may suffer make it the server's trouble.
REFUSED_SENDERS, SILENCES, REFUSED_CONTENTS = 3, 3, 5


def settle(
    message: Message, owner: str, outcome: Outcome, now: datetime, on: Connection | None = None
) -> None:
    """Record what became of an attempt, unless somebody else has taken the message over meanwhile; `on` a connection of
    its own when the message was accepted, which is all of what happens then."""
    if outcome.kind is Kind.ACCEPTED:
        claims.accepted(message, owner, outcome, now, on or db.session.connection())
        return
    states, values = _fate(message, outcome, now)
    reported = {"stage": outcome.stage, "code": outcome.code, "reply": outcome.reply}
    last = {f"smtp_{name}": value for name, value in reported.items()}
    if not claims.move(message.id, states[-1], owner=owner, **last, **values):
        return
    claims.note([message], states[0], now, **reported)
    for state in states[1:]:
        claims.note([message], state, now)
    if states[-1] is State.QUEUED:
        outbox.ask_for_the_postman(values["next_at"])
    if outcome.kind is Kind.PERMANENT and outcome.stage is Stage.RCPT and NOBODY.match(outcome.reply):
        suppressions.add(message.recipient, "", Reason.UNKNOWN, note=outcome.reply, at=now)


def _fate(message: Message, outcome: Outcome, now: datetime) -> tuple[tuple[State, ...], dict]:
    """The states that it goes through, and what else is written into its row."""
    tried = {"attempts": message.attempts + 1}
    later = {"next_at": now + BACKOFF[min(message.attempts, len(BACKOFF) - 1)] * (1 + random() / 10)}
    match outcome.kind:
        case Kind.PERMANENT:
            return (State.REFUSED,), tried
        case Kind.IN_DOUBT:
            return claims.doubted(message), tried | later
        case Kind.TRANSPORT_TROUBLE if _is_at_once(outcome):
            return (State.QUEUED,), {"next_at": now}  # the recipient had no part in it
        case _:
            return (State.QUEUED,), tried | later


def _is_at_once(outcome: Outcome) -> bool:
    """Whether the server cannot be used by anybody: no connection, no encryption, no account, no time for mail."""
    refused_sender = outcome.stage is Stage.MAIL and (outcome.code or 0) >= 500
    return outcome.stage is Stage.CONNECT or (outcome.stage is Stage.MAIL and not refused_sender)


SENDER = ("sender",)


class Streaks:
    """The same trouble with one message after the other: it is the server's then, and no recipient's."""

    def __init__(self):
        self.refused_sender: Outcome | None = None  # the last one of a streak that goes on
        self._key: tuple = ()
        self._length = 0

    def trips(self, outcome: Outcome) -> bool:
        """Take the next outcome into account, and tell whether all mail is to pause because of it."""
        key, limit = _streak(outcome)
        self._length = self._length + 1 if key == self._key else 1
        self._key, self.refused_sender = key, outcome if key == SENDER else None
        return 0 < limit <= self._length


def _streak(outcome: Outcome) -> tuple[tuple, int]:
    """What another outcome must share with this one to be of its streak, and from how many on a streak is trouble."""
    match outcome.kind, outcome.stage:
        case Kind.TRANSPORT_TROUBLE, _ if _is_at_once(outcome):
            return ("server",), 1
        case Kind.TRANSPORT_TROUBLE, Stage.MAIL:
            return SENDER, REFUSED_SENDERS
        case ((Kind.TRANSPORT_TROUBLE | Kind.IN_DOUBT), _):
            return ("silence",), SILENCES
        case Kind.PERMANENT, Stage.DOT:
            said = ENHANCED.match(outcome.reply)
            return ("content", outcome.code, said and said[0]), REFUSED_CONTENTS
        case _:
            return (), 0


def heal(outcome: Outcome) -> None:
    """After trouble: the server has come further than where it failed."""
    outgoing.recovered("done" if outcome.kind is Kind.ACCEPTED else outcome.stage)
