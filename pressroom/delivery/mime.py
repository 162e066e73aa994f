"""Writes one message as the bytes that leave: one recipient, one language, plain text and HTML, perhaps files.

The same arguments always give the same bytes, so a message that is sent twice can be recognised as one. The bytes
are put together by hand: `email.message` takes twenty times as long and was what a dispatch waited for. It also
drops the quotes of a long name, whose commas then part addresses, and turns long addresses into encoded words.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, quote, unquote
from functools import lru_cache
from typing import NamedTuple

from pressroom import slugs

EOL = "\r\n"
WIDTH = 76  # characters a line (RFC 2045 section 6.7, RFC 2047 section 2)
LONGEST = 998  # octets a line (RFC 5322 section 2.1.1)
NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
# RFC 5321 section 4.1.2 without quoted local parts and address literals, which no press office meets.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
# What ends or hides a header line: control characters, line and paragraph separators, lone surrogates.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What stays ASCII in a long subject, where spam filters take needless encoding for a disguise: short words, one space apart.
FOLDABLE = re.compile(r"(?!.*=\?)[!-~]{1,60}( [!-~]{1,60})*")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")


class File(NamedTuple):
    """A file that leaves with a message: its name as people gave it, and its bytes as `encoded` gives them."""

    name: str
    media_type: str
    encoded: bytes


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
    headers: Iterable[tuple[str, str]] = (),
    files: Iterable[File] = (),
) -> bytes:
    """Write the message; `sender`, `recipient` and `reply_to` are an address or `Name <address>`.

    `dated_at` is aware; `message_id` carries its angle brackets; further `headers` are ASCII and stand unfolded on
    their line. Raises ValueError for a control character in a header, a lone surrogate anywhere, a wrong address
    or media type, a line too long, a naive date.
    """
    if dated_at.tzinfo is None:
        raise ValueError("The date of a message needs a time zone.")
    lines = [
        _mailbox("From", sender),
        _mailbox("To", recipient),
        _mailbox("Reply-To", reply_to) if reply_to else "",
        f"Subject: {_words('Subject', _printable(subject))}{EOL}",
        f"Date: {_dated(dated_at, dated_at.utcoffset())}{EOL}",
        _as_written("Message-ID", checked_id(message_id)),
        *(_as_written(name, value) for name, value in headers),
        f"MIME-Version: 1.0{EOL}",
        _as_written("Content-Language", language),
    ]
    return "".join(lines).encode("ascii") + _content(text, html, tuple(files), message_id)


@lru_cache(maxsize=1024)  # each is asked for three times
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


def encoded(data: bytes) -> bytes:
    """The bytes of a file in base64, in lines of 76 characters (RFC 2045 section 6.8)."""
    whole = binascii.b2a_base64(data, newline=False)
    return EOL.encode().join([whole[at : at + WIDTH] for at in range(0, len(whole), WIDTH)])


def checked_id(text: str) -> str:
    """A message id with its angle brackets. Raises ValueError when it is none."""
    if not re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", text):
        raise ValueError(f"Not a message id: {text!r}.")
    return text


def _content(text: str, html: str, files: tuple[File, ...], message_id: str) -> bytes:
    """Both ways to read it, and after them the files. No boundary can occur in quoted-printable or in base64."""
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    words = _joined("alternative", f"=_{mark}", [_readable("plain", text), _readable("html", html)])
    return _joined("mixed", f"=_f{mark}", [words, *map(_attached, files)]) if files else words


def _joined(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    between = f"--{boundary}{EOL}".encode()
    written = [f'Content-Type: multipart/{kind};{EOL} boundary="{boundary}"{EOL}{EOL}'.encode()]
    for part in parts:
        written += [between, part, EOL.encode()]
    return b"".join([*written, f"--{boundary}--{EOL}".encode()])


def _readable(kind: str, words: str) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"{EOL}Content-Transfer-Encoding: quoted-printable{EOL}{EOL}'
    return head.encode() + _quoted_printable(words)


def _quoted_printable(words: str) -> bytes:
    """Lines of at most 76 characters. Each is encoded by itself: what ends in a space would else become too long."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").encode().split(b"\n")
    return b"\r\n".join(map(_quoted_line, lines))


@lru_cache(maxsize=2048)  # the messages of a dispatch share nearly all of theirs
def _quoted_line(line: bytes) -> bytes:
    return binascii.b2a_qp(line).replace(b"=\n", b"=\r\n")


def _attached(file: File) -> bytes:
    """A file under a name in ASCII, which every mail program shows; what it is called stands in the words."""
    stem, dot, ending = _printable(file.name).rpartition(".")
    name = f"{slugs.slug(stem)}.{slugs.slug(ending, 10)}" if dot and stem else slugs.slug(file.name)
    if not MEDIA_TYPE.fullmatch(file.media_type):
        raise ValueError(f"Not a media type: {file.media_type!r}.")
    charset = '; charset="utf-8"' if file.media_type.startswith("text/") else ""
    head = [
        f"Content-Type: {file.media_type}{charset}",
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment;{EOL} filename="{name}"',
    ]
    return EOL.join([*head, "", ""]).encode() + file.encoded


@lru_cache(maxsize=16)
def _dated(at: datetime, _offset: timedelta | None) -> str:
    """Two moments that are one, in two zones, are written in two ways."""
    return format_datetime(at)


def _as_written(name: str, value: str) -> str:
    line = _printable(f"{name}: {value}")
    if not line.isascii() or len(line) > LONGEST:
        raise ValueError(f"A header is no single line of ASCII: {line[:80]!r}.")
    return line + EOL


@lru_cache(maxsize=64)  # sender and answers go to the same
def _mailbox(header: str, mailbox: str) -> str:
    named = NAMED.fullmatch(_printable(mailbox))
    name = unquote(named["name"].strip()) if named else ""
    bare = address(mailbox)
    if not name:
        return f"{header}: {bare}{EOL}"
    if _is_plain(name):
        return f'{header}: "{quote(name)}" <{bare}>{EOL}'
    return f"{header}: {_words(header, name)}{EOL} <{bare}>{EOL}"


@lru_cache(maxsize=1024)  # the messages of a dispatch share sender and subject
def _words(header: str, words: str) -> str:
    """Encode words whole, folded (RFC 2047), unless they can stand as they are; a long subject in ASCII is folded."""
    if _is_plain(words):
        return words
    charset = "us-ascii" if header == "Subject" and FOLDABLE.fullmatch(words) else "utf-8"
    return Header(words, charset, header_name=header, maxlinelen=WIDTH).encode(linesep=EOL)


def _is_plain(words: str) -> bool:
    """Tell whether these words fit on a line as they are, and cannot be taken for encoded ones."""
    return words.isascii() and len(words) <= 60 and "=?" not in words


def _printable(text: str) -> str:
    if UNPRINTABLE.search(text):
        raise ValueError(f"A header of a message holds a control character: {text!r}.")
    return text
