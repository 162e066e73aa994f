"""What goes to standard error in production: one line of JSON for each request and each event, which names no person.

Addresses of the web lose what nobody needs to know of them (tokens, names of files, the query), texts lose addresses of
mail and private links. No address of a visitor is ever written.
"""

import json
import logging
import os
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from random import getrandbits

from werkzeug.wsgi import ClosingIterator

from pressroom import links, metrics

HIDDEN = "***"
MAIL_ADDRESS = re.compile(r"[^\s@<>()\[\]\"'=:,;/]+@[^\s@<>()\[\]\"'=:,;/]+")
SHORT = re.compile(r"[a-z0-9_]{1,12}\Z")  # a number, an id of ours: a token has 22 characters and more
SANE_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
QUIET = ("/healthz", "/readyz", "/metrics")  # asked for all the time: written only when they fail
request_id: ContextVar[str] = ContextVar("request_id", default="")


class Lines(logging.Formatter):
    """An event as one line of JSON: time, level, where, of which request, what."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": _moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id.get(),
            "event": hide(super().format(record)),
        }
        return json.dumps({name: value for name, value in said.items() if value})


def hide(text: str) -> str:
    """`text` without addresses of mail and without the tokens of private links."""
    return MAIL_ADDRESS.sub(HIDDEN, links.redact(text))


def begin() -> None:
    """Have all events of this process written as lines: ours from INFO on, those of libraries from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("pressroom").setLevel(logging.INFO)
    logging.captureWarnings(True)


class Requests:
    """The outermost layer: gives each request its id, counts it, and writes its line in production. An answer that
    `find` has finished (`page_cache`) goes out from here; `inner` gives all others."""

    def __init__(self, app, inner: Callable, find: Callable):
        self._inner, self._find = inner, find
        self._counts = bool(app.config["METRICS_TOKEN"])
        self._writes = app.config["ENV"] == "production"
        fixed = (part for rule in app.url_map.iter_rules() for part in rule.rule.split("/"))
        self._words = {"", *app.config["LANGUAGES"], *(part for part in fixed if "<" not in part)}

    def __call__(self, environ, start_response):
        began = time.perf_counter()
        own = environ.get("HTTP_X_REQUEST_ID")
        if not own or not SANE_ID.match(own):
            own = f"{getrandbits(64):016x}"
        if found := self._find(environ):
            line, headers, body = found
            headers.append(("X-Request-ID", own))
            start_response(line, headers)
            self._note(environ, int(line[:3]), own, began)
            return body
        request_id.set(own)
        status = 500

        def start(line, headers, *more):
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, ("X-Request-ID", own)], *more)

        def ended() -> None:
            self._note(environ, status, own, began)

        try:
            body = self._inner(environ, start)
        except BaseException:
            ended()
            raise
        if isinstance(body, list):  # finished bytes: the server sends them faster as they are
            ended()
            return body
        return ClosingIterator(body, ended)

    def _note(self, environ, status: int, own: str, began: float) -> None:
        seconds, path = time.perf_counter() - began, environ.get("PATH_INFO", "")
        if self._counts:
            metrics.count(path, status, seconds)
        if self._writes and (status >= 500 or path not in QUIET):
            level, method = "error" if status >= 500 else "info", environ["REQUEST_METHOD"][:10]
            # By hand, in a third of the time of json.dumps: nothing of it needs escaping.
            line = (
                f'{{"time": "{_moment(time.time())}", "level": "{level}", "logger": "request", "request": "{own}", '
                f'"method": "{method if method.isalpha() else HIDDEN}", "path": "{self.shown(path)}", '
                f'"status": {status}, "ms": {seconds * 1000:.1f}}}\n'
            )
            os.write(2, line.encode())  # at once: lines of several processes do not mix

    def shown(self, path: str) -> str:
        """The path with only those parts that stand in our own addresses, or are short enough to be an id."""
        words, short = self._words, SHORT.match
        return "/".join([part if part in words or short(part) else HIDDEN for part in path.split("/")])


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
