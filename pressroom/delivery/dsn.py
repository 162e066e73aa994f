"""What a returned mail says: a delivery status notification (RFC 3464) or a spam complaint (ARF, RFC 5965).

Only the parts that are made for programs are read, never the words beside them: an out-of-office, a challenge or a
forwarded report is none of these. Whatever the mail is made of, reading it ends, and raises nothing.
"""

import email
import re
from email.message import Message as Mail
from enum import StrEnum
from typing import NamedTuple

READ = 262_144  # octets of a mail that are looked at: a report stands before the mail that it returns
LONG = re.compile(rb"^content-[^\n]{2000}|^content-[^\n]*(\n[ \t][^\n]*){40}", re.IGNORECASE | re.MULTILINE)
# The headers in which mail servers say to whom a mail was delivered.
DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
COMPLAINTS = {"abuse", "opt-out"}


class Kind(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"
    COMPLAINT = "complaint"


class Report(NamedTuple):
    """`addresses`: where the address that we gave the message may stand; `envelope_id`: what we called it, if servers
    repeated that. `status` is three numbers or "", `code` that of SMTP; `reply` says it in the server's words."""

    kind: Kind
    addresses: tuple[str, ...]
    envelope_id: str
    status: str = ""
    code: int | None = None
    reply: str = ""


def read(raw: bytes) -> Report | None:
    """What this mail reports; None when it is no report, or one about a success."""
    raw = raw[:READ].replace(b"\0", b"")
    if LONG.search(raw):  # the standard library takes minutes over the parameters of such a header
        return None
    try:
        mail = email.message_from_string(raw.decode("utf-8", "replace"))
        if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
            return None
        parts = {part.get_content_type(): part.get_payload() for part in mail.get_payload()}
        addresses = tuple(value for name in DELIVERED_TO for value in _all(mail, name))
        if blocks := parts.get("message/delivery-status"):
            return _status(blocks, addresses)
        if blocks := parts.get("message/feedback-report"):
            return _complaint(blocks[0], addresses)
    except Exception:  # what the parser stumbles over is no report
        return None
    return None


def _status(blocks: list[Mail], addresses: tuple[str, ...]) -> Report | None:
    """The worst that is said of a recipient; the first block is about the message as a whole."""
    for kind in (Kind.FAILED, Kind.DELAYED):
        for block in blocks[1:]:
            if _word(block, "Action") == kind:
                status = STATUS.search(_one(block, "Status"))
                code, said = _diagnosis(_one(block, "Diagnostic-Code"))
                numbers = status[0] if status else _told(said)
                reply = said if numbers in said else f"{numbers} {said}".strip()
                return Report(
                    kind, addresses, _one(blocks[0], "Original-Envelope-Id"), numbers, code, reply[:500]
                )
    return None


def _told(said: str) -> str:
    """The status as the server's own words have it, "" when they have none."""
    status = STATUS.search(said)
    return status[0] if status else ""


def _diagnosis(field: str) -> tuple[int | None, str]:
    """Code and words of "smtp; 550 5.1.1 No such user"; other kinds than SMTP have no code."""
    kind, _, said = field.partition(";")
    said = said.strip()
    found = re.match(r"([45]\d\d)[ -]*", said) if kind.strip().lower() == "smtp" else None
    return (int(found[1]), said[found.end() :]) if found else (None, said)


def _complaint(fields: Mail, addresses: tuple[str, ...]) -> Report | None:
    kind = _word(fields, "Feedback-Type")
    if kind not in COMPLAINTS:
        return None
    ours = (*addresses, *_all(fields, "Original-Mail-From"))
    return Report(Kind.COMPLAINT, ours, _one(fields, "Original-Envelope-Id"), reply=f"Feedback-Type: {kind}")


def _all(part: Mail, name: str) -> list[str]:
    """The values of a header, each on one line, without what cannot be shown."""
    values = (" ".join(str(value).split()) for value in part.get_all(name, []))
    return ["".join(character for character in value if character.isprintable())[:2000] for value in values]


def _one(part: Mail, name: str) -> str:
    return (_all(part, name) or [""])[0]


def _word(part: Mail, name: str) -> str:
    """A header that is one word, perhaps with a comment behind it."""
    return _one(part, name).partition("(")[0].strip().lower()
