"""Whether a message of a dispatch may leave now, as somebody above delivery judges it: under embargo it waits, about
something that has been withdrawn it never leaves.

The judge is registered as `app.extensions["judge"]`: a function of (message, now, database) that gives a `Verdict`; the
database is the session or a connection. It is asked when a message is claimed, and again in the transaction after which
its content may leave.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.orm import scoped_session

from pressroom.delivery.models import Message


class Ruling(StrEnum):
    GO = "go"
    WAIT = "wait"
    NEVER = "never"


class Verdict(NamedTuple):
    """`until` is when a message that waits may be asked about again; `why` one sentence for its history, in English."""

    kind: Ruling
    until: datetime | None = None
    why: str = ""


GO = Verdict(Ruling.GO)


def of(message: Message, now: datetime, database: scoped_session | Connection) -> Verdict:
    """What the judge says; GO where there is none."""
    judge = current_app.extensions.get("judge")
    return judge(message, now, database) if judge else GO
