"""What is handed to the mail server for one message: envelope and bytes, made from its rows alone.

Whoever writes a message again, in whatever process and after however many attempts, writes the same bytes.
"""

from functools import lru_cache
from typing import NamedTuple

from flask import current_app

from pressroom import storage
from pressroom.database import db
from pressroom.delivery import headers, mime, verp, words
from pressroom.delivery.models import Attachment, Message


class Letter(NamedTuple):
    """A message ready to leave: `sender` and `recipient` are those of the envelope, bare and in ASCII.

    `message_id` is the header's; `envid` is what a server repeats when it reports on the message (RFC 3461 section 4.4).
    """

    message_id: str
    raw: bytes
    sender: str
    recipient: str
    envid: str


def write(message: Message) -> Letter:
    """Write the message. Raises ValueError when no mail may carry it, storage.Missing when a file of it is gone,
    storage.Unreachable when it cannot be had now."""
    said = words.of(message)
    raw = mime.build(
        message_id=message.message_id, dated_at=message.created_at, sender=current_app.config["MAIL_FROM"],
        recipient=message.recipient, reply_to=message.reply_to, subject=said.subject, text=said.text, html=said.html,
        language=message.language, headers=headers.of(message), files=_files(message.body_id) if message.body_id else (),
    )  # fmt: skip
    return Letter(
        message.message_id, raw, returns_to(message.id), mime.address(message.recipient), message.id
    )


def returns_to(message_id: str) -> str:
    """Where the server sends the message of this id back to: an address of its own each, when they are read."""
    if current_app.config.get("BOUNCES_ADDRESS"):
        return verp.sender(message_id)
    return mime.address(current_app.config["MAIL_FROM"])


@lru_cache(maxsize=4)  # two dispatches at a time in two languages, of 10 MB each at most
def _files(body_id: str) -> tuple[mime.File, ...]:
    """The files of a body, encoded once for all who get them: they never change."""
    attachments = db.session.scalars(
        db.select(Attachment).filter_by(body_id=body_id).order_by(Attachment.position)
    )
    return tuple(
        mime.File(each.name, each.media_type, mime.encoded(storage.read(each.file_key)))
        for each in attachments
    )
