"""The mailbox that returned mail comes to: over IMAP, or a Maildir on this machine.

What was understood is put into the folder “Pressroom” of the same mailbox, marked as read. Nothing is deleted, and what
is for people stays as it is, unread.
"""

import imaplib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from flask import current_app

from pressroom.checking import Broken, Result, attempt
from pressroom.config import BadSetting
from pressroom.delivery.dsn import READ

FOLDER = "Pressroom"
MOST = 200  # mails looked at in one turn
CONNECT, COMMAND = 10, 30  # seconds to wait for a connection; for an answer
MALFORMED = (
    "PRESSROOM_BOUNCES_URL must read imaps://user:password@host/INBOX,"
    " imap://user:password@host/INBOX?tls=starttls (or tls=none) or maildir:/path."
)
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Trouble(Broken):
    """The mailbox cannot be read; `str()` is one line in its server's or the system's words, without the password."""


class Mail(NamedTuple):
    """`key` is how the mailbox knows it, `mark` how far one has read with it, `raw` its beginning."""

    key: str
    mark: str
    raw: bytes


class Box(Protocol):
    def since(self, mark: str) -> Iterator[Mail]:
        """What came after `mark` ("" is the beginning), oldest first, MOST at a time."""

    def file(self, key: str) -> None:
        """Put a mail that was understood out of the way."""

    def unread(self) -> int:
        """How many mails are left that nobody has read."""


