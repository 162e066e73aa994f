"""Finished answers to what anybody asks for, kept ahead of Flask: on a busy day nearly every reader wants the bytes that
somebody has just been given.

Kept is what a view itself lets anyone keep (`Cache-Control: public, max-age=…`), for no longer than it says, which is
never past the moment at which something appears (`newsroom.caching`). Nothing is kept across a change either: the
journal has a row for whatever the desk does, so the seal of its last row stands for all that readers can see. It is
asked for a few times a second, whatever is read meanwhile. (What the worker adds without the desk - a release's number,
lighter pictures - appears within the minute.) Whoever has a session never meets what is kept here.
"""

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from time import monotonic
from typing import NamedTuple

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pressroom import clock
from pressroom.audit import Entry
from pressroom.database import db, will_write

CHECKED = 0.25  # seconds for which the end of the journal is taken as known
RELIED = 30  # seconds for which readers get what was known when the database cannot be asked
LARGEST = 512 * 1024  # bytes of one answer
LONGEST = 2000  # characters of an address: longer ones are made up
OVERHEAD = 4096  # bytes that one answer takes beside its body, more or less
KEEPABLE = re.compile(r"public, max-age=([1-9][0-9]*)(, immutable)?")
COMPRESSIBLE = re.compile(r"text/|application/(.+\+)?(json|xml|javascript)\b|image/svg")
# What makes an answer one reader's own, or a part of the whole.
PERSONAL = frozenset(
    ("HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_TRANSFER_ENCODING")
)  # fmt: skip
# Besides the address, all on which it depends how an answer leaves, or whether this one does.
ASKING = (
    "REQUEST_METHOD", "CONTENT_LENGTH", "HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE",
    "HTTP_ACCEPT_ENCODING", *sorted(PERSONAL),
)  # fmt: skip
READY = 256  # answers that can leave as they are
SECOND = timedelta(seconds=1)
ADDRESS = ("HTTP_HOST", "PATH_INFO", "QUERY_STRING", "SCRIPT_NAME", "wsgi.url_scheme")
FORWARDED = ("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO")  # what ProxyFix makes of an address
# Headers of an answer that depends on more than its address.
UNKEPT = {"set-cookie", "vary", "content-encoding"}
# Headers that are said anew each time, or to one reader only.
DROPPED = {"cache-control", "content-length", "date", "etag", "retry-after"}
LIMITS = "x-ratelimit-"
UNSAID = {"content-type", "content-disposition"}  # when nothing has changed
Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, list[bytes]]  # status, headers (the caller's own list), body
_commits = 0


class Form(NamedTuple):
    """One way in which an answer leaves: whole, compressed, or as the word that nothing has changed."""

    status: str
    headers: Headers
    body: bytes


class Kept(NamedTuple):
    plain: Form
    squeezed: Form | None
    unchanged: Form | None
    etag: str
    modified: str | None  # Last-Modified, as it was said
    at: datetime
    seconds: int  # for which it may be kept, from then on
    lasting: str | None  # what Cache-Control says when it does not count down

    @property
    def size(self) -> int:
        return OVERHEAD + len(self.plain.body) + len(self.squeezed.body if self.squeezed else b"")


class Ready(NamedTuple):
    """What has just been answered: to the letter what the same request gets between these moments."""

    since: datetime
    until: datetime
    status: str
    headers: Headers
    body: list[bytes]


