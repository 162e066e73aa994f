"""Writes one message as the bytes that leave: one recipient, one language, plain text and HTML.

The same arguments always give the same bytes, so a message that is sent twice can be recognised as one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import quote, unquote

# RFC 2045 section 6.7 allows 76 characters a line, where the stock policy would write 78.
POLICY = SMTP.clone(max_line_length=76)

NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
# RFC 5321 section 4.1.2 without quoted local parts and address literals, which no press office meets.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class _AsWritten(str):
    """A header value that is written as it stands.

    Left to fold it, `email` drops the quotes of a long name (its commas then part addresses) and turns
    a long message id into encoded words, which breaks the thread.
    """

    name: str

    def fold(self, *, policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def build(
    *,
    message_id: str,
    dated_at: datetime,
    sender: str,
    recipient: str,
    reply_to: str | None,
    subject: str,
    text: str,
    html: str,
    language: str,
    in_reply_to: str | None = None,
    auto_submitted: str | None = "auto-generated",
    extra: Iterable[tuple[str, str]] = (),
) -> bytes:
    """Write the message; `sender`, `recipient` and `reply_to` are an address or `Name <address>`.

    `dated_at` is aware; `message_id` and `in_reply_to` carry their angle brackets; `extra` holds further
    headers, each short enough for one line. `auto_submitted` is a keyword of RFC 3834 section 5.
    Raises ValueError for a control character in a header, a wrong address or a naive date.
    """
    if dated_at.tzinfo is None:
        raise ValueError("The date of a message needs a time zone.")
    message = EmailMessage(policy=POLICY)
    _set_mailbox(message, "From", sender)
    _set_mailbox(message, "To", recipient)
    if reply_to:
        _set_mailbox(message, "Reply-To", reply_to)
    words = _printable(subject)
    _set_as_written(message, "Subject", words if _is_plain(words) else _encoded("Subject", words))
    message["Date"] = dated_at
    _set_as_written(message, "Message-ID", _message_id(message_id))
    if in_reply_to:
        _set_as_written(message, "In-Reply-To", _message_id(in_reply_to))
        _set_as_written(message, "References", _message_id(in_reply_to))
    if auto_submitted:
        message["Auto-Submitted"] = _printable(auto_submitted)
    if auto_submitted == "auto-generated":
        message["X-Auto-Response-Suppress"] = "All"
    for name, value in extra:
        message[_printable(name)] = _printable(value)
    _set_words(message, text, html, message_id)
    # `email` drops this header when it is set before the content.
    message["Content-Language"] = _printable(language)
    return message.as_bytes()


def address(mailbox: str) -> str:
    """Give the one address of `mailbox` (an address or `Name <address>`) as SMTP takes it, in ASCII.

    An accented domain is written in IDNA. Raises ValueError for anything but one ASCII local part and
    one domain.
    """
    named = NAMED.fullmatch(mailbox)
    local, _, domain = (named["address"] if named else mailbox).strip().rpartition("@")
    try:
        written = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        written = ""
    if not ADDRESS.fullmatch(written):
        raise ValueError(f"Not one e-mail address: {mailbox!r}.")
    return written


def _set_words(message: EmailMessage, text: str, html: str, message_id: str) -> None:
    """Add both parts in quoted-printable, where no line grows long and the boundary cannot occur."""
    message.set_content(text, cte="quoted-printable")
    digest = hashlib.sha256(message_id.encode()).hexdigest()
    message.make_alternative(boundary=f"=_{digest[:32]}")
    message.add_alternative(html, subtype="html", cte="quoted-printable")


def _set_mailbox(message: EmailMessage, header: str, mailbox: str) -> None:
    named = NAMED.fullmatch(_printable(mailbox))
    name = unquote(named["name"].strip()) if named else ""
    bare = address(mailbox)
    if not name:
        written = bare
    elif _is_plain(name):
        written = f'"{quote(name)}" <{bare}>'
    else:
        written = f"{_encoded(header, name)}{POLICY.linesep} <{bare}>"
    _set_as_written(message, header, written)


def _is_plain(words: str) -> bool:
    """Tell whether these words fit on a line as they are, and cannot be taken for encoded ones."""
    return words.isascii() and len(words) <= 60 and "=?" not in words


def _encoded(header: str, words: str) -> str:
    """Encode words whole, folded (RFC 2047): `email` would lose a space beside a no-break space."""
    encoded = Header(words, "utf-8", header_name=header, maxlinelen=POLICY.max_line_length)
    return encoded.encode(linesep=POLICY.linesep)


def _set_as_written(message: EmailMessage, header: str, text: str) -> None:
    value = _AsWritten(text)
    value.name = header
    message[header] = value


def _message_id(text: str) -> str:
    if not re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", text):
        raise ValueError(f"Not a message id: {text!r}.")
    return text


def _printable(text: str) -> str:
    """Refuse what ends or hides a header line: control characters, line separators, lone surrogates."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise ValueError(f"A header of a message holds a control character: {text!r}.")
    return text
