"""What a mail server's answer means at each stage of the dialogue, and how far an attempt came because of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ACCEPTED = "accepted"  # handed to the mail server, which is not yet delivered
    TRANSIENT = "transient"  # this recipient may be tried again
    PERMANENT = "permanent"
    IN_DOUBT = "in_doubt"  # sent whole, never answered: it may have left or not
    TRANSPORT_TROUBLE = "transport_trouble"  # not the recipient's fault, and nothing was handed over
    LEASE_LOST = "lease_lost"  # `before_data` said no, and nothing was handed over


class Stage(StrEnum):
    CONNECT = "connect"  # with TLS, EHLO and AUTH
    MAIL = "mail"
    SIZE = "size"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far an attempt came and why it ended.

    `code` is None when the server said nothing; `reply` is one line of at most 500 characters.
    """

    kind: Kind
    stage: Stage
    code: int | None = None
    reply: str = ""


def judge(stage: Stage, code: int, reply: str) -> Kind:
    """Tell what an answer means at this stage (RFC 5321 section 4.2.1: 4yz may be tried again, 5yz not)."""
    if code == 354 if stage is Stage.DATA else code // 100 == 2:
        return Kind.ACCEPTED
    if stage in {Stage.CONNECT, Stage.MAIL}:
        return Kind.TRANSPORT_TROUBLE
    if code == 552 and _is_full(stage, reply):
        return Kind.TRANSIENT
    if code // 100 in {4, 5}:
        return Kind.TRANSIENT if code < 500 else Kind.PERMANENT
    return Kind.IN_DOUBT if stage is Stage.DOT else Kind.TRANSPORT_TROUBLE


def _is_full(stage: Stage, reply: str) -> bool:
    """A full mailbox can be emptied (RFC 5321 section 4.5.3.1.10); a message too long stays too long."""
    if reply.startswith(("5.2.3", "5.3.4")):
        return False
    return stage is Stage.RCPT or reply.startswith("5.2.2") or "storage" in reply.lower()


def one_line(reply: bytes | str) -> str:
    """What a server said, on one line of at most 500 characters."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:500]