class Account(NamedTuple):
    """An IMAP account; `tls` is "imaps", "starttls" or "none"."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: str


@contextmanager
def opened(url: str) -> Iterator[Box]:
    """The mailbox at `url` (the setting BOUNCES_URL), closed afterwards. Raises Trouble, also while it is used."""
    place = parse(url)
    try:
        if isinstance(place, Path):
            yield Maildir(place)
        else:
            with _signed_in(place) as connection:
                yield Imap(connection, place.folder)
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        raise Trouble(_one_line(error)) from error


def parse(url: str) -> Account | Path:
    """Where the mailbox is: `imaps://user:password@host:993/INBOX`, `imap://…?tls=starttls|none`, `maildir:/path`.

    User and password are percent-encoded. Raises ValueError with one sentence, which never repeats the password.
    """
    if url.startswith("maildir:/"):
        return Path(url.removeprefix("maildir:"))
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # its text may hold a piece of the password
        raise ValueError(MALFORMED) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    choices = {
        "imap": {"": "starttls", "tls=starttls": "starttls", "tls=none": "none"},
        "imaps": {"": "imaps"},
    }
    tls = choices.get(parts.scheme, {}).get(parts.query)
    if not tls or not host or parts.fragment:
        raise ValueError(MALFORMED)
    if not (user and password) or not re.fullmatch("[ -~]+", user + password + folder):
        raise ValueError("PRESSROOM_BOUNCES_URL needs a user and a password, in ASCII.")
    if tls == "none" and host not in LOCAL:
        raise ValueError("PRESSROOM_BOUNCES_URL would send the password unencrypted: drop tls=none.")
    return Account(host, port or (993 if tls == "imaps" else 143), user, password, folder, tls)


class Maildir:
    """Files in `new` and `cur`, known by when they came there (which a change of their name changes as well)."""

    def __init__(self, path: Path):
        self.path = path
        self._files()  # whether it can be read at all

    def since(self, mark: str) -> Iterator[Mail]:
        """See Box. What came at the very moment of `mark` is given again."""
        found = [(file.stat(follow_symlinks=False).st_ctime_ns, file) for file in self._files()]
        later = sorted((came, file.path) for came, file in found if came >= int(mark or 0))
        for came, path in later[:MOST]:
            with open(path, "rb") as file:
                yield Mail(path, str(came), file.read(READ))

    def file(self, key: str) -> None:
        """See Box: a folder of Maildir++, which mail servers show as “Pressroom”."""
        folder = self.path / f".{FOLDER}"
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        name, _, flags = os.path.basename(key).partition(":2,")
        os.rename(key, folder / "cur" / f"{name}:2,{''.join(sorted({*flags, 'S'}))}")

    def unread(self) -> int:
        return sum("S" not in file.name.partition(":2,")[2] for file in self._files())

    def _files(self) -> list[os.DirEntry]:
        return [
            file
            for part in ("new", "cur")
            for file in os.scandir(self.path / part)
            if file.is_file(follow_symlinks=False)
        ]


class Imap:
    """A folder over IMAP, its mails known by their UIDs (RFC 3501 section 2.3.1.1)."""

    def __init__(self, connection: imaplib.IMAP4, folder: str):
        self.connection = connection
        self._ask("SELECT", connection.select(_quoted(folder)))
        self.validity = (connection.response("UIDVALIDITY")[1][0] or b"0").decode()
        self.able = self._ask("CAPABILITY", connection.capability())[0].decode().upper().split()

    def since(self, mark: str) -> Iterator[Mail]:
        """See Box. A server that has numbered its mails anew is read from the beginning."""
        validity, _, last = mark.partition(":")
        after = int(last) if validity == self.validity else 0
        uids = [uid for uid in self._search("UID", f"{after + 1}:*") if uid > after]
        for uid in sorted(uids)[:MOST]:
            answer = self._ask("FETCH", self.connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{READ}>)"))
            raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")  # b"": gone meanwhile
            yield Mail(str(uid), f"{self.validity}:{uid}", raw)

    def file(self, key: str) -> None:
        """See Box. Where the server moves no single mail, or makes no folder, it stays where it is, marked as read."""
        self._uid("STORE", key, "+FLAGS.SILENT", r"(\Seen)")
        folder = self._filed if {"MOVE", "UIDPLUS"} & set(self.able) else None
        if folder and "MOVE" in self.able:
            self._uid("MOVE", key, folder)
        elif folder:
            self._uid("COPY", key, folder)
            self._uid("STORE", key, "+FLAGS.SILENT", r"(\Deleted)")
            self._uid("EXPUNGE", key)

    def unread(self) -> int:
        return len(self._search("UNSEEN"))

    @cached_property
    def _filed(self) -> str | None:
        """The folder for what was understood, made when it is not there; some servers keep all folders in INBOX, and
        of a mailbox that belongs to others one may not be allowed to make any."""
        listed = self._ask("LIST", self.connection.list('""', '""'))[0] or b""
        separator = re.search(rb'\) "(.)"', listed)
        inner = f"INBOX{separator[1].decode() if separator else '.'}{FOLDER}"
        for name in (FOLDER, inner):
            with suppress(imaplib.IMAP4.error):
                self.connection.create(_quoted(name))
            if self.connection.status(_quoted(name), "(MESSAGES)")[0] == "OK":
                return _quoted(name)
        return None

    def _search(self, *criteria: str) -> list[int]:
        found = self._ask("SEARCH", self.connection.uid("SEARCH", *criteria))
        return [int(uid) for part in found if part for uid in part.split()]

    def _uid(self, command: str, *arguments: str) -> None:
        self._ask(command, self.connection.uid(command, *arguments))

    def _ask(self, command: str, answer: tuple[str, list]) -> list:
        kind, data = answer
        if kind != "OK":
            raise Trouble(f"{command}: {_one_line(data[0] if data else kind)}")
        return data


@contextmanager
def _signed_in(account: Account) -> Iterator[imaplib.IMAP4]:
    """A connection whose certificate was checked, signed in."""
    context = ssl.create_default_context()
    if account.tls == "imaps":
        connection = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=CONNECT)
    else:
        connection = imaplib.IMAP4(account.host, account.port, timeout=CONNECT)
    try:
        connection.sock.settimeout(COMMAND)
        if account.tls == "starttls":
            connection.starttls(ssl_context=context)
        connection.login(_quoted(account.user), account.password)
        yield connection
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()
    finally:
        with suppress(OSError):  # it is closed already
            connection.shutdown()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one_line(said: bytes | str | Exception) -> str:
    if isinstance(said, Exception) and said.args and isinstance(said.args[0], bytes):
        said = said.args[0]  # imaplib hands the server's words on as they came
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said) or type(said).__name__
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[
        :500
    ]


def results() -> Iterator[Result]:
    """What `pressroom check` says of the mailbox, where one is set."""
    if current_app.config["BOUNCES_URL"]:
        yield attempt("returned mail", _look)


def _look() -> str:
    with opened(current_app.config["BOUNCES_URL"]) as box:
        words = f"the mailbox can be read, {box.unread()} unread"
    if current_app.config["BOUNCES_ADDRESS"]:
        return words
    return f"{words}; without PRESSROOM_BOUNCES_ADDRESS only what servers report with our own number counts"


def init_app(app) -> None:
    """Look whether the setting can be understood. Raises BadSetting."""
    try:
        if app.config["BOUNCES_URL"]:
            parse(app.config["BOUNCES_URL"])
    except ValueError as bad:
        raise BadSetting(str(bad)) from bad