class PageCache:
    """What `app` answers, with what is kept of it: up to `room` bytes, the least wanted dropped first."""

    def __init__(self, app: Flask, room: int):
        self._flask, self._app, self._room = app, app.wsgi_app, room
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._address = (*ADDRESS, *FORWARDED) if app.config["PROXY_COUNT"] else ADDRESS
        self._asked = (*self._address, *ASKING)
        self._kept: OrderedDict[tuple, Kept] = OrderedDict()
        self._ready: dict[tuple, Ready] = {}  # by all of a request that matters
        self._size = 0
        self._seal: str | None = None  # of the journal's last row; None while nobody knows it
        self._read_at = self._checked_at = float("-inf")
        self._commits = 0
        self._lock, self._checking = threading.Lock(), threading.Lock()

    def find(self, environ: dict) -> Answer | None:
        """The finished answer, where nobody need be asked for it: a few microseconds, whatever else is done."""
        if not self._is_checked():
            return None
        ready, asked, now = self._ready, tuple(map(environ.get, self._asked)), clock.now()
        found = ready.get(asked)
        if not found or not found.since <= now <= found.until:
            if (key := self._key(environ)) is None:
                return None
            known = environ.get("HTTP_IF_NONE_MATCH")
            kept = self._get(key) or (known and self._get((*key, known)))
            if not kept:
                return None
            left = int(kept.seconds - (now - kept.at).total_seconds())
            # More is left when the clock was set back: to before an embargo's end, perhaps.
            if not 0 < left <= kept.seconds:
                return None
            until = kept.at + (kept.seconds - left) * SECOND
            found = Ready(now, until, *_answer(kept, left, environ))
            if len(ready) < READY:
                ready[asked] = found
        return found.status, [*found.headers], found.body

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        key = self._room and self._key(environ)
        if not key or _length(environ, key) > LONGEST or (seal := self._last_seal()) is None:
            return self._app(environ, start_response)
        if found := self.find(environ):
            status, headers, body = found
            start_response(status, headers)
            return body
        return self._ask(key, seal, environ, start_response)

    def _key(self, environ: dict) -> tuple[str | None, ...] | None:
        """All that an answer to anybody depends on; None when this reader's may be another one."""
        said = environ.get
        if said("REQUEST_METHOD") not in ("GET", "HEAD") or said("CONTENT_LENGTH") not in (None, "", "0"):
            return None
        if self._cookie in said("HTTP_COOKIE", "") or not environ.keys().isdisjoint(PERSONAL):
            return None
        return tuple(map(said, self._address))

    def _last_seal(self) -> str | None:
        """The seal of the journal's last row, at most CHECKED seconds old. What this very process has committed is
        known at once. None when the database has not answered for RELIED seconds."""
        if self._is_checked():
            return self._seal
        with self._checking:
            if not self._is_checked():
                commits, now = _commits, monotonic()
                try:
                    seal = self._read_seal()
                    self._read_at = now
                except SQLAlchemyError:
                    seal = self._seal if now - self._read_at < RELIED else None
                if seal != self._seal:
                    with self._lock:
                        self._seal, self._size = seal, 0
                        self._kept.clear()
                self._commits, self._checked_at, self._ready = commits, now, {}
        return self._seal

    def _is_checked(self) -> bool:
        return monotonic() - self._checked_at < CHECKED and self._commits == _commits

    def _read_seal(self) -> str:
        will_write(False)  # whatever the thread did before
        with self._flask.app_context(), db.engine.connect() as connection:
            return connection.scalar(select(Entry.mac).order_by(Entry.id.desc()).limit(1)) or ""

    def _get(self, key: tuple) -> Kept | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _put(self, key: tuple, kept: Kept, seal: str) -> None:
        """Unless something has changed since the answer was begun."""
        with self._lock:
            if seal != self._seal:
                return
            before = self._kept.pop(key, None)
            self._size += kept.size - (before.size if before else 0)
            self._kept[key] = kept
            while self._size > self._room:
                _key, dropped = self._kept.popitem(last=False)
                self._size -= dropped.size

    def _ask(self, key: tuple, seal: str, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Flask's answer to a request that begins now, kept when it may be."""
        said: list = []
        now = clock.now()
        answer = self._app(environ, lambda *given: said.append(given))
        status, headers, *error = said[0]
        known, lower = environ.get("HTTP_IF_NONE_MATCH"), {name.lower(): value for name, value in headers}
        short = int(lower.get("content-length", 0 if status.startswith("304") else LARGEST + 1)) <= LARGEST
        lasts = KEEPABLE.fullmatch(lower.get("cache-control", ""))
        wanted = status[:3] in ("200", "301") or (status.startswith("304") and known)
        if not (lasts and wanted and short) or UNKEPT & lower.keys() or environ["REQUEST_METHOD"] == "HEAD":
            start_response(status, headers, *error)
            return answer
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", bool)()
        seconds = int(lasts[1])
        kept = _kept(status, headers, body, now, seconds, lasts[2] and lasts[0])
        self._put((*key, known) if status.startswith("304") else key, kept, seal)
        status, headers, parts = _answer(kept, seconds, environ)
        start_response(status, headers)
        return parts


def _kept(
    status: str, headers: Headers, body: bytes, at: datetime, seconds: int, lasting: str | None
) -> Kept:
    lower = {name.lower(): value for name, value in headers}
    facts = [
        one for one in headers if one[0].lower() not in DROPPED and not one[0].lower().startswith(LIMITS)
    ]
    etag = lower.get("etag", f'"{sha256(body).hexdigest()[:24]}"')
    if not status.startswith("200"):
        tagged = [("ETag", etag)] if "etag" in lower else []
        length = [("Content-Length", str(len(body)))] if body else []
        return Kept(
            Form(status, [*facts, *tagged, *length], body), None, None, "", None, at, seconds, lasting
        )
    squeezed = None
    if COMPRESSIBLE.match(lower.get("content-type", "")):
        facts.append(("Vary", "Accept-Encoding"))
        small = gzip.compress(body, 6, mtime=0)
        if len(small) < len(body):
            # The same answer, but not byte for byte: what names both is a weak validator (RFC 9110, 8.8.1).
            weak = etag if etag.startswith("W/") else f"W/{etag}"
            more = [("ETag", weak), ("Content-Encoding", "gzip"), ("Content-Length", str(len(small)))]
            squeezed = Form(status, [*facts, *more], small)
    plain = Form(status, [*facts, ("ETag", etag), ("Content-Length", str(len(body)))], body)
    left = [one for one in facts if one[0].lower() not in UNSAID]
    unchanged = Form("304 NOT MODIFIED", [*left, ("ETag", etag)], b"")
    return Kept(plain, squeezed, unchanged, etag, lower.get("last-modified"), at, seconds, lasting)


def _answer(kept: Kept, left: int, environ: dict) -> Answer:
    """`left` seconds are left of those that the answer may be kept: others who keep it count from now."""
    form = kept.plain
    if kept.unchanged and _is_known(kept, environ):
        form = kept.unchanged
    elif kept.squeezed and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        form = kept.squeezed
    headers = [*form.headers, ("Cache-Control", kept.lasting or f"public, max-age={left}")]
    return form.status, headers, [] if environ["REQUEST_METHOD"] == "HEAD" else [form.body]


def _is_known(kept: Kept, environ: dict) -> bool:
    """Whether the reader has it (RFC 9110, 13.1): by its ETag, else by the very date that it was given with."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is None:
        return kept.modified is not None and environ.get("HTTP_IF_MODIFIED_SINCE") == kept.modified
    strong = kept.etag.removeprefix("W/")
    return known.strip() == "*" or any(one.strip().removeprefix("W/") == strong for one in known.split(","))


def _length(environ: dict, key: tuple[str | None, ...]) -> int:
    """Characters of what is told apart; more than LONGEST where the host is unknown."""
    told = (*key, environ.get("HTTP_IF_NONE_MATCH"))
    return sum(len(one) for one in told if one) if key[0] else LONGEST + 1


@lru_cache(256)
def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding (RFC 9110, 12.5.3) lets an answer come compressed: `gzip;q=0` does not."""
    for one in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in one.split(";"))
        if name == "gzip":
            return not any(re.fullmatch(r"q=0(\.0*)?", part.replace(" ", "")) for part in parameters)
    return False


@event.listens_for(Session, "after_commit")
def _note(_session: Session) -> None:
    global _commits
    _commits += 1
